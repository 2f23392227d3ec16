"""Accounts made by hand, whose reports one can work out on paper."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

AS_OF = date(2024, 6, 30)
VARIABLES = {"as_of_date": AS_OF.isoformat()}  # for all tests that run dbt, because dbt parses again for other vars

Json = dict[str, Any]


def order(order_id: str, status: str, items: list[Json], **fields: Any) -> Json:
    """An order of one vendor for the tenth of January; a keyword replaces or adds a field."""
    return {
        "id": order_id,
        "reference": f"PO-{order_id}",
        "status": status,
        "type": "po",
        "source_type": "vendor",
        "vendor": "acme mills",
        "vendor_display_name": "Acme Mills",
        "warehouse": "c9_1",
        "warehouse_display_name": "Main DC",
        "currency": "EUR",
        "created_date": "2024-01-01",
        "expected_date": "2024-01-10",
        "last_modified": "2024-06-20T09:41:07+00:00",
        "items": items,
        **fields,
    }


def line(variant_id: str, ordered: float, received: dict[str, float] | None = None, **fields: Any) -> Json:
    """A line with the quantities received by day, at a price of 1; a keyword replaces or adds a field."""
    history = [{"date": noon(day), "value": value} for day, value in (received or {}).items()]
    return {
        "id": variant_id,
        "sku": f" {variant_id.upper()} ",
        "title": f"Title of {variant_id}",
        "replenishment": ordered,
        "received": sum((received or {}).values()),
        "received_history": history,
        "cost_price": 1,
        **fields,
    }


def noon(day: str) -> int:
    """Noon of that day, as the API writes the instants of receipts."""
    return int(datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp())


ORDERS = [
    order(
        "1",
        "CLOSED",
        [
            line("mug", 10, {"2024-01-08": 6, "2024-01-10": 4}, cost_price=2.5),
            line("cup", 20, {"2024-01-08": 15}),
        ],
        shipping_handling=9,
        total_ordered=30,
        total_received=24,
    ),
    order(
        "2",
        "Partially received",
        [line("mug", 5, cost_price=2), line("mug", 7, {"2024-06-20": 7}, cost_price=2)],
        created_date="2024-06-01",
        expected_date="2024-06-30",
        custom_fields=[{"name": "Buyer", "value": "Ann"}],
        stock_updates=[
            {"forDst": True, "wh": "c9_1", "items": [{"id": "mug", "delta": 7, "error": "Refused"}]},
            {"forDst": True, "wh": "c9_1", "items": [{"id": "mug", "delta": 4}]},
        ],
    ),
    order(
        "3",
        "closed",
        [line("jar", 4, {"2024-02-08": 5}, cost_price=10)],
        created_date="2024-02-01T00:00:00+00:00",
        expected_date="2024-02-05",
    ),
    order("4", "On its way", [line("mug", 4, cost_price=3)], currency="usd", expected_date="2024-06-01"),
    order("5", "DRAFT", [line("mug", 100)]),
    order("6", "Cancelled", [line("mug", 100, {"2024-01-08": 1})]),
    order("7", "open", [line("mug", 100)], type="", vendor="", source_type="warehouse", source_warehouse="c9_2"),
    order("8", "closed", [line("set", 100, components=[{"id": "mug", "quantity": 4}])], type="assembly"),
    order("9", "open", [line("mug", 100), line("cup", 100, removed=True)], vendor="gone", expected_date=None),
]
OTHER_ACCOUNT = [order("1", "OPEN", [line("mug", 3)], vendor="zenith", expected_date="2024-07-01")]


def entered(variant_id: str, quantity: float, *entries: tuple[int, float]) -> Json:
    """A line received in full, with its receipts as they were entered: an instant and a value each."""
    return {
        **line(variant_id, quantity),
        "received": quantity,
        "received_history": [{"date": instant, "value": value} for instant, value in entries],
    }


HAND_MADE = [
    order("split", "CLOSED", [line("mug", 10, {"2024-01-08": 6, "2024-01-10": 4})], vendor="split"),
    order("landed", "CLOSED", [line("mug", 20, {"2024-01-08": 20})], shipping_handling=8),
    order("filling", "OPEN", [line("mug", 10, {"2024-01-08": 7}), line("cup", 20, {"2024-01-08": 5})]),
    order("over", "CLOSED", [line("mug", 10, {"2024-01-08": 12})]),
    order("corrected", "OPEN", [line("mug", 10, {"2024-01-08": 10, "2024-01-09": -2})]),
    order("unpromised", "OPEN", [line("mug", 10, {"2024-01-08": 10})], expected_date=None),
    order(
        "running",
        "CLOSED",
        [entered("mug", 10, (noon("2024-01-08"), 4), (noon("2024-01-12"), 10))],
    ),
    order(
        "thousandths",
        "CLOSED",
        [entered("mug", 10, (noon("2024-01-08") * 1000, 10))],
    ),
    order("disagreeing", "CLOSED", [line("mug", 10, {"2024-01-08": 10})], total_ordered=11, total_received=10),
    order("before", "CLOSED", [line("mug", 10, {"2023-12-30": 10})]),
    order("redated", "OPEN", [line("mug", 10)]),
    order("moved", "OPEN", [line("mug", 5)], created_date="2024-06-01", expected_date="2024-06-30"),
    order("reopened", "CLOSED", [line("mug", 10, {"2024-01-08": 6})]),
    order("sent", "DRAFT", [line("mug", 10)]),
    order("arrived", "On its way", [line("mug", 4, {"2024-01-08": 4})]),
    order("resized", "OPEN", [line("mug", 5)], expected_date=None),
    order("shortened", "CLOSED", [line("mug", 10, {"2024-01-08": 10}), line("set", 100)]),
    order("deleted", "OPEN", [line("mug", 10)]),
    order("euros", "CLOSED", [line("mug", 10, {"2024-01-08": 10}, cost_price=2)], vendor="two purses"),
    order(
        "dollars", "CLOSED", [line("mug", 10, {"2024-01-08": 10}, cost_price=3)], vendor="two purses", currency="usd"
    ),
]

PAYABLES = [
    order(
        "net",
        "OPEN",
        [line("mug", 10, {"2024-06-19": 3, "2024-06-20": 2, "2024-06-21": -1}, cost_price=2)],
        payment_terms="Net 30",
        expected_date="2024-07-05",
    ),
    order("paid later", "CLOSED", [line("mug", 10, {"2024-06-20": 10})], payment_date="2024-07-10", total=25),
    order("closed", "CLOSED", [line("mug", 10, {"2024-05-31": 10})], payment_terms="2/10, net 30 EOM"),
    order("passed", "CLOSED", [line("mug", 10, {"2024-05-20": 10})], payment_date="2024-06-25", total=12),
    order("prepaid", "OPEN", [line("mug", 10)], payment_terms="Prepaid", expected_date="2024-07-20"),
    order("cod", "OPEN", [line("mug", 3)], payment_terms="C.O.D.", expected_date="2024-07-03"),
    order("as agreed", "OPEN", [line("mug", 4)], payment_terms="as agreed", expected_date="2024-07-03"),
    order("no date", "OPEN", [line("mug", 5)], currency="", payment_terms="Net 30", expected_date=None),
    order("called off", "Cancelled", [line("mug", 9, {"2024-06-20": 1})], payment_terms="Net 30"),
    order("draft", "DRAFT", [line("mug", 100)], payment_date="2024-07-10", total=100),
    order("transfer", "open", [line("mug", 100)], type="transfer", payment_date="2024-07-10"),
]

# six lines of one vendor that came 5, 12, 13, 14, 20 and 30 days late, and what is still open
WAITS = [
    *(
        order(f"late by {days}", "CLOSED", [line("mug", 1, {f"2024-05-{days + 1:02}": 1})], expected_date="2024-05-01")
        for days in (5, 12, 13, 14, 20, 30)
    ),
    order("overdue", "OPEN", [line("mug", 8, cost_price=2)], expected_date="2024-06-20"),
    order("overdue of another", "OPEN", [line("mug", 4)], vendor="zenith", expected_date="2024-06-20"),
    order("overdue for long", "OPEN", [line("mug", 2)], expected_date="2024-06-01"),
    order("due", "OPEN", [line("mug", 3)], expected_date="2024-07-01"),
]

ACCOUNTS = {"a1": ORDERS, "a2": OTHER_ACCOUNT, "h": HAND_MADE, "payables": PAYABLES, "waits": WAITS}

# what happens to these orders between two builds
CHANGES = """
    alter table snapshots.purchase_order_snapshots drop column total_received;  -- as an older version had it
    alter table snapshots.purchase_order_snapshots drop column expected_date_key;  -- likewise
    use inventory_planner;
    update purchase_orders set expected_date = '2024-07-20', last_modified = '2024-02-01 09:00:00+00'
    where purchase_order_id = 'redated';
    update purchase_orders set expected_date = '2024-07-15' where purchase_order_id = 'moved';
    update purchase_orders set status = 'OPEN' where purchase_order_id = 'reopened';
    update purchase_orders set status = 'OPEN', last_modified = '2024-06-25 08:00:00+00'
    where purchase_order_id = 'sent';
    update purchase_orders set status = 'CLOSED', last_modified = '2024-06-25 08:00:00+00'
    where purchase_order_id = 'arrived';
    update purchase_orders set _deleted_at = now() where vendor = 'gone';
    update purchase_order_items set replenishment = 3 where purchase_order_id = 'resized';
    delete from purchase_order_items where purchase_order_id = 'shortened' and purchase_order_item_id = 'set';
    update purchase_orders set _deleted_at = now() where purchase_order_id = 'deleted';
"""

"""Orders as the API gives them, for tests to change and to serve."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from inventory_planner.api.decoding import Record, decode_order
from inventory_planner.api.orders import Line, Order
from inventory_planner_emulator import Account
from inventory_planner_emulator.json_codec import encode

NOW = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)  # where the clock of the served account stands
API_KEY = "secret-key-9b1f"  # of the account that serves them
ORDER_ID = "65f0c0de00000000000000a1"


def order(order_id: str = ORDER_ID, **fields: Any) -> dict[str, Any]:
    """An order of two lines, the first one partly received; a keyword replaces or adds a field."""
    return {
        "id": order_id,
        "reference": "1042",
        "extra_reference": "",
        "type": "po",
        "status": "open",
        "source_type": "vendor",
        "source": "acme mills",
        "vendor": "acme mills",
        "vendor_display_name": "Acme Mills",
        "source_display_name": "Acme Mills",
        "warehouse": "c9_1001",
        "warehouse_display_name": "Main DC",
        "replenish_warehouse": "c9_1001",
        "replenishment_type": "old_products",
        "currency": "EUR",
        "created_date": "2025-12-01",
        "expected_date": "2026-01-20",
        "received_date": "2026-01-04",
        "created_at": "2025-12-01T08:12:55+00:00",
        "updated_at": "2026-01-05T09:41:08+00:00",
        "last_modified": "2026-01-05T09:41:07+00:00",
        "total": Decimal("512.50"),
        "total_ordered": 50,
        "total_received": 12,
        "version": 3,
        "uom_ordering": True,
        "uom_round": "up",
        "moq": "variant",
        "discount_enabled": False,
        "addVendorSKUs": True,
        "addMySKUs": False,
        "min_budget": "",
        "min_quantity": "",
        "email": "buyer@example.test",
        "notes": "",
        "vendor_address": "1 Mill Lane\nLeeds",
        "source_address": {},
        "tax_info": {"rate": Decimal("0.20"), "name": "VAT"},
        "custom_fields": [],
        "connections": [],
        "history": [],
        "items": [
            line(received=12, remaining=18, received_history=[receipt(1767225600, 10), receipt(1767484800, 2)]),
            line("c9_5002", sku="TEE-RED-L ", replenishment=20, remaining=20, cost_price=Decimal("19.25")),
        ],
        **fields,
    }


def line(item_id: str | int = "c9_5001", **fields: Any) -> dict[str, Any]:
    """A line of 30 pieces of which none has come; a keyword replaces or adds a field."""
    return {
        "id": item_id,
        "line_id": item_id,
        "product_id": "5000_1",
        "sku": "TEE-RED-M",
        "title": "Tee red M",
        "barcode": "4006381333931",
        "vendor_reference": "AM-17",
        "replenishment": 30,
        "replenishment_original": 28,
        "remaining": 30,
        "uom_ordering": 6,
        "uom_info": "5x6",
        "boxes": 5,
        "cost_price": Decimal("4.25"),
        "cost_price_list": {"EUR": Decimal("4.25")},
        "ordered_cost": Decimal("127.50"),
        "total": Decimal("127.50"),
        "in_stock": 3,
        "messages": [],
        "edited": {},
        "attributes": [{"n": "Acme", "t": "brand"}],
        "has_error": False,
        **fields,
    }


def receipt(date: str | int, value: Any) -> dict[str, Any]:
    """An entry of a line's `received_history`."""
    return {"date": date, "value": value}


def raw(value: Any) -> bytes:
    """The JSON of an order, its decimals as numbers with the very digits."""
    return encode(value)


def record_of(value: Any) -> Record:
    """An order as it comes from the API, decoded."""
    found = decode_order(raw(value))
    assert isinstance(found, Record), found
    return found


def decoded(text: bytes) -> Order:
    """The order that this JSON is."""
    found = decode_order(text)
    assert isinstance(found, Record), found
    return found.order


def decoded_line(text: bytes) -> Line:
    """The line that this JSON is in an order."""
    (found,) = decoded(b'{"id":"1","items":[%b]}' % text).items or ()
    return found


def minute(number: int) -> str:
    """An instant a month ago, as many minutes after eight."""
    return f"2025-12-01T08:{number:02}:00+00:00"


def put_orders(account: Account, count: int = 25) -> None:
    """Add that many orders to the account, each modified a minute after the one before."""
    for number in range(count):
        account.put(order(f"order-{number:02}", last_modified=minute(number)))

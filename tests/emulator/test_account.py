from __future__ import annotations

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from inventory_planner_emulator import Account

NOW = datetime(2026, 1, 5, 12, 0, 0, 999_999, tzinfo=UTC)
STAMP = "2026-01-05T12:00:00+00:00"


@pytest.fixture
def account() -> Account:
    """An account with one order, whose two lines have the same item."""
    lines = [
        {"id": "v1", "replenishment": 10, "cost_price": Decimal("2.50")},
        {"id": "v1", "replenishment": 4, "cost_price": Decimal("2.50")},
    ]
    order = {"id": "a", "last_modified": "2024-05-03T09:41:07Z", "total": Decimal("35.01"), "items": lines}
    return Account([order], now=lambda: NOW)


def test_orders_are_stored_as_given_and_returned_as_copies() -> None:
    account = Account()
    order = {"id": "a", "last_modified": "2024-05-03T09:41:07Z", "items": [{"id": "v1"}]}
    account.put(order)
    order["items"].clear()
    account.get("a")["items"].clear()
    assert account.orders() == [{"id": "a", "last_modified": "2024-05-03T09:41:07Z", "items": [{"id": "v1"}]}]


def test_an_edit_stamps_the_order_in_whole_seconds() -> None:
    account = Account([{"id": "a", "status": "open", "notes": "x"}], now=lambda: NOW)
    account.edit("a", status="closed")
    stamps = {"last_modified": STAMP, "updated_at": STAMP}
    assert account.get("a") == {"id": "a", "status": "closed", "notes": "x", **stamps}


def test_received_goods_go_to_the_first_open_line(account: Account) -> None:
    account.receive("a", "v1", 10)
    account.receive("a", "v1", Decimal("1.5"))
    receipt = int(NOW.timestamp())
    order = account.get("a")
    assert [(line["received"], line["received_history"], line["remaining"]) for line in order["items"]] == [
        (10, [{"date": receipt, "value": 10}], 0),
        (Decimal("1.5"), [{"date": receipt, "value": Decimal("1.5")}], Decimal("2.5")),
    ]
    totals = {name: order[name] for name in ("total", "total_received", "received_date")}
    assert totals == {"total": Decimal("35.01"), "total_received": Decimal("11.5"), "received_date": "2026-01-05"}


def test_goods_beyond_the_ordered_quantity_go_to_the_last_line(account: Account) -> None:
    for quantity in (10, 4, 3):
        account.receive("a", "v1", quantity)
    assert [line["received"] for line in account.get("a")["items"]] == [10, 7]


def test_changing_a_missing_order_or_line_raises_an_error(account: Account) -> None:
    with pytest.raises(KeyError):
        account.edit("b", status="closed")
    with pytest.raises(KeyError):
        account.delete("b")
    with pytest.raises(KeyError):
        account.receive("a", "v2", 1)


def test_orders_without_an_id_are_stored_separately() -> None:
    account = Account([{"reference": "1"}, {"id": None, "reference": "2"}])
    assert account.orders() == [{"reference": "1"}, {"id": None, "reference": "2"}]


def test_concurrent_changes_are_not_lost() -> None:
    account = Account([{"id": "a", "items": [{"id": "v1", "replenishment": 400, "cost_price": 1}]}])

    def receive() -> None:
        for _ in range(50):
            account.receive("a", "v1", 1)

    threads = [threading.Thread(target=receive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    line = account.get("a")["items"][0]
    assert (line["received"], len(line["received_history"])) == (200, 200)

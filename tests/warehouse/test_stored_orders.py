from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from inventory_planner.warehouse.stored_orders import (
    Fingerprint,
    KnownOrders,
    count_orders,
    has_tables,
    known_orders,
    mark_deleted,
    stored_ids,
)
from inventory_planner.warehouse.warehouse import Account, Warehouse

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
ORDER = Fingerprint(datetime(2026, 1, 5, 9, 41, 7, tzinfo=UTC), "open", Decimal(50), Decimal(12))


def quarantine(account: Account, order_id: str | None) -> None:
    account.execute(
        "insert into inventory_planner._quarantine (_account_id, purchase_order_id, sync_id, __synced_at)"
        " values (?, ?, 's', ?)",
        [order_id, NOW],
    )


def test_a_new_warehouse_holds_nothing(warehouse: Warehouse) -> None:
    account = warehouse.account("a1000")
    assert not has_tables(warehouse)
    assert (known_orders(account), stored_ids(account), count_orders(account)) == (
        KnownOrders({}, frozenset(), frozenset()),
        set(),
        0,
    )


def test_the_orders_of_the_account_are_known_by_a_few_fields(stored: Account) -> None:
    assert has_tables(stored.warehouse)
    assert known_orders(stored) == KnownOrders({"one": ORDER, "two": ORDER}, frozenset(), frozenset())
    assert count_orders(stored) == 2


def test_a_deleted_order_is_known_apart_and_its_rows_stay(stored: Account) -> None:
    mark_deleted(stored, ["two"], NOW)

    assert known_orders(stored) == KnownOrders({"one": ORDER}, frozenset({"two"}), frozenset())
    assert (count_orders(stored), stored_ids(stored)) == (1, {"one", "two"})
    found = "select purchase_order_id, _deleted_at from inventory_planner.purchase_orders where _account_id = ?"
    assert sorted(stored.execute(found)) == [("one", None), ("two", NOW)]


def test_the_orders_of_another_account_are_not_marked(stored: Account) -> None:
    mark_deleted(stored, ["one", "two"], NOW)
    assert count_orders(stored.warehouse.account("a2000")) == 1


def test_a_deleted_order_leaves_quarantine(stored: Account) -> None:
    for order_id in ("one", "invalid", None):
        quarantine(stored, order_id)
    assert known_orders(stored).quarantined == {"one", "invalid"}

    mark_deleted(stored, ["invalid"], NOW)

    assert known_orders(stored).quarantined == {"one"}


def test_more_orders_than_a_statement_takes_parameters_are_marked(
    stored: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory_planner.warehouse.stored_orders.MAX_PARAMETERS", 1)
    mark_deleted(stored, ["one", "two"], NOW)
    assert count_orders(stored) == 0


def test_the_ids_in_any_table_are_stored(stored: Account) -> None:
    stored.warehouse.execute("delete from inventory_planner.purchase_orders where purchase_order_id = 'two'")
    quarantine(stored, "invalid")
    assert stored_ids(stored) == {"one", "two", "invalid"}


def test_tables_that_a_killed_first_load_left_out_are_missed(stored: Account) -> None:
    stored.warehouse.execute("drop table inventory_planner.purchase_order_receipts")
    assert not has_tables(stored.warehouse)
    assert (known_orders(stored).present, stored_ids(stored)) == ({}, {"one", "two"})

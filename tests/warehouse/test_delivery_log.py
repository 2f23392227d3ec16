from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from inventory_planner.warehouse.delivery_log import (
    ROWS,
    Delivery,
    DeliveryState,
    create_log,
    delivered_rows,
    end_delivery,
    last_delivery,
    next_number,
    open_deliveries,
    record_delivery,
)
from inventory_planner.warehouse.warehouse import Account, Warehouse

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
PLACE = ("u@h:22", "/stock")


@pytest.fixture
def log(warehouse: Warehouse) -> Account:
    account = warehouse.account("a1000")
    create_log(account)
    return account


def delivery(number: int, kind: str = "variant-warehouse", directory: str = PLACE[1]) -> Delivery:
    return Delivery(
        *(uuid4().hex, number, kind, PLACE[0], directory, f"{number}.csv", NOW, None, None, DeliveryState.INTENDED),
        *(None, None, False, 3, 1, 1, 2, 100, "stock.csv", "d1", "d2", None, "me"),
    )


def deliver(log: Account, rows: dict[int, int], *, ends: bool = True, **options: str) -> Delivery:
    recorded = delivery(next_number(log), **options)
    record_delivery(log, recorded, rows.items())
    return end_delivery(log, recorded, DeliveryState.DELIVERED, "Delivered.") if ends else recorded


def stored(log: Account) -> int:
    ((count,),) = log.warehouse.execute(f"select count(*) from {ROWS}")
    return int(count)


def test_what_was_delivered_last_of_each_row_is_remembered_once(log: Account) -> None:
    deliver(log, {1: 10, 2: 20, -(2**63): 2**63 - 1})
    deliver(log, {1: 11})
    deliver(log, {1: 12, 3: 30})
    assert delivered_rows(log, "variant-warehouse", *PLACE) == {1: 12, 2: 20, 3: 30, -(2**63): 2**63 - 1}
    assert stored(log) == 4


def test_rows_count_only_once_their_delivery_has_arrived(log: Account) -> None:
    deliver(log, {1: 10})
    recorded = deliver(log, {1: 11, 2: 21}, ends=False)
    assert delivered_rows(log, "variant-warehouse", *PLACE) == {1: 10}
    assert open_deliveries(log) == [recorded]
    end_delivery(log, replace(recorded, state=DeliveryState.SENT), DeliveryState.FAILED, "Lost.")
    assert (delivered_rows(log, "variant-warehouse", *PLACE), open_deliveries(log), stored(log)) == ({1: 10}, [], 1)


def test_each_kind_directory_and_account_has_its_own_rows(log: Account) -> None:
    deliver(log, {1: 10})
    deliver(log, {1: 11}, kind="vendor")
    deliver(log, {1: 12}, directory="/other")
    other = log.warehouse.account("a2000")
    deliver(other, {1: 13})
    assert delivered_rows(log, "variant-warehouse", *PLACE) == {1: 10}
    assert delivered_rows(other, "variant-warehouse", *PLACE) == {1: 13}
    assert (next_number(log), next_number(other), stored(log)) == (4, 2, 4)
    last = last_delivery(log, *PLACE)
    assert last
    assert last.kind == "vendor"


def test_more_rows_than_a_statement_holds_are_stored(log: Account) -> None:
    rows = {key: -key for key in range(12_345)}
    deliver(log, rows)
    assert delivered_rows(log, "variant-warehouse", *PLACE) == rows

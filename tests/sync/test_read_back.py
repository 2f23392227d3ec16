from __future__ import annotations

from typing import Any

import pytest

from first_loads import load_first
from inventory_planner.sync.load import Job
from inventory_planner.sync.read_back import MAX_SINGLE_READS, read_back
from inventory_planner_emulator import Account
from orders import order, put_orders

LIST = "/api/v1/purchase-orders"
STATUSES = "select purchase_order_id, status from inventory_planner.purchase_orders order by purchase_order_id"
SYNCS = "select sync_kind, outcome, orders, requests from inventory_planner._syncs order by started_at"


def rows(job: Job, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in job.warehouse.execute(query)]


def test_a_few_orders_are_read_one_by_one(account: Account, job: Job) -> None:
    put_orders(account, 3)
    load_first(account, job)
    account.edit("order-01", status="closed")
    account.requests.clear()
    read_back(job, ["order-01"])
    assert [request.path for request in account.requests] == [f"{LIST}/order-01"]
    assert rows(job, STATUSES) == [("order-00", "open"), ("order-01", "closed"), ("order-02", "open")]
    assert rows(job, SYNCS)[-1] == ("write-back", "succeeded", 1, 1)


def test_an_order_that_was_never_loaded_enters_the_warehouse(account: Account, job: Job) -> None:
    account.put(order("a", status="closed"))
    read_back(job, ["a"])
    assert rows(job, STATUSES) == [("a", "closed")]


def test_a_deleted_order_is_left_to_the_sweep(account: Account, job: Job) -> None:
    account.put(order("a"))
    load_first(account, job)
    account.delete("a")
    read_back(job, ["a"])
    assert rows(job, STATUSES) == [("a", "open")]


@pytest.mark.long
def test_many_orders_are_read_from_the_list_of_changed_ones(account: Account, job: Job) -> None:
    put_orders(account, MAX_SINGLE_READS + 5)
    load_first(account, job)
    changed = [f"order-{number:02}" for number in range(MAX_SINGLE_READS + 1)]
    for order_id in changed:
        account.edit(order_id, status="closed")
    account.requests.clear()
    read_back(job, changed)
    assert {request.path for request in account.requests} == {LIST}
    assert [order_id for order_id, status in rows(job, STATUSES) if status == "closed"] == changed


@pytest.mark.long
def test_of_many_orders_those_that_the_list_does_not_show_as_changed_are_read_one_by_one(
    account: Account, job: Job
) -> None:
    put_orders(account, MAX_SINGLE_READS + 5)
    load_first(account, job)
    changed = [f"order-{number:02}" for number in range(MAX_SINGLE_READS + 1)]
    for order_id in changed[1:]:
        account.edit(order_id, status="closed")
    account.put({**account.get(changed[0]), "status": "closed"})  # and keeps its last_modified
    account.requests.clear()
    read_back(job, changed)
    assert [each.path for each in account.requests if each.path != LIST] == [f"{LIST}/{changed[0]}"]
    assert [order_id for order_id, status in rows(job, STATUSES) if status == "closed"] == changed


def test_nothing_changed_is_nothing_to_read(account: Account, job: Job) -> None:
    read_back(job, [])
    assert account.requests == []

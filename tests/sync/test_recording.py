from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

import oracle
from first_loads import load_first
from inventory_planner.api.client import Client
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import RefusedError
from inventory_planner.sync.load import Job, load
from inventory_planner.sync.recording import count_requests, recorded
from inventory_planner.warehouse.sync_log import RUNNING, SyncReport
from inventory_planner_emulator import Account, Fault
from orders import line, minute, order, put_orders

REFUSED = (
    "GET /api/v1/purchase-orders returned 401 (Invalid API key). Check the API key (Account > Settings > API; its user"
    " needs full access) and the account id (`a=` in the address of the web application)."
)


def outcomes(job: Job) -> list[tuple[str, str | None]]:
    return job.warehouse.execute("select outcome, error from inventory_planner._syncs order by started_at")


def test_a_sync_is_recorded_as_running_and_then_with_its_outcome(job: Job) -> None:
    with recorded(job.account, job.client, SyncReport("a1000")):
        assert outcomes(job) == [(RUNNING, None)]
    assert outcomes(job) == [("succeeded", None)]


@pytest.mark.parametrize(
    ("error", "text"),
    [(ValueError("what happened"), "what happened"), (KeyboardInterrupt(), "KeyboardInterrupt")],
    ids=["an error", "an interruption without a message"],
)
def test_a_sync_that_fails_is_recorded_with_its_error(job: Job, error: BaseException, text: str) -> None:
    with pytest.raises(type(error)), recorded(job.account, job.client, SyncReport("a1000")):
        raise error
    assert outcomes(job) == [("failed", text)]


def test_all_numbers_of_a_sync_are_recorded(account: Account, job: Job) -> None:
    put_orders(account)
    account.faults.append(Fault.rate_limited(3))

    load(job)

    (row,) = job.warehouse.execute(
        "select _account_id, outcome, sync_kind, cursor_before, cursor_after, requests, retries, waited_seconds, pages,"
        " orders, lines, quarantined, error, bytes > 1000, ended_at >= started_at from inventory_planner._syncs"
    )
    cursor = datetime(2025, 12, 1, 8, 24, tzinfo=UTC)
    assert row == ("a1000", "succeeded", "seek", None, cursor, 5, 1, 3.0, 3, 25, 50, 0, None, True, True)


def test_only_the_requests_of_the_block_are_counted(account: Account, job: Job) -> None:
    put_orders(account, 1)
    load_first(account, job)
    report = SyncReport("a1000")
    with count_requests(job.client, report):
        load(job)
    assert (report.requests, report.retries) == (1, 0)
    assert report.bytes > 0


def test_a_refused_key_is_recorded_and_changes_nothing(account: Account, job: Job, folder: DataFolder) -> None:
    put_orders(account)
    load_first(account, job)
    with (
        Client(job.settings.base_url, "wrong", job.settings.account_id, 0) as client,
        pytest.raises(RefusedError),
    ):
        load(replace(job, client=client))

    oracle.assert_equal(folder.warehouse, account.orders())
    found = job.warehouse.execute(
        "select outcome, requests, orders, error from inventory_planner._syncs order by started_at"
    )
    assert found[1] == ("failed", 1, 0, REFUSED)


@pytest.mark.long
def test_undocumented_fields_are_kept_and_reported_once(account: Account, job: Job) -> None:
    account.put(order("one", color="red", last_modified=minute(1)))
    account.put(order("two", items=[line(last_90_days_sales=Decimal("1.50"))], last_modified=minute(2)))
    account.put(order("three", last_modified=minute(3)))

    first = load(job)
    account.edit("one", color="blue")
    second = load(job)
    account.edit("one", shape="round")
    third = load(job)

    assert job.warehouse.execute(
        "select purchase_order_id, _unknown_fields from inventory_planner.purchase_orders order by all"
    ) == [("one", '{"color":"blue","shape":"round"}'), ("three", None), ("two", None)]
    assert job.warehouse.execute(
        "select purchase_order_id, _unknown_fields from inventory_planner.purchase_order_items where _unknown_fields"
        " is not null"
    ) == [("two", '{"last_90_days_sales":1.50}')]
    assert [first.drift, second.drift, third.drift] == [
        '["item.last_90_days_sales", "purchase-order.color"]',
        None,
        '["purchase-order.shape"]',
    ]

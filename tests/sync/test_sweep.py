from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import oracle
from first_loads import load_first
from inventory_planner.api.client import Client
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import SweepError, UnreachableError
from inventory_planner.sync.load import Job, load
from inventory_planner.sync.sweep import SWEEP_EVERY, sweep, sweep_if_due
from inventory_planner.warehouse.build_record import read_build, record_build
from inventory_planner_emulator import Account, Fault, Quirks, RecordedRequest
from orders import order


@pytest.fixture
def loaded(account: Account, job: Job) -> Job:
    """A warehouse that equals an account of 25 orders."""
    for number in range(25):
        modified = datetime(2025, 12, 1, 8, tzinfo=UTC) + timedelta(hours=number)
        account.put(order(f"order-{number:02}", last_modified=modified.isoformat()))
    load_first(account, job)
    return job


def deleted(job: Job) -> list[str]:
    found = job.warehouse.execute(
        "select purchase_order_id from inventory_planner.purchase_orders where _deleted_at is not null order by all"
    )
    return [order_id for (order_id,) in found]


def requested(account: Account) -> list[tuple[str, Any]]:
    return [
        (request.path.removeprefix("/api/v1/purchase-orders"), request.params.get("page"))
        for request in account.requests
    ]


@pytest.mark.parametrize("total", [400638133393100, "Infinity"])
def test_a_sweep_finds_an_order_with_a_total_that_no_column_can_hold_unchanged(
    account: Account, job: Job, total: Any
) -> None:
    account.put(order("other", last_modified="2025-12-01T08:00:00+00:00"))
    account.put(order("overflowing", last_modified="2025-12-01T08:01:00+00:00", total_ordered=total))
    load(job)

    report = sweep(job)

    assert (report.account_orders, report.warehouse_orders, report.has_changes) == (2, 2, False)
    account.requests.clear()
    assert not load(job).has_changes


def test_a_sweep_without_differences_walks_the_ids_and_changes_nothing(account: Account, loaded: Job) -> None:
    report = sweep(loaded)

    assert requested(account) == [("", "0"), ("", "1"), ("", "2")]
    assert (report.has_changes, report.account_orders, report.warehouse_orders) == (False, 25, 25)


def test_a_deleted_order_is_confirmed_by_its_id_and_marked_and_its_rows_stay(
    account: Account, loaded: Job, folder: DataFolder
) -> None:
    account.delete("order-07")

    report = sweep(loaded)

    assert deleted(loaded) == ["order-07"]
    assert (report.deleted, report.warehouse_orders) == (1, 24)
    assert requested(account)[3:] == [("/order-00", None), ("/order-07", None)]
    oracle.assert_equal(folder.warehouse, account.orders())


def test_an_order_that_comes_back_is_no_longer_marked(account: Account, loaded: Job, folder: DataFolder) -> None:
    order_07 = account.get("order-07")
    account.delete("order-07")
    sweep(loaded)

    account.put(order_07)
    sweep(loaded)

    assert deleted(loaded) == []
    oracle.assert_equal(folder.warehouse, account.orders())


@pytest.mark.parametrize(
    "change",
    [{"status": "closed"}, {"total_received": 13}, {"last_modified": "2025-12-01T08:00:01+00:00"}],
    ids=["status", "totals", "an older instant"],
)
def test_a_change_without_a_newer_instant_is_found_and_read(
    account: Account, loaded: Job, change: dict[str, Any], folder: DataFolder
) -> None:
    account.put({**account.get("order-03"), **change, "notes": "changed without a sign"})

    report = sweep(loaded)

    assert report.orders == 1
    assert requested(account)[3:] == [("/order-03", None)]
    oracle.assert_equal(folder.warehouse, account.orders())


def test_an_order_that_no_load_returned_is_read(account: Account, loaded: Job, folder: DataFolder) -> None:
    account.put(order("without an instant", last_modified=None))

    sweep(loaded)

    oracle.assert_equal(folder.warehouse, account.orders())


def test_many_silent_changes_are_read_page_by_page(
    account: Account, loaded: Job, monkeypatch: pytest.MonkeyPatch, folder: DataFolder
) -> None:
    monkeypatch.setattr("inventory_planner.sync.sweep.MAX_SINGLE_READS", 5)
    for each in account.orders()[:6]:
        account.put({**each, "status": "closed"})

    sweep(loaded)

    assert ("/order-00", None) not in requested(account)
    oracle.assert_equal(folder.warehouse, account.orders())


def test_an_order_that_the_walk_skipped_is_not_marked(account: Account, loaded: Job) -> None:
    hidden = account.get("order-07")

    def hide_during_the_walk(request: RecordedRequest) -> None:
        if request.params.get("page") == "0":
            account.delete("order-07")
        elif request.path.endswith("/order-07"):
            account.put(hidden)

    account.before_answer.append(hide_during_the_walk)

    report = sweep(loaded)

    assert (report.deleted, deleted(loaded)) == (0, [])


def test_an_account_that_seems_empty_needs_force_to_empty_the_warehouse(account: Account, loaded: Job) -> None:
    for each in account.orders():
        account.delete(each["id"])

    with pytest.raises(SweepError, match="25 of 25 orders seem to be deleted"):
        sweep(loaded)
    assert deleted(loaded) == []

    assert sweep(loaded, force=True).deleted == 25


def test_more_deletions_than_are_plausible_need_force(account: Account, loaded: Job) -> None:
    for each in account.orders()[:11]:
        account.delete(each["id"])

    with pytest.raises(SweepError, match=r"sweep --force"):
        sweep(loaded)

    assert deleted(loaded) == []


def test_no_order_is_marked_if_the_api_finds_none_by_its_id(account: Account, loaded: Job) -> None:
    account.delete("order-07")
    for_single_reads = Fault.refused("Failed to find purchase-order", 404).only(
        lambda request: request.path.endswith("0")
    )
    account.faults.append(for_single_reads)

    with pytest.raises(SweepError, match="does not find it by its id"):
        sweep(loaded)

    assert deleted(loaded) == []


def test_an_order_whose_single_read_fails_is_not_marked(account: Account, loaded: Job) -> None:
    account.delete("order-07")
    account.faults.extend([Fault.server_error().only(lambda request: request.path.endswith("/order-07"))] * 6)

    with pytest.raises(UnreachableError):
        sweep(loaded)

    assert deleted(loaded) == []


@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(page_cap=4),
        Quirks(not_found_as_200=True),
        Quirks(ignore_sort=True, default_order="scattered"),
        Quirks(empty_text_numbers=True, drop_unset=True, mixed_offsets=True),
    ],
    ids=["a capped page", "not found as 200", "no order", "odd values"],
)
def test_a_quirk_of_the_api_is_not_taken_for_a_change(account: Account, loaded: Job, quirks: Quirks) -> None:
    account.quirks = quirks
    account.delete("order-07")

    report = sweep(loaded)

    assert (report.orders, report.deleted, deleted(loaded)) == (0, 1, ["order-07"])


def test_an_order_out_of_scope_is_not_read(account: Account, job: Job, folder: DataFolder) -> None:
    of_open = replace(job, settings=replace(job.settings, status=("open",)))
    load(of_open)
    account.put(order("draft", status="draft", last_modified=None))
    account.put(order("open", status="Open", last_modified=None))

    sweep(of_open)

    oracle.assert_equal(folder.warehouse, [account.get("open")])


def test_the_orders_of_another_account_are_not_marked(account: Account, loaded: Job) -> None:
    account.account_id = "a2000"
    with Client(loaded.settings.base_url, account.api_key, "a2000", 0) as client:
        other = replace(loaded, client=client, settings=replace(loaded.settings, account_id="a2000"))
        load(other)
        account.delete("order-07")
        report = sweep(other)

    assert report.deleted == 1
    marked = "select _account_id from inventory_planner.purchase_orders where _deleted_at is not null"
    assert loaded.warehouse.execute(marked) == [("a2000",)]


def test_a_sweep_that_marks_orders_invalidates_the_build_and_another_one_does_not(
    account: Account, loaded: Job
) -> None:
    record_build(loaded.warehouse, {"version": "1"})
    sweep(loaded)
    assert read_build(loaded.warehouse) is not None

    account.delete("order-07")
    sweep(loaded)

    assert read_build(loaded.warehouse) is None


# when a sweep is due


def test_a_sweep_is_due_once_a_day(loaded: Job) -> None:
    assert sweep_if_due(loaded) is not None
    assert sweep_if_due(loaded) is None

    loaded.warehouse.execute(
        "update inventory_planner._syncs set started_at = started_at - ? where sync_kind = 'sweep'", [SWEEP_EVERY]
    )

    assert sweep_if_due(loaded) is not None


def test_a_sweep_is_due_when_the_totals_differ_more_than_before(account: Account, loaded: Job) -> None:
    sweep(loaded)
    account.requests.clear()
    assert sweep_if_due(loaded) is None
    assert len(account.requests) == 1

    account.delete("order-07")

    swept = sweep_if_due(loaded)
    assert swept is not None
    assert swept.deleted == 1


def test_with_a_status_filter_the_totals_make_no_sweep_due(account: Account, loaded: Job) -> None:
    of_open = replace(loaded, settings=replace(loaded.settings, status=("open",)))
    sweep(of_open)
    account.put(order("draft", status="draft"))
    account.requests.clear()

    assert sweep_if_due(of_open) is None
    assert account.requests == []


def test_a_sweep_that_failed_is_due_again(account: Account, loaded: Job) -> None:
    for each in account.orders():
        account.delete(each["id"])
    for _ in range(2):
        with pytest.raises(SweepError):
            sweep_if_due(loaded)

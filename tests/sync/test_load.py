from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

import oracle
from first_loads import load_first
from inventory_planner.api.client import ATTEMPTS, Client
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import RejectedError, UnreachableError
from inventory_planner.sync import chunks
from inventory_planner.sync.load import Job, load, preview
from inventory_planner_emulator import Account, Fault, RecordedRequest
from orders import line, minute, order, put_orders, receipt


def with_settings(job: Job, **settings: object) -> Job:
    return replace(job, settings=replace(job.settings, **settings))


# what arrives


def test_the_warehouse_equals_the_account_after_the_first_load(account: Account, job: Job, folder: DataFolder) -> None:
    put_orders(account)

    report = load(job)

    oracle.assert_equal(folder.warehouse, account.orders())
    assert (report.orders, report.lines, report.quarantined) == (25, 50, 0)
    assert (report.cursor_before, report.cursor_after) == (None, datetime(2025, 12, 1, 8, 24, tzinfo=UTC))


def test_an_empty_account_creates_all_tables_without_rows(account: Account, job: Job) -> None:
    load(job)

    assert account.orders() == []
    assert sorted(name for name in job.warehouse.tables() if not name.startswith("_dlt")) == [
        "_build_record",
        "_quarantine",
        "_syncs",
        "purchase_order_components",
        "purchase_order_connections",
        "purchase_order_items",
        "purchase_order_receipts",
        "purchase_order_stock_updates",
        "purchase_orders",
    ]


def test_a_load_without_changes_sends_one_request_and_writes_nothing(account: Account, job: Job) -> None:
    put_orders(account)
    load_first(account, job)
    loads = job.warehouse.execute("select count(*) from inventory_planner._dlt_loads")
    account.requests.clear()

    report = load(with_settings(job, page_size=1000))

    assert [request.params["last_modified_gte"] for request in account.requests] == [minute(14)]
    assert (report.orders, report.has_changes) == (0, False)
    assert job.warehouse.execute("select count(*) from inventory_planner._dlt_loads") == loads


def test_edits_removed_lines_emptied_and_new_orders_arrive(account: Account, job: Job, folder: DataFolder) -> None:
    components = [{"id": "c9_6001", "quantity": 4, "sku": "LEG"}, {"id": "c9_6001", "quantity": 1}]
    put_orders(account)
    account.put(order("assembly", type="assembly", items=[line(components=components)]))
    account.put(order("saved", connections=[{"connection": "shop", "id": 815902, "status": "queued", "save_po": True}]))
    load(job)

    account.edit("order-03", notes="call before delivery", status="CLOSED")
    account.edit("order-04", items=account.get("order-04")["items"][1:])
    account.edit("order-05", items=[], total_ordered=0)
    account.edit("assembly", items=[line(components=components[:1])])
    account.edit("saved", connections=[])
    account.put(order("new", items=[line(), line(), line(received=1, received_history=[receipt(1767225600, 1)])]))
    load(job)

    oracle.assert_equal(folder.warehouse, account.orders())
    assert job.warehouse.execute(
        "select count(*) from inventory_planner.purchase_order_items where purchase_order_id = 'order-05'"
    ) == [(0,)]


def test_a_second_edit_within_the_same_second_arrives(account: Account, job: Job) -> None:
    account.put(order("order", last_modified=minute(1), notes="first"))
    load(job)

    account.put(order("order", last_modified=minute(1), notes="second"))
    load(job)

    assert job.warehouse.execute("select notes from inventory_planner.purchase_orders") == [("second",)]


def test_a_change_that_becomes_visible_late_arrives(account: Account, job: Job, folder: DataFolder) -> None:
    put_orders(account)
    load_first(account, job)

    account.put(order("late", last_modified=minute(20)))
    load(job)

    oracle.assert_equal(folder.warehouse, account.orders())


@pytest.mark.long
def test_an_order_modified_in_the_future_hides_no_change(account: Account, job: Job, folder: DataFolder) -> None:
    account.put(order("from the future", last_modified="2999-01-01T00:00:00+00:00"))
    load(job)

    account.put(order("today", last_modified=datetime.now(UTC).isoformat(timespec="seconds")))
    load(job)

    oracle.assert_equal(folder.warehouse, account.orders())


def test_two_accounts_in_one_warehouse_leave_each_other_alone(account: Account, job: Job, folder: DataFolder) -> None:
    put_orders(account)
    first = account.orders()
    load(job)

    account.account_id = "a2000"
    account.edit("order-01", notes="of the second account", items=[])
    with Client(job.settings.base_url, account.api_key, "a2000", 0) as client:
        load(replace(with_settings(job, account_id="a2000"), client=client))

    oracle.assert_equal(folder.warehouse, first, "a1000")
    oracle.assert_equal(folder.warehouse, account.orders(), "a2000")


def test_an_invalid_record_is_quarantined_and_the_rest_loads(account: Account, job: Job) -> None:
    put_orders(account, 3)
    account.put(order("too much", shipping_handling="12345678901234567890", last_modified=minute(4)))
    account.put(order("no number", shipping_handling="many", last_modified=minute(5)))

    report = load(job)

    assert (report.orders, report.quarantined) == (3, 2)
    found = job.warehouse.execute(
        "select purchase_order_id, reason, record from inventory_planner._quarantine order by all"
    )
    assert [(order_id, reason.split(":")[0]) for order_id, reason, _ in found] == [
        ("no number", 'Expected a number, got "many" - at `$.shipping_handling`'),
        ("too much", "`shipping_handling`"),
    ]
    assert '"shipping_handling":"many"' in found[0][2]


@pytest.mark.long
def test_orders_of_an_unexpected_shape_load_and_are_reported_once(account: Account, job: Job) -> None:
    account.put(order("strange", created_at="-0001-11-30T00:00:00+00:00", expected_date=False, readonly="yes"))
    account.put(
        order("lines", items=[line(id=None, line_id="l", received=False), line(cost_price="1,234.50", tax="n/a")])
    )
    account.put(order("pieces", items=[line(received="5 pcs")]))

    report = load(job)

    assert (report.orders, report.quarantined) == (2, 1)
    assert json.loads(report.drift or "") == [
        "item.id (unexpected shape)",
        "item.tax (unexpected shape)",
        "purchase-order.created_at (unexpected shape)",
        "purchase-order.readonly (unexpected shape)",
    ]
    assert job.warehouse.execute(
        "select created_at, expected_date, readonly, _unknown_fields from inventory_planner.purchase_orders"
        " where purchase_order_id = 'strange'"
    ) == [(None, None, None, '{"created_at":"-0001-11-30T00:00:00+00:00","readonly":"yes"}')]
    assert job.warehouse.execute(
        "select purchase_order_item_id, received, cost_price, tax, _unknown_fields"
        " from inventory_planner.purchase_order_items where purchase_order_id = 'lines' order by line_number"
    ) == [("l", 0, Decimal("4.25"), None, '{"id":null}'), ("c9_5001", None, Decimal("1234.5"), None, '{"tax":"n/a"}')]
    account.edit("strange", readonly="no")
    assert load(job).drift is None


# where a load starts and what it keeps


def test_the_orders_read_before_a_failure_are_kept(account: Account, job: Job, folder: DataFolder) -> None:
    put_orders(account)

    def fail_from_the_fourth_request(_request: RecordedRequest) -> None:
        if len(account.requests) == 4:
            account.faults.extend([Fault.server_error()] * ATTEMPTS)

    account.before_answer.append(fail_from_the_fourth_request)
    with pytest.raises(UnreachableError):
        load(job)

    assert job.warehouse.execute("select count(*) from inventory_planner.purchase_orders") == [(19,)]
    account.before_answer.clear()
    account.faults.clear()
    account.requests.clear()
    load(job)
    oracle.assert_equal(folder.warehouse, account.orders())
    assert account.requests[0].params["last_modified_gte"] == "2025-12-01T07:59:00+00:00"


def test_a_reading_that_breaks_off_does_not_set_the_cursor_back(account: Account, job: Job) -> None:
    put_orders(account)
    load_first(account, job)
    by_twos = with_settings(job, page_size=2)
    for _ in range(3):
        account.faults.extend([Fault.slow(0), Fault.refused("Something went wrong")])
        with pytest.raises(RejectedError):
            load(by_twos)
    account.faults.clear()
    account.requests.clear()

    load(by_twos)

    assert account.requests[0].params["last_modified_gte"] == minute(14)


def test_a_full_load_reads_and_writes_all_orders_again(account: Account, job: Job, folder: DataFolder) -> None:
    put_orders(account)
    load_first(account, job)
    job.warehouse.execute("update inventory_planner.purchase_orders set notes = 'spoiled'")

    report = load(replace(job, full=True))

    assert report.orders == 25
    oracle.assert_equal(folder.warehouse, account.orders())


def test_since_starts_earlier_and_never_leaves_a_gap(account: Account, job: Job) -> None:
    put_orders(account)
    load_first(account, job)
    with_large_pages = with_settings(job, page_size=1000)

    load(replace(with_large_pages, since=datetime(2025, 12, 1, 8, 5, tzinfo=UTC)))
    load(replace(with_large_pages, since=datetime(2025, 12, 31, tzinfo=UTC)))

    assert [request.params["last_modified_gte"] for request in account.requests] == [minute(5), minute(14)]


def test_since_leaves_no_gap_in_an_empty_warehouse(account: Account, job: Job, folder: DataFolder) -> None:
    put_orders(account)

    load(replace(job, since=datetime(2025, 12, 1, 8, 20, tzinfo=UTC)))

    oracle.assert_equal(folder.warehouse, account.orders())


def test_the_first_load_starts_at_the_start_date(account: Account, job: Job, folder: DataFolder) -> None:
    put_orders(account)

    load(with_settings(job, start_date=datetime(2025, 12, 1, 8, 20, tzinfo=UTC)))

    oracle.assert_equal(folder.warehouse, account.orders()[20:])


# the order filter


@pytest.mark.long
def test_a_status_filter_leaves_others_out_and_follows_orders_in_scope(
    account: Account, job: Job, folder: DataFolder
) -> None:
    account.put(order("in", status="Open", last_modified=minute(1)))
    account.put(order("out", status="draft", last_modified=minute(2)))
    of_open = with_settings(job, status=("open",))
    load(of_open)

    account.edit("in", status="closed")
    account.edit("out", notes="still a draft")
    load(of_open)

    oracle.assert_equal(folder.warehouse, [account.get("in")])


@pytest.mark.long
def test_an_order_that_leaves_the_status_filter_during_a_load_is_followed(
    account: Account, job: Job, folder: DataFolder
) -> None:
    put_orders(account)

    def close_an_order_that_was_read(_request: RecordedRequest) -> None:
        if len(account.requests) == 2:
            account.edit("order-01", status="closed")

    account.before_answer.append(close_an_order_that_was_read)
    load(with_settings(job, status=("open",)))

    oracle.assert_equal(folder.warehouse, account.orders())


@pytest.mark.long
def test_another_order_filter_reads_the_account_from_the_beginning(
    account: Account, job: Job, folder: DataFolder
) -> None:
    account.put(order("open", status="open", last_modified=minute(1)))
    account.put(order("draft", status="draft", last_modified=minute(2)))
    load(with_settings(job, status=("open",)))
    oracle.assert_equal(folder.warehouse, [account.get("open")])

    load(job)

    oracle.assert_equal(folder.warehouse, account.orders())
    account.requests.clear()
    assert not load(job).has_changes
    assert account.requests[0].params["last_modified_gte"] == "2025-12-01T07:52:00+00:00"


# preview


def test_a_preview_counts_what_would_be_loaded_and_writes_nothing(
    account: Account, job: Job, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "MIN_ORDERS_TO_APPEND", 2)
    put_orders(account)

    report = preview(job)

    assert (report.orders, report.lines, report.outcome) == (25, 50, "previewed")
    assert not folder.warehouse.exists()

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

import oracle
from inventory_planner.api.client import ATTEMPTS, Client
from inventory_planner.data_folder import Folder
from inventory_planner.errors import LoadError, RefusedError, RejectedError, UnreachableError
from inventory_planner.settings import Settings
from inventory_planner.sync import chunks
from inventory_planner.sync.load import Job, _pipeline, load, preview
from inventory_planner.warehouse import stored_orders as warehouse
from inventory_planner_emulator import Account, Fault, RecordedRequest
from orders import line, order, receipt

PAGE_SIZE = 10
TIGHT = f"{warehouse.GENEROUS}; set memory_limit = '12MB'"
HEAVY = "The orders of this account need more memory than most. From now on DuckDB has all there is: run this again."
REFUSED = (
    "GET /api/v1/purchase-orders answered 401 (Invalid API key). Check the key (Account > Settings > API; its user"
    " needs full access) and the account id (`a=` in the address of the web application)."
)


@pytest.fixture
def job(client: Client, settings: Settings, folder: Folder) -> Job:
    return Job(client, replace(settings, page_size=PAGE_SIZE), folder)


def minute(number: int) -> str:
    return f"2025-12-01T08:{number:02}:00+00:00"


def fill(account: Account, count: int = 25) -> None:
    for number in range(count):
        account.put(order(f"order-{number:02}", last_modified=minute(number)))


def query(folder: Folder, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(folder.warehouse, read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(sql).fetchall()


def test_the_warehouse_equals_the_account_after_the_first_load(account: Account, job: Job) -> None:
    fill(account)

    report = load(job)

    oracle.assert_equal(job.folder.warehouse, account.orders())
    assert (report.orders, report.lines, report.quarantined) == (25, 50, 0)
    assert (report.mark_before, report.mark_after) == (None, datetime(2025, 12, 1, 8, 24, tzinfo=UTC))


def test_new_orders_are_appended_without_a_row_for_those_that_have_no_lines(
    account: Account, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "WORTH_APPENDING", 2)
    fill(account, 5)
    account.put(order("empty", items=[]))

    load(job)

    oracle.assert_equal(job.folder.warehouse, account.orders())
    merged = "select count(*) from information_schema.tables where table_schema = 'inventory_planner_staging'"
    assert query(job.folder, merged) == [(0,)]


def test_what_a_killed_run_has_left_of_new_orders_is_merged_with(
    account: Account, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "WORTH_APPENDING", 2)
    fill(account, 5)
    load(job)
    with duckdb.connect(job.folder.warehouse) as connection:
        connection.execute("delete from inventory_planner.purchase_orders")

    load(replace(job, full=True))

    oracle.assert_equal(job.folder.warehouse, account.orders())


def fill_with_heavy_orders(account: Account) -> None:
    for number in range(12):
        account.put(order(f"order-{number:02}", last_modified=minute(number), history=f"{number}, " * 100_000))


def test_orders_that_need_more_memory_than_most_are_loaded_all_the_same(
    account: Account, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse, "FRUGAL", TIGHT)
    fill_with_heavy_orders(account)

    load(job)

    oracle.assert_equal(job.folder.warehouse, account.orders())
    needed_more = [("failed", HEAVY), ("succeeded", None)]
    assert query(job.folder, "select outcome, error from inventory_planner._syncs order by started_at") == needed_more

    account.put(order("order-00", last_modified=minute(59)))
    load(job)

    oracle.assert_equal(job.folder.warehouse, account.orders())
    assert query(job.folder, "select count(*) from inventory_planner._syncs") == [(3,)]


def test_too_little_memory_is_named_and_loses_nothing(
    account: Account, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.put(order("light", last_modified="2025-11-30T08:00:00+00:00"))
    load(job)
    with monkeypatch.context() as patched:
        for settings in ("FRUGAL", "GENEROUS"):
            patched.setattr(warehouse, settings, TIGHT)
        fill_with_heavy_orders(account)

        with pytest.raises(
            LoadError, match=r"need more memory than there is: run it where there is more. \(.*used\)\)$"
        ):
            load(job)

    assert query(job.folder, "select purchase_order_id from inventory_planner.purchase_orders") == [("light",)]
    load(job)
    oracle.assert_equal(job.folder.warehouse, account.orders())


def test_an_empty_account_makes_all_tables_and_no_rows(account: Account, job: Job) -> None:
    load(job)

    assert account.orders() == []
    made = query(
        job.folder, "select table_name from information_schema.tables where table_schema = 'inventory_planner'"
    )
    assert sorted(name for name in made if not name[0].startswith("_dlt")) == [
        ("_quarantine",),
        ("_syncs",),
        ("purchase_order_components",),
        ("purchase_order_connections",),
        ("purchase_order_items",),
        ("purchase_order_receipts",),
        ("purchase_order_stock_updates",),
        ("purchase_orders",),
    ]


def test_a_load_without_changes_asks_once_and_writes_nothing(account: Account, job: Job) -> None:
    fill(account)
    load(job)
    loads = query(job.folder, "select count(*) from inventory_planner._dlt_loads")
    account.requests.clear()

    report = load(replace(job, settings=replace(job.settings, page_size=1000)))

    assert [request.params["last_modified_gte"] for request in account.requests] == [minute(14)]
    assert (report.orders, report.has_news) == (0, False)
    assert query(job.folder, "select count(*) from inventory_planner._dlt_loads") == loads


def test_edits_removed_lines_emptied_and_new_orders_arrive(account: Account, job: Job) -> None:
    components = [{"id": "c9_6001", "quantity": 4, "sku": "LEG"}, {"id": "c9_6001", "quantity": 1}]
    fill(account)
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

    oracle.assert_equal(job.folder.warehouse, account.orders())
    assert query(
        job.folder, "select count(*) from inventory_planner.purchase_order_items where purchase_order_id = 'order-05'"
    ) == [(0,)]


def test_a_second_edit_within_the_same_second_arrives(account: Account, job: Job) -> None:
    account.put(order("order", last_modified=minute(1), notes="first"))
    load(job)

    account.put(order("order", last_modified=minute(1), notes="second"))
    load(job)

    assert query(job.folder, "select notes from inventory_planner.purchase_orders") == [("second",)]


def test_a_change_that_becomes_visible_late_arrives(account: Account, job: Job) -> None:
    fill(account)
    load(job)

    account.put(order("late", last_modified=minute(20)))
    load(job)

    oracle.assert_equal(job.folder.warehouse, account.orders())


def test_an_order_modified_in_the_future_hides_no_change(account: Account, job: Job) -> None:
    account.put(order("from the future", last_modified="2999-01-01T00:00:00+00:00"))
    load(job)

    account.put(order("today", last_modified=datetime.now(UTC).isoformat(timespec="seconds")))
    load(job)

    oracle.assert_equal(job.folder.warehouse, account.orders())


def test_two_accounts_in_one_warehouse_leave_each_other_alone(account: Account, job: Job) -> None:
    fill(account)
    first = account.orders()
    load(job)

    account.account_id = "a2000"
    account.edit("order-01", notes="of the second account", items=[])
    with Client(job.settings.base_url, account.api_key, "a2000", 0) as client:
        load(replace(job, client=client, settings=replace(job.settings, account_id="a2000")))

    oracle.assert_equal(job.folder.warehouse, first, "a1000")
    oracle.assert_equal(job.folder.warehouse, account.orders(), "a2000")


def test_a_record_that_does_not_fit_is_set_aside_and_the_rest_loads(account: Account, job: Job) -> None:
    fill(account, 3)
    account.put(order("too much", total="12345678901234567890", last_modified=minute(4)))
    account.put(order("no number", total="many", last_modified=minute(5)))

    report = load(job)

    assert (report.orders, report.quarantined) == (3, 2)
    found = query(
        job.folder, "select purchase_order_id, reason, record from inventory_planner._quarantine order by all"
    )
    assert [(order_id, reason.split(":")[0]) for order_id, reason, _ in found] == [
        ("no number", "Invalid decimal string - at `$.total`"),
        ("too much", "`total`"),
    ]
    assert '"total":"many"' in found[0][2]


def test_what_had_come_before_the_service_failed_is_kept(account: Account, job: Job) -> None:
    fill(account)

    def fail_from_the_fourth_request(_request: RecordedRequest) -> None:
        if len(account.requests) == 4:
            account.faults.extend([Fault.server_error()] * ATTEMPTS)

    account.before_answer.append(fail_from_the_fourth_request)
    with pytest.raises(UnreachableError):
        load(job)

    assert query(job.folder, "select count(*) from inventory_planner.purchase_orders") == [(19,)]
    account.before_answer.clear()
    account.faults.clear()
    account.requests.clear()
    load(job)
    oracle.assert_equal(job.folder.warehouse, account.orders())
    assert account.requests[0].params["last_modified_gte"] == "2025-12-01T07:59:00+00:00"


def test_a_long_load_is_committed_in_chunks(account: Account, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "ORDERS_PER_CHUNK", PAGE_SIZE)
    fill(account)

    load(job)

    loads = query(job.folder, "select count(*) from inventory_planner._dlt_loads")
    assert loads == [(2,)]
    oracle.assert_equal(job.folder.warehouse, account.orders())


def test_a_refused_key_is_written_down_and_changes_nothing(account: Account, job: Job) -> None:
    fill(account)
    load(job)
    with (
        Client(job.settings.base_url, "wrong", job.settings.account_id, 0) as client,
        pytest.raises(RefusedError),
    ):
        load(replace(job, client=client))

    oracle.assert_equal(job.folder.warehouse, account.orders())
    assert query(
        job.folder, "select outcome, requests, orders, error from inventory_planner._syncs order by started_at"
    )[1] == (
        "failed",
        1,
        0,
        REFUSED,
    )


def test_a_restored_warehouse_goes_on_from_what_it_holds(account: Account, job: Job) -> None:
    fill(account, 5)
    load(job)
    backup = job.folder.warehouse.read_bytes()
    fill(account, 25)
    load(job)

    job.folder.warehouse.write_bytes(backup)
    load(job)

    oracle.assert_equal(job.folder.warehouse, account.orders())


def test_a_deleted_warehouse_is_filled_anew(account: Account, job: Job) -> None:
    fill(account)
    load(job)

    job.folder.warehouse.unlink()
    load(job)

    oracle.assert_equal(job.folder.warehouse, account.orders())


def test_a_full_load_reads_and_writes_all_orders_again(account: Account, job: Job) -> None:
    fill(account)
    load(job)
    with duckdb.connect(job.folder.warehouse) as connection:
        connection.execute("update inventory_planner.purchase_orders set notes = 'spoiled'")

    report = load(replace(job, full=True))

    assert report.orders == 25
    oracle.assert_equal(job.folder.warehouse, account.orders())


def test_since_goes_further_back_and_never_leaves_a_gap(account: Account, job: Job) -> None:
    fill(account)
    load(job)
    account.requests.clear()
    with_large_pages = replace(job, settings=replace(job.settings, page_size=1000))

    load(replace(with_large_pages, since=datetime(2025, 12, 1, 8, 5, tzinfo=UTC)))
    load(replace(with_large_pages, since=datetime(2025, 12, 31, tzinfo=UTC)))

    assert [request.params["last_modified_gte"] for request in account.requests] == [minute(5), minute(14)]


def test_the_first_load_starts_at_the_start_date(account: Account, job: Job) -> None:
    fill(account)
    start = replace(job.settings, start_date=datetime(2025, 12, 1, 8, 20, tzinfo=UTC))

    load(replace(job, settings=start))

    oracle.assert_equal(job.folder.warehouse, account.orders()[20:])


def test_a_status_filter_keeps_others_out_and_follows_who_is_in(account: Account, job: Job) -> None:
    account.put(order("in", status="Open", last_modified=minute(1)))
    account.put(order("out", status="draft", last_modified=minute(2)))
    of_open = replace(job, settings=replace(job.settings, status=("open",)))
    load(of_open)

    account.edit("in", status="closed")
    account.edit("out", notes="still a draft")
    load(of_open)

    oracle.assert_equal(job.folder.warehouse, [account.get("in")])


def test_a_preview_tells_what_would_come_and_writes_nothing(
    account: Account, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "WORTH_APPENDING", 2)
    fill(account)

    report = preview(job)

    assert (report.orders, report.lines, report.outcome) == (25, 50, "previewed")
    assert not job.folder.warehouse.exists()


def test_a_damaged_warehouse_is_an_error_that_says_so(account: Account, job: Job) -> None:
    fill(account)
    job.folder.warehouse.write_bytes(b"this is no database")

    with pytest.raises(
        LoadError, match=r"Can't use .*warehouse\.duckdb.*If it is damaged, put a copy of it in its place"
    ):
        load(job)


def test_a_warehouse_with_a_damaged_block_is_not_called_open_elsewhere(account: Account, job: Job) -> None:
    fill(account)
    load(job)
    with job.folder.warehouse.open("r+b") as file:
        file.seek(12_288)  # behind the headers
        file.write(b"\xff" * 262_144)

    with pytest.raises(LoadError, match=r"block.*If it is damaged, put a copy of it in its place"):
        load(replace(job, full=True))


def test_a_warehouse_that_another_program_has_open_is_not_called_damaged(account: Account, job: Job) -> None:
    fill(account)
    load(job)
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, job.folder.warehouse], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LoadError, match="Another program has it open: close it there") as caught:
            load(job)
        holder.communicate()
    assert "damaged" not in str(caught.value)


def test_the_merge_runs_in_a_transaction(job: Job) -> None:
    assert _pipeline(job.folder).destination_client().capabilities.supports_transactions is True


def test_all_numbers_of_a_sync_are_written_down(account: Account, job: Job) -> None:
    fill(account)
    account.faults.append(Fault.rate_limited(3))

    load(job)

    ((row),) = query(
        job.folder,
        "select _account_id, outcome, way, mark_before, mark_after, requests, retries, waited_seconds, pages,"
        " orders, lines, quarantined, error, bytes > 1000, ended_at >= started_at from inventory_planner._syncs",
    )
    mark = datetime(2025, 12, 1, 8, 24, tzinfo=UTC)
    assert row == ("a1000", "succeeded", "seek", None, mark, 5, 1, 3.0, 3, 25, 50, 0, None, True, True)


def test_fields_that_nobody_has_announced_are_kept_and_reported_once(account: Account, job: Job) -> None:
    account.put(order("one", color="red", last_modified=minute(1)))
    account.put(order("two", items=[line(last_90_days_sales=Decimal("1.50"))], last_modified=minute(2)))
    account.put(order("three", last_modified=minute(3)))

    first = load(job)
    account.edit("one", color="blue")
    second = load(job)
    account.edit("one", shape="round")
    third = load(job)

    assert query(
        job.folder, "select purchase_order_id, _unknown_fields from inventory_planner.purchase_orders order by all"
    ) == [("one", '{"color":"blue","shape":"round"}'), ("three", None), ("two", None)]
    assert query(
        job.folder,
        "select purchase_order_id, _unknown_fields from inventory_planner.purchase_order_items where _unknown_fields"
        " is not null",
    ) == [("two", '{"last_90_days_sales":1.50}')]
    assert [first.drift, second.drift, third.drift] == [
        '["item.last_90_days_sales", "purchase-order.color"]',
        None,
        '["purchase-order.shape"]',
    ]


def test_orders_that_were_not_wanted_come_when_they_are(account: Account, job: Job) -> None:
    account.put(order("open", status="open", last_modified=minute(1)))
    account.put(order("draft", status="draft", last_modified=minute(2)))
    load(replace(job, settings=replace(job.settings, status=("open",))))
    oracle.assert_equal(job.folder.warehouse, [account.get("open")])

    load(job)

    oracle.assert_equal(job.folder.warehouse, account.orders())
    account.requests.clear()
    assert not load(job).has_news
    assert account.requests[0].params["last_modified_gte"] == "2025-12-01T07:52:00+00:00"


def test_since_leaves_no_gap_in_an_empty_warehouse_either(account: Account, job: Job) -> None:
    fill(account)

    load(replace(job, since=datetime(2025, 12, 1, 8, 20, tzinfo=UTC)))


def test_an_order_that_leaves_the_status_filter_while_it_is_read_is_followed(account: Account, job: Job) -> None:
    fill(account)

    def close_what_was_read(_request: RecordedRequest) -> None:
        if len(account.requests) == 2:
            account.edit("order-01", status="closed")

    account.before_answer.append(close_what_was_read)
    load(replace(job, settings=replace(job.settings, status=("open",))))

    oracle.assert_equal(job.folder.warehouse, account.orders())


def test_a_working_folder_of_dlt_that_is_spoiled_is_no_hindrance(account: Account, job: Job) -> None:
    fill(account, 5)
    load(job)
    for path in job.folder.dlt.rglob("*.json"):
        path.write_bytes(b"{")

    fill(account, 15)
    load(job)

    oracle.assert_equal(job.folder.warehouse, account.orders())


def test_a_working_folder_of_dlt_that_can_not_be_removed_is_named(job: Job) -> None:
    job.folder.dlt.write_text("a file, where a folder was")

    with pytest.raises(LoadError, match=f"'{job.folder.dlt}'"):
        load(job)


def test_a_reading_that_breaks_off_does_not_set_the_mark_back(account: Account, job: Job) -> None:
    fill(account)
    load(job)
    by_twos = replace(job, settings=replace(job.settings, page_size=2))
    for _ in range(3):
        account.faults.extend([Fault.slow(0), Fault.refused("Something went wrong")])
        with pytest.raises(RejectedError):
            load(by_twos)
    account.faults.clear()
    account.requests.clear()

    load(by_twos)

    assert account.requests[0].params["last_modified_gte"] == minute(14)

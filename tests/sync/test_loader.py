from __future__ import annotations

from dataclasses import replace

import dlt
import pytest

import oracle
from first_loads import load_first
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import LoadError
from inventory_planner.settings import Settings
from inventory_planner.sync import chunks
from inventory_planner.sync.cursor import Cursor
from inventory_planner.sync.load import Job, load
from inventory_planner.sync.loader import PIPELINE, stored_cursor
from inventory_planner.warehouse.build_record import read_build, record_build
from inventory_planner.warehouse.duckdb import MEMORY_LIMIT_VARIABLE, DuckDb
from inventory_planner.warehouse.table import SCHEMA
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner_emulator import Account
from orders import minute, order, put_orders

SETTINGS_OF_ANOTHER_PROJECT = {
    "DEV_MODE": "true",
    "PIPELINES__DEV_MODE": "true",
    "DATASET_NAME_LAYOUT": "other_%s",
    "RESTORE_FROM_DESTINATION": "false",
    "STAGING_TYPE": "filesystem",
    "PAGE_SIZE": "A4",
}


def test_a_long_load_is_committed_in_chunks(
    account: Account, job: Job, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "MAX_CHUNK_ORDERS", 10)
    put_orders(account)

    load(job)

    assert job.warehouse.execute("select count(*) from inventory_planner._dlt_loads") == [(2,)]
    oracle.assert_equal(folder.warehouse, account.orders())


def test_new_orders_are_appended_without_a_row_for_those_without_lines(
    account: Account, job: Job, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "MIN_ORDERS_TO_APPEND", 2)
    put_orders(account, 5)
    account.put(order("empty", items=[]))

    load(job)

    oracle.assert_equal(folder.warehouse, account.orders())
    merged = "select count(*) from information_schema.tables where table_schema = 'inventory_planner_staging'"
    assert job.warehouse.execute(merged) == [(0,)]


def test_rows_that_a_killed_run_left_of_new_orders_are_merged(
    account: Account, job: Job, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "MIN_ORDERS_TO_APPEND", 2)
    put_orders(account, 5)
    load_first(account, job)
    job.warehouse.execute("delete from inventory_planner.purchase_orders")

    load(replace(job, full=True))

    oracle.assert_equal(folder.warehouse, account.orders())


def test_a_commit_invalidates_the_build_and_a_load_without_changes_does_not(account: Account, job: Job) -> None:
    put_orders(account, 1)
    load_first(account, job)
    record_build(job.warehouse, {"version": "1"})
    load(job)
    assert read_build(job.warehouse) is not None

    account.edit("order-00", notes="changed")
    load(job)

    assert read_build(job.warehouse) is None


# the cursor


def test_an_empty_warehouse_has_no_cursor(job: Job) -> None:
    assert stored_cursor(job.account) == Cursor()


def test_the_stored_cursor_is_the_one_in_the_state_of_dlt(account: Account, job: Job, folder: DataFolder) -> None:
    put_orders(account, 5)
    load_first(account, job)

    pipeline = dlt.pipeline(
        PIPELINE,
        destination=job.warehouse.engine.dlt_destination(),
        dataset_name=SCHEMA,
        pipelines_dir=str(folder.root / "another"),
    )
    pipeline.sync_destination()

    in_state = pipeline.state["sources"][SCHEMA][job.settings.account_id]
    assert stored_cursor(job.account) == Cursor.from_state(in_state)
    assert stored_cursor(job.warehouse.account("a2000")) == Cursor()


@pytest.mark.long
def test_a_restored_warehouse_continues_from_what_it_holds(account: Account, job: Job, folder: DataFolder) -> None:
    put_orders(account, 5)
    load_first(account, job)
    job.warehouse.close()
    backup = folder.warehouse.read_bytes()
    put_orders(account, 25)
    load(job)

    job.warehouse.close()
    folder.warehouse.write_bytes(backup)
    load(job)

    oracle.assert_equal(folder.warehouse, account.orders())


@pytest.mark.long
def test_a_deleted_warehouse_is_filled_again(account: Account, job: Job, folder: DataFolder) -> None:
    put_orders(account)
    load_first(account, job)

    job.warehouse.close()
    folder.warehouse.unlink()
    load(job)

    oracle.assert_equal(folder.warehouse, account.orders())


# the working folder of dlt


def test_a_damaged_working_folder_is_replaced(account: Account, job: Job, folder: DataFolder) -> None:
    put_orders(account, 5)
    load_first(account, job)
    for path in folder.dlt.rglob("*.json"):
        path.write_bytes(b"{")

    put_orders(account, 15)
    load(job)

    oracle.assert_equal(folder.warehouse, account.orders())


def test_a_working_folder_that_can_not_be_removed_is_named(job: Job, folder: DataFolder) -> None:
    folder.dlt.write_text("a file in place of the folder")

    with pytest.raises(LoadError, match=f"'{folder.dlt}'"):
        load(job)


# memory


@pytest.mark.long
def test_too_little_memory_is_an_error_that_names_the_setting_and_loses_nothing(
    account: Account, job: Job, folder: DataFolder, settings: Settings
) -> None:
    account.put(order("light", last_modified="2025-11-30T08:00:00+00:00"))
    load(job)
    job.warehouse.close()
    for number in range(12):
        account.put(order(f"order-{number:02}", last_modified=minute(number), history=f"{number}, " * 100_000))
    small = Warehouse(DuckDb(folder, memory_limit="12MB"), folder)

    with pytest.raises(LoadError) as caught:
        load(Job(job.client, settings, small))

    small.close()
    assert "DuckDB needs more than 12MB of memory for the orders of this account" in str(caught.value)
    assert f"Set {MEMORY_LIMIT_VARIABLE}, for example to 1GB, and run again." in str(caught.value)
    assert job.warehouse.execute("select purchase_order_id from inventory_planner.purchase_orders") == [("light",)]
    found = job.warehouse.execute(
        "select outcome, error from inventory_planner._syncs order by started_at desc limit 1"
    )
    assert found == [("failed", str(caught.value))]
    load(job)
    oracle.assert_equal(folder.warehouse, account.orders())


# the environment


@pytest.mark.long
def test_settings_for_the_pipelines_of_another_project_change_nothing(
    account: Account, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SETTINGS_OF_ANOTHER_PROJECT.items():
        monkeypatch.setenv(name, value)
    account.put(order("one"))
    load(job)
    account.put(order("two"))
    load(job)

    assert job.warehouse.execute("select purchase_order_id from inventory_planner.purchase_orders order by 1") == [
        ("one",),
        ("two",),
    ]
    assert stored_cursor(job.account).instant is not None

from __future__ import annotations

from typing import Any

import pytest

import oracle
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import LoadError
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job, load
from inventory_planner.sync.loader import stored_cursor
from inventory_planner.warehouse.engines import duckdb_of, postgres_of
from inventory_planner.warehouse.moving import move
from inventory_planner.warehouse.postgres import Postgres
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner_emulator import Account
from orders import put_orders
from raw_tables import raw_tables

HISTORY = """
    create schema snapshots;
    create table snapshots.purchase_order_snapshots as
    select purchase_order_id, 0.1::double as share, now()::timestamp as dbt_valid_from, total_ordered
    from inventory_planner.purchase_orders
"""


class KilledError(Exception):
    """The move was killed."""


@pytest.fixture
def engine(postgres: str, folder: DataFolder) -> Postgres:
    assert postgres
    return postgres_of(folder)


@pytest.fixture
def job(client: Any, settings: Settings, folder: DataFolder, account: Account) -> Job:
    """A load into DuckDB that has read the account, with text that is hard to copy."""
    job = Job(client, settings, Warehouse(duckdb_of(folder), folder))
    put_orders(account)
    account.put({**account.orders()[0], "notes": 'a "b",\n\\N ;', "reference": ""})
    load(job)
    job.warehouse.execute(HISTORY)
    job.warehouse.execute("update inventory_planner.purchase_orders set notes = notes || chr(0)")
    job.warehouse.close()
    return job


def test_a_moved_warehouse_has_all_rows_and_loads_only_what_changes_from_there(
    job: Job, engine: Postgres, account: Account
) -> None:
    moved: list[str] = []
    counts = move(duckdb_of(engine.folder), engine, lambda name, _: moved.append(name))
    assert list(counts) == moved
    assert counts["inventory_planner.purchase_orders"] == counts["snapshots.purchase_order_snapshots"] == 25
    assert moved[0] == "snapshots.purchase_order_snapshots"
    assert moved[1].endswith("_syncs")
    assert "_dlt_" in moved[-1]

    there = Warehouse(engine, engine.folder)
    before = job.warehouse
    assert stored_cursor(there.account(account.account_id)) == stored_cursor(before.account(account.account_id))
    query = "select * from snapshots.purchase_order_snapshots order by 1"
    assert there.execute(query) == before.execute(query)
    before.close()

    account.requests.clear()
    account.save({**account.orders()[-1], "notes": "changed\0 since"})
    report = load(Job(job.client, job.settings, there))
    there.close()
    assert report.orders == 1
    found = oracle.actual(raw_tables(engine, engine.folder))["purchase_orders"]
    assert len(found) == 25
    assert [row["notes"] for row in found if row["notes"]] == ['a "b",\n\\N ;', "changed since"]


def test_a_move_that_was_killed_is_completed_by_the_next(job: Job, engine: Postgres) -> None:
    assert job

    def kill(name: str, _: int) -> None:
        if name.endswith("purchase_order_items"):
            raise KilledError

    with pytest.raises(KilledError):
        move(duckdb_of(engine.folder), engine, kill)
    counts = move(duckdb_of(engine.folder), engine, lambda *_: None)
    assert counts == move(duckdb_of(engine.folder), engine, lambda *_: None)


def test_a_warehouse_that_has_other_rows_is_not_replaced(job: Job, engine: Postgres) -> None:
    move(duckdb_of(engine.folder), engine, lambda *_: None)
    there = Warehouse(engine, engine.folder)
    load(Job(job.client, job.settings, there))
    with pytest.raises(LoadError, match=r"has 1 rows in inventory_planner\._syncs that this warehouse doesn't have"):
        move(duckdb_of(engine.folder), engine, lambda *_: None)
    there.close()


def test_there_is_nothing_to_move_without_a_warehouse(engine: Postgres) -> None:
    with pytest.raises(LoadError, match="There is nothing to move"):
        move(duckdb_of(engine.folder), engine, lambda *_: None)

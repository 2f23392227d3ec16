from __future__ import annotations

from datetime import UTC, datetime

import pytest

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import AnotherRunError, LoadError
from inventory_planner.warehouse.duckdb import DuckDb
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.warehouse import Account, Warehouse, connect_read_only, open_warehouse


def test_a_statement_opens_the_warehouse_and_the_next_one_after_closing_opens_it_again(
    warehouse: Warehouse, folder: DataFolder
) -> None:
    assert not folder.warehouse.exists()
    warehouse.execute("create table one as select 1 as value")
    warehouse.close()
    assert warehouse.execute("select value from one where value = ?", [1]) == [(1,)]
    warehouse.close()
    warehouse.close()


def test_instants_come_in_utc(warehouse: Warehouse) -> None:
    (row,) = warehouse.execute("select timestamptz '2026-01-05 09:00:00-05:00'")
    assert row == (datetime(2026, 1, 5, 14, tzinfo=UTC),)
    assert row[0].utcoffset() == datetime(2026, 1, 5, tzinfo=UTC).utcoffset()


def test_a_statement_that_the_database_refuses_is_a_load_error(warehouse: Warehouse) -> None:
    with pytest.raises(LoadError, match="no_such_table"):
        warehouse.execute("select * from no_such_table")


def test_the_raw_tables_are_listed(warehouse: Warehouse, folder: DataFolder) -> None:
    assert warehouse.tables() == set()
    assert not folder.warehouse.exists()
    warehouse.execute("create schema inventory_planner")
    warehouse.execute("create table inventory_planner.one (value int)")
    warehouse.execute("create table another (value int)")
    assert warehouse.tables() == {"one"}


def test_the_first_parameter_of_an_account_is_its_id(stored: Account) -> None:
    query = "select count(*) from inventory_planner.purchase_orders where _account_id = ? and purchase_order_id = ?"
    assert stored.execute(query, ["one"]) == [(1,)]
    assert stored.warehouse.account("a3000").execute(query, ["one"]) == [(0,)]


def test_an_open_warehouse_is_locked_and_closed_at_the_end(folder: DataFolder) -> None:
    engine = engine_of(folder)
    with open_warehouse(engine, folder, "run") as warehouse:
        warehouse.execute("create table one as select 1 as value")
        with pytest.raises(AnotherRunError, match="`run`"), folder.locked("load", timeout=0):
            pytest.fail("two runs in one folder")
    with folder.locked("load", timeout=0):
        connect_read_only(engine).close()  # which DuckDB refuses while the file is open for writing


def test_a_warehouse_is_closed_and_unlocked_after_a_failure(folder: DataFolder) -> None:
    def fail() -> None:
        with open_warehouse(engine_of(folder), folder, "run") as warehouse:
            warehouse.execute("create table one as select 1 as value")
            warehouse.execute("select * from no_such_table")

    with pytest.raises(LoadError):
        fail()
    with folder.locked("load", timeout=0):
        connect_read_only(engine_of(folder)).close()


def test_a_read_only_connection_to_a_damaged_file_is_a_load_error(folder: DataFolder) -> None:
    folder.warehouse.write_bytes(b"not a database")
    with pytest.raises(LoadError, match="Can't use"):
        connect_read_only(DuckDb(folder))

from __future__ import annotations

import duckdb
import pytest

from inventory_planner.data_folder import Folder
from inventory_planner.errors import PublishError
from inventory_planner.marts.publish import is_current, publish

MADE_OF = {"as_of_date": "2026-01-05"}


@pytest.fixture
def warehouse(folder: Folder) -> Folder:
    write(folder, 1)
    return folder


def write(folder: Folder, value: int) -> None:
    with duckdb.connect(folder.warehouse) as connection:
        connection.execute("create schema if not exists inventory_planner")
        connection.execute("create schema if not exists inventory_planner_staging")
        connection.execute("create schema if not exists marts")
        connection.execute(f"create or replace table inventory_planner.raw as select {value} as value")
        connection.execute("create or replace table inventory_planner_staging.left_over as select 1 as value")
        connection.execute("create or replace view marts.seen as select * from inventory_planner.raw")


def write_many(folder: Folder, rows: int) -> None:
    with duckdb.connect(folder.warehouse) as connection:
        connection.execute(f"create or replace table marts.many as from range({rows}) order by hash(range)")
        connection.execute("checkpoint")


def seen(connection: duckdb.DuckDBPyConnection) -> list[tuple[int]]:
    return connection.execute("select value from marts.seen").fetchall()


def test_readers_get_tables_and_views_but_not_what_dlt_left(warehouse: Folder) -> None:
    publish(warehouse, MADE_OF)

    with duckdb.connect(warehouse.analytics, read_only=True) as connection:
        schemas = connection.execute(
            "select distinct table_schema from information_schema.tables order by 1"
        ).fetchall()
        assert (seen(connection), schemas) == ([(1,)], [("inventory_planner",), ("marts",)])


def test_a_warehouse_with_more_gaps_than_rows_is_published_without_them(warehouse: Folder) -> None:
    write_many(warehouse, 1_000_000)
    write_many(warehouse, 100_000)

    publish(warehouse, MADE_OF)

    assert warehouse.analytics.stat().st_size < warehouse.warehouse.stat().st_size / 2
    with duckdb.connect(warehouse.analytics, read_only=True) as connection:
        different = connection.execute("(from marts.many) except all (from range(100_000))").fetchall()
        assert (seen(connection), different) == ([(1,)], [])


def test_a_reader_keeps_the_old_file_and_a_new_one_gets_the_new(warehouse: Folder) -> None:
    publish(warehouse, MADE_OF)
    with duckdb.connect() as old_reader, duckdb.connect() as new_reader:
        old_reader.execute(f"attach '{warehouse.analytics}' as published (read_only); use published")
        write(warehouse, 2)
        publish(warehouse, MADE_OF)
        new_reader.execute(f"attach '{warehouse.analytics}' as published (read_only); use published")

        assert (seen(old_reader), seen(new_reader)) == ([(1,)], [(2,)])


def test_a_copy_that_fails_leaves_the_last_good_file(warehouse: Folder) -> None:
    publish(warehouse, MADE_OF)
    warehouse.warehouse.write_bytes(b"this is no database")

    with pytest.raises(PublishError, match="Readers keep the file they have"):
        publish(warehouse, MADE_OF)

    with duckdb.connect(warehouse.analytics, read_only=True) as connection:
        assert seen(connection) == [(1,)]
    assert sorted(path.name for path in warehouse.root.glob("analytics*")) == ["analytics.duckdb"]


def test_what_a_killed_run_left_is_no_hindrance(warehouse: Folder) -> None:
    litter = warehouse.root / "analytics.duckdb.new"
    litter.write_bytes(b"half a file")

    publish(warehouse, MADE_OF)

    assert not litter.exists()
    with duckdb.connect(warehouse.analytics, read_only=True) as connection:
        assert seen(connection) == [(1,)]


def test_a_published_file_is_current_until_what_it_was_made_of_changes(warehouse: Folder) -> None:
    assert not is_current(warehouse, MADE_OF)

    publish(warehouse, MADE_OF)

    assert is_current(warehouse, MADE_OF)
    assert not is_current(warehouse, {"as_of_date": "2026-01-06"})


def test_a_file_that_is_gone_is_not_current(warehouse: Folder) -> None:
    publish(warehouse, MADE_OF)

    warehouse.analytics.unlink()

    assert not is_current(warehouse, MADE_OF)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe"], ids=["nothing", "half", "list", "null", "noise"]
)
def test_a_note_that_makes_no_sense_means_not_current(warehouse: Folder, content: bytes) -> None:
    publish(warehouse, MADE_OF)

    warehouse.published.write_bytes(content)

    assert not is_current(warehouse, MADE_OF)


def test_a_file_that_somebody_has_spoiled_is_not_current_and_is_replaced(warehouse: Folder) -> None:
    publish(warehouse, MADE_OF)
    warehouse.analytics.write_bytes(b"this is no database")
    assert not is_current(warehouse, MADE_OF)

    publish(warehouse, MADE_OF)

    assert is_current(warehouse, MADE_OF)
    with duckdb.connect(warehouse.analytics, read_only=True) as connection:
        assert seen(connection) == [(1,)]


def test_what_is_committed_but_still_in_the_log_of_the_database_is_published(warehouse: Folder) -> None:
    with duckdb.connect(warehouse.warehouse) as connection:
        connection.execute("pragma disable_checkpoint_on_shutdown")  # as a kill does
        connection.execute("update inventory_planner.raw set value = 2")
    assert warehouse.warehouse.with_suffix(".duckdb.wal").exists()

    publish(warehouse, MADE_OF)

    with duckdb.connect(warehouse.analytics, read_only=True) as connection:
        assert seen(connection) == [(2,)]


def test_a_folder_whose_name_has_a_quote_is_published_too(warehouse: Folder) -> None:
    quoted = Folder(warehouse.root.parent / "buyer's data")
    quoted.root.mkdir()
    write(quoted, 3)

    publish(quoted, MADE_OF)

    with duckdb.connect(quoted.analytics, read_only=True) as connection:
        assert seen(connection) == [(3,)]

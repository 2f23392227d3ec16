from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import AnotherRunError, LoadError, PublishError
from inventory_planner.warehouse.duckdb import DuckDb
from inventory_planner.warehouse.warehouse import Warehouse, connect_read_only

WRITE = """
import duckdb, os, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("create table marts.strange as select 1 as value")
print("written", flush=True)
sys.stdin.read()
os._exit(1)
"""
HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def engine(folder: DataFolder) -> DuckDb:
    """A warehouse with a raw table, a view on it, and what dlt left behind."""
    write(folder, 1)
    return DuckDb(folder)


def write(folder: DataFolder, value: int) -> None:
    with duckdb.connect(folder.warehouse) as connection:
        connection.execute("create schema if not exists inventory_planner")
        connection.execute("create schema if not exists inventory_planner_staging")
        connection.execute("create schema if not exists marts")
        connection.execute(f"create or replace table inventory_planner.raw as select {value} as value")
        connection.execute("create or replace table inventory_planner_staging.left_over as select 1 as value")
        connection.execute("create or replace view marts.seen as select * from inventory_planner.raw")


def write_many(folder: DataFolder, rows: int) -> None:
    with duckdb.connect(folder.warehouse) as connection:
        connection.execute(f"create or replace table marts.many as from range({rows}) order by hash(range)")
        connection.execute("checkpoint")


def seen(connection: duckdb.DuckDBPyConnection) -> list[tuple[int]]:
    return connection.execute("select value from marts.seen").fetchall()


def seen_in(path: Path) -> list[tuple[int]]:
    with duckdb.connect(path, read_only=True) as connection:
        return seen(connection)


# the connection


def test_the_writers_file_is_created_by_the_first_connection(folder: DataFolder) -> None:
    engine = DuckDb(folder)
    assert not engine.exists()
    engine.connect().close()
    assert engine.exists()


def test_the_memory_limit_holds_for_every_connection_to_the_file(engine: DuckDb) -> None:
    limited = DuckDb(engine.folder, memory_limit="100MB")
    with limited.connect(), duckdb.connect(engine.folder.warehouse) as another:
        assert another.execute("select current_setting('memory_limit')").fetchone() == ("95.3 MiB",)


def test_a_merge_of_dlt_runs_in_a_transaction(engine: DuckDb) -> None:
    assert engine.dlt_destination().capabilities().supports_transactions is True


def test_dbt_gets_an_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert DuckDb(DataFolder(Path("data").absolute())).dbt_environment() == {
        "INVENTORY_PLANNER_DATABASE": str(tmp_path / "data" / "warehouse.duckdb")
    }


def test_the_lock_is_that_of_the_data_folder(engine: DuckDb) -> None:
    with engine.lock("run"), pytest.raises(AnotherRunError, match="`run`"), engine.folder.locked("load", timeout=0):
        pytest.fail("two runs in one folder")


# errors


def test_a_damaged_file_is_named_with_what_to_do(folder: DataFolder) -> None:
    folder.warehouse.write_bytes(b"not a database")
    with pytest.raises(LoadError, match=r"Can't use .*warehouse\.duckdb.*If the file is damaged, restore a copy of it"):
        Warehouse(DuckDb(folder), folder).execute("select 1")


def test_a_file_with_a_damaged_block_is_not_called_open_elsewhere(engine: DuckDb) -> None:
    write_many(engine.folder, 100_000)
    with engine.folder.warehouse.open("r+b") as file:
        file.seek(12_288)  # behind the headers
        file.write(b"\xff" * 262_144)

    with pytest.raises(LoadError, match=r"block.*If the file is damaged, restore a copy of it") as caught:
        Warehouse(engine, engine.folder).execute("select * from marts.many")
    assert "Another program" not in str(caught.value)


def test_a_file_that_another_program_has_open_is_not_called_damaged(engine: DuckDb) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, engine.folder.warehouse], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        for connect in (Warehouse(engine, engine.folder).tables, lambda: connect_read_only(engine)):
            with pytest.raises(LoadError, match="Another program has it open: close it there") as caught:
                connect()
            assert "damaged" not in str(caught.value)
        holder.communicate()


def test_too_little_memory_names_the_setting(folder: DataFolder) -> None:
    small = Warehouse(DuckDb(folder, memory_limit="10MB"), folder)
    with pytest.raises(LoadError) as caught:
        small.execute("select string_agg(range::text order by hash(range)) from range(2_000_000)")
    small.close()
    assert str(caught.value).startswith("DuckDB needs more than 10MB of memory for the orders of this account.")
    assert "Set INVENTORY_PLANNER_MEMORY_LIMIT, for example to 1GB, and run again." in str(caught.value)


def test_an_error_of_something_else_is_not_explained(engine: DuckDb) -> None:
    assert engine.explain(ValueError("memory_limit")) is None


# publishing


def test_readers_get_tables_and_views_but_not_the_staging_tables_of_dlt(engine: DuckDb) -> None:
    engine.publish()

    with duckdb.connect(engine.folder.analytics, read_only=True) as connection:
        schemas = connection.execute(
            "select distinct table_schema from information_schema.tables order by 1"
        ).fetchall()
        assert (seen(connection), schemas) == ([(1,)], [("inventory_planner",), ("marts",)])


def test_a_warehouse_with_more_gaps_than_rows_is_published_without_them(engine: DuckDb) -> None:
    write_many(engine.folder, 1_000_000)
    write_many(engine.folder, 100_000)

    engine.publish()

    assert engine.folder.analytics.stat().st_size < engine.folder.warehouse.stat().st_size / 2
    with duckdb.connect(engine.folder.analytics, read_only=True) as connection:
        different = connection.execute("(from marts.many) except all (from range(100_000))").fetchall()
        assert (seen(connection), different) == ([(1,)], [])


def test_a_reader_keeps_the_old_file_and_a_later_one_gets_the_new_file(engine: DuckDb) -> None:
    engine.publish()
    with duckdb.connect() as old_reader, duckdb.connect() as new_reader:
        old_reader.execute(f"attach '{engine.folder.analytics}' as published (read_only); use published")
        write(engine.folder, 2)
        engine.publish()
        new_reader.execute(f"attach '{engine.folder.analytics}' as published (read_only); use published")

        assert (seen(old_reader), seen(new_reader)) == ([(1,)], [(2,)])


def test_a_copy_that_fails_leaves_the_last_published_file(engine: DuckDb) -> None:
    engine.publish()
    engine.folder.warehouse.write_bytes(b"not a database")

    with pytest.raises(PublishError, match="Readers keep the file they have"):
        engine.publish()

    assert seen_in(engine.folder.analytics) == [(1,)]
    assert sorted(path.name for path in engine.folder.root.glob("analytics*")) == ["analytics.duckdb"]


def test_a_draft_that_a_killed_run_left_is_replaced(engine: DuckDb) -> None:
    draft = engine.folder.root / "analytics.duckdb.new"
    draft.write_bytes(b"half a file")

    engine.publish()

    assert not draft.exists()
    assert seen_in(engine.folder.analytics) == [(1,)]


def test_a_published_file_that_somebody_spoiled_is_replaced(engine: DuckDb) -> None:
    engine.folder.analytics.write_bytes(b"not a database")
    engine.publish()
    assert seen_in(engine.folder.analytics) == [(1,)]


def test_rows_that_are_committed_but_still_in_the_write_ahead_log_are_published(engine: DuckDb) -> None:
    with duckdb.connect(engine.folder.warehouse) as connection:
        connection.execute("pragma disable_checkpoint_on_shutdown")  # as a kill does
        connection.execute("update inventory_planner.raw set value = 2")
    assert engine.folder.warehouse.with_suffix(".duckdb.wal").exists()

    engine.publish()

    assert seen_in(engine.folder.analytics) == [(2,)]


def test_a_folder_whose_name_has_a_quote_is_published(folder: DataFolder) -> None:
    quoted = DataFolder(folder.root.parent / "buyer's data")
    quoted.root.mkdir()
    write(quoted, 3)

    DuckDb(quoted).publish()

    assert seen_in(quoted.analytics) == [(3,)]


# programs that open the readers' file for writing


@contextmanager
def open_for_writing(path: Path) -> Iterator[int]:
    """A program that writes to the file until the block ends, and then dies; its process id."""
    words = [sys.executable, "-c", WRITE, str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "written\n"
        yield writer.pid
        writer.communicate()


def marts_in(path: Path) -> list[tuple[str]]:
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
        ).fetchall()


@pytest.mark.skipif(sys.platform == "win32", reason="replaces no open file")
@pytest.mark.parametrize("is_alive", [False, True], ids=["dead", "alive"])
def test_what_another_program_wrote_does_not_reach_the_next_published_file(engine: DuckDb, is_alive: bool) -> None:
    engine.publish()
    make_writable(engine.folder.analytics)
    with open_for_writing(engine.folder.analytics):
        if is_alive:
            engine.publish()
    if not is_alive:
        assert marts_in(engine.folder.analytics) == [("seen",), ("strange",)]
        engine.publish()

    assert marts_in(engine.folder.analytics) == [("seen",)]
    assert engine.published_problem() is None


def test_the_readers_file_is_read_only_and_is_replaced_all_the_same(engine: DuckDb) -> None:
    engine.publish()
    assert engine.folder.analytics.stat().st_mode & 0o222 == 0

    write(engine.folder, 2)
    engine.publish()

    assert seen_in(engine.folder.analytics) == [(2,)]
    assert engine.folder.analytics.stat().st_mode & 0o222 == 0


@pytest.mark.skipif(sys.platform == "win32", reason="knows no umask")
def test_a_file_that_only_its_owner_may_read_stays_so(engine: DuckDb) -> None:
    before = os.umask(0o077)
    try:
        engine.publish()
    finally:
        os.umask(before)
    assert engine.folder.analytics.stat().st_mode & 0o777 == 0o400


def test_a_program_that_has_the_readers_file_open_for_writing_is_named(engine: DuckDb) -> None:
    assert engine.published_problem() is None
    engine.publish()
    make_writable(engine.folder.analytics)
    with open_for_writing(engine.folder.analytics) as process_id:
        held = engine.published_problem()
    left = engine.published_problem()

    assert held is not None
    assert left is not None
    assert held.endswith(
        f"(PID {process_id}) has {engine.folder.analytics} open for writing, which keeps readers out. Open it read-only"
        " there. The next run publishes it again."
    )
    assert left.startswith(f"A program opened {engine.folder.analytics} for writing and left analytics.duckdb.wal")


def make_writable(path: Path) -> None:
    """As root is not kept from writing, so that the test is the same for every user."""
    path.chmod(0o644)


# the readers' file


def test_the_readers_file_is_opened_read_only_and_without_access_to_other_files(engine: DuckDb) -> None:
    assert engine.connect_published() is None
    engine.publish()

    connection = engine.connect_published()

    assert connection is not None
    assert seen(connection) == [(1,)]
    for statement in ("delete from inventory_planner.raw", f"from read_text('{__file__}')"):
        with pytest.raises(duckdb.Error):
            connection.execute(statement)
    connection.close()


def test_a_readers_file_that_can_not_be_opened_is_a_load_error(engine: DuckDb) -> None:
    engine.folder.analytics.write_bytes(b"not a database")
    with pytest.raises(LoadError, match=r"Can't open .*analytics\.duckdb"):
        engine.connect_published()

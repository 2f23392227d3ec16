from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from inventory_planner.data_folder import DataFolder, data_folder
from inventory_planner.errors import AnotherRunError, ConfigurationError, LoadError, PublishError
from inventory_planner.warehouse import engines, postgres_publishing
from inventory_planner.warehouse.build_record import read_published_build, record_build
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.postgres import Postgres
from inventory_planner.warehouse.warehouse import Warehouse
from postgres_server import PASSWORD, PostgresServer

VARIABLE = "DESTINATION__POSTGRES__CREDENTIALS"
READER_ROLE = (  # as the documentation has it, run once by the owner of the database
    "alter default privileges for role writer grant usage on schemas to reader",
    "alter default privileges for role writer grant select on tables to reader",
)


@pytest.fixture
def folder(postgres: str, folder: DataFolder) -> DataFolder:
    """An empty data folder whose warehouse is in PostgreSQL."""
    assert postgres
    return folder


@pytest.fixture
def engine(folder: DataFolder) -> Postgres:
    engine = engine_of(folder)
    assert isinstance(engine, Postgres)
    return engine


@pytest.fixture
def reader(postgres: str) -> Iterator[psycopg.Connection[Any]]:
    """A person's connection, with a transaction that stays open between statements."""
    with psycopg.connect(postgres) as connection:
        yield connection


def build(warehouse: Warehouse, number: int) -> None:
    """Build two marts that have this number, as dbt does, and record the build."""
    for schema in ("inventory_planner", "marts_build"):
        warehouse.execute(f"create schema if not exists {schema}")
    for table in ("first", "second"):
        warehouse.execute(f"drop view if exists marts_build.{table}")
        warehouse.execute(f"create table marts_build.{table} as select {number} as number")
        warehouse.execute(f"comment on table marts_build.{table} is 'Built as {number}'")
        warehouse.execute(f"comment on column marts_build.{table}.number is 'Number {number}'")
    record_build(warehouse, {"number": number})


def publish(warehouse: Warehouse, number: int) -> None:
    build(warehouse, number)
    warehouse.close()
    warehouse.engine.publish()


def numbers(connection: psycopg.Connection[Any]) -> list[Any]:
    return [
        connection.execute(f"select number from marts.{table}".encode()).fetchone() for table in ("first", "second")
    ]


def test_staged_rows_are_the_same_in_the_database(warehouse: Warehouse) -> None:
    rows = pa.table(
        {
            "text": pa.array(['a "b",\n', "", None], pa.string()),
            "quantity": pa.array([Decimal("1.5000"), None, Decimal("-0.0001")], pa.decimal128(18, 4)),
            "day": pa.array([date(2024, 2, 29), None, None]),
            "at": pa.array([datetime(2024, 1, 1, 12, 30, 0, 5, UTC), None, None], pa.timestamp("us", "UTC")),
            "flag": pa.array([True, False, None]),
        }
    )
    warehouse.stage("staged", rows)
    assert warehouse.execute("select * from staged") == [tuple(row.values()) for row in rows.to_pylist()]


def test_each_publishing_shows_one_build_to_people_and_names_it_for_programs(
    warehouse: Warehouse, reader: psycopg.Connection[Any], postgres: str
) -> None:
    publish(warehouse, 1)
    assert numbers(reader) == [(1,), (1,)]
    reader.commit()
    publish(warehouse, 2)
    assert numbers(reader) == [(2,), (2,)]
    assert reader.execute("select build from inventory_planner._published").fetchall() == [("marts_2",)]
    comments = "select obj_description('marts.first'::regclass), col_description('marts.first'::regclass, 1)"
    assert reader.execute(comments).fetchall() == [("Built as 2", "Number 2")]
    reader.commit()
    publish(warehouse, 3)
    schemas = "select nspname from pg_namespace where nspname like 'marts%' order by 1"
    with psycopg.connect(postgres) as other:
        assert other.execute(schemas).fetchall() == [("marts",), ("marts_2",), ("marts_3",), ("marts_build",)]
    record = read_published_build(warehouse.engine)
    assert record
    assert record.built_from == '{"number": 3}'


def test_a_transaction_that_has_read_one_view_sees_the_same_build_in_the_others(
    warehouse: Warehouse, reader: psycopg.Connection[Any]
) -> None:
    publish(warehouse, 1)
    build(warehouse, 2)
    warehouse.close()
    assert reader.execute("select number from marts.first").fetchall() == [(1,)]
    publishing = threading.Thread(target=warehouse.engine.publish)
    publishing.start()
    publishing.join(timeout=1)
    assert publishing.is_alive()  # it waits for the reader, and the reader not for it
    assert numbers(reader) == [(1,), (1,)]
    reader.commit()
    publishing.join()
    assert numbers(reader) == [(2,), (2,)]


def test_a_reader_that_never_ends_is_named_and_keeps_what_it_has(
    warehouse: Warehouse, reader: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_publishing, "PATIENCE", 0)
    publish(warehouse, 1)
    assert numbers(reader) == [(1,), (1,)]
    with pytest.raises(PublishError, match="readers have held the views in marts"):
        publish(warehouse, 2)
    assert numbers(reader) == [(1,), (1,)]
    reader.commit()
    warehouse.engine.publish()
    assert numbers(reader) == [(2,), (2,)]


def test_a_report_does_not_hold_up_publishing(warehouse: Warehouse) -> None:
    publish(warehouse, 1)
    report = warehouse.engine.connect_published()
    assert report
    with closing(report):
        schema = warehouse.engine.published_schema(report)
        assert report.execute(f"select number from {schema}.first").fetchall() == [(1,)]
        publish(warehouse, 2)
        publish(warehouse, 3)
        assert report.execute(f"select number from {schema}.second").fetchall() == [(1,)]
        with pytest.raises(psycopg.Error):
            report.execute(f"delete from {schema}.second")


def test_a_mart_with_other_columns_replaces_a_view_unless_somebody_depends_on_it(
    warehouse: Warehouse, reader: psycopg.Connection[Any]
) -> None:
    publish(warehouse, 1)
    warehouse.execute("drop view marts_build.first")
    warehouse.execute("create table marts_build.first as select 'text' as name")
    record_build(warehouse, {})
    warehouse.close()
    reader.execute("create view public.own as select * from marts.first")
    reader.commit()
    with pytest.raises(PublishError, match=r"other objects depend on it.*drop what depends on the view"):
        warehouse.engine.publish()
    assert numbers(reader) == [(1,), (1,)]
    reader.execute("drop view public.own")
    reader.commit()
    warehouse.engine.publish()
    assert reader.execute("select name from marts.first").fetchall() == [("text",)]


def test_a_role_for_readers_reads_every_build_and_changes_nothing(
    warehouse: Warehouse, postgres_server: PostgresServer, postgres: str
) -> None:
    database = postgres.rpartition("/")[2]
    postgres_server.execute(database, f"create role reader login password '{PASSWORD}'", *READER_ROLE)
    for number in (1, 2):
        publish(warehouse, number)
        with psycopg.connect(postgres_server.url(database, "reader"), autocommit=True) as connection:
            assert numbers(connection) == [(number,), (number,)]
            for statement in ("delete from marts.first", "drop view marts.first", "create table marts.own (a int)"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement.encode())


def test_runs_from_two_data_folders_keep_each_other_out(
    engine: Postgres, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory_planner.warehouse.postgres.LOCK_TIMEOUT", 0)
    other = engine_of(data_folder(folder.root.with_name("other")))
    message = r"^`inventory-planner run on .*` .*is using the database .*; try again later\.$"
    with engine.lock("run"), pytest.raises(AnotherRunError, match=message), other.lock("load"):
        pass
    with other.lock("load"):
        pass


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"password": "wrong"}, "password authentication failed.* Correct the user or the password in"),
        ({"user": "nobody_here"}, "password authentication failed.* Correct the user or the password in"),
        ({"database": "nowhere"}, "does not exist.* Create the database, or correct its name"),
        ({"port": 1}, "Can't reach the database .*Start the server, or correct"),
    ],
)
def test_a_server_that_can_not_be_used_is_named_with_what_to_do_and_without_the_password(
    change: dict[str, Any],
    message: str,
    postgres_server: PostgresServer,
    folder: DataFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = PostgresServer(change.pop("port", postgres_server.port))
    monkeypatch.setenv(VARIABLE, server.url(**{"database": "test1", **change}))
    engine = engine_of(folder)
    with pytest.raises(LoadError, match=f"(?s){message}") as raised:
        engine.exists()
    assert PASSWORD not in str(raised.value)
    assert "wrong" not in str(raised.value)


def test_a_user_without_rights_gets_the_statement_that_grants_them(
    warehouse: Warehouse, postgres_server: PostgresServer, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = postgres.rpartition("/")[2]
    postgres_server.execute(database, f"create role guest login password '{PASSWORD}'")
    monkeypatch.setenv(VARIABLE, postgres_server.url(database, "guest"))
    guest = Warehouse(engine_of(warehouse.folder), warehouse.folder)
    with pytest.raises(LoadError, match=r"permission denied.*`grant create on database`"):
        guest.execute("create schema inventory_planner")
    guest.close()


@pytest.mark.parametrize("credentials", ["", "postgresql://", "{'host': 'a'}"])
def test_missing_credentials_name_their_variable(
    credentials: str, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, credentials)
    with pytest.raises(ConfigurationError, match=f"Set {VARIABLE} to"):
        engine_of(folder)


def test_a_missing_package_names_the_extra(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match=r"pip install 'inventory-planner\[postgres\]'"):
        engine_of(folder)


def test_an_unknown_engine_is_refused(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVENTORY_PLANNER_WAREHOUSE", "Oracle")
    with pytest.raises(ConfigurationError, match="is 'oracle'; it must be duckdb or postgres"):
        engine_of(folder)

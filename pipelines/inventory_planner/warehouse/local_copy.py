"""A copy of the marts that PostgreSQL has published, in a DuckDB file for the dashboard and the tour.

Their pages read one file, wherever the marts were built: so they are the same SQL everywhere, answer at once, and hold
up no publishing. The file is replaced as a whole when another build is published.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb
import psycopg

from inventory_planner.errors import LoadError, PublishError
from inventory_planner.warehouse.build_record import read_published_build
from inventory_planner.warehouse.duckdb import DuckDb, draft_of, literal, replace_published
from inventory_planner.warehouse.postgres import Postgres
from inventory_planner.warehouse.postgres_connection import PostgresConnection
from inventory_planner.warehouse.postgres_publishing import POINTER, VIEWS, published_build
from inventory_planner.warehouse.table import SCHEMA

# DuckDB's names of types; a number without a precision has at most nine decimals in our tables.
_TYPES: Final = {"DOUBLE PRECISION": "DOUBLE", "TEXT": "VARCHAR", "DECIMAL": "DECIMAL(38, 9)"}
_RECORD: Final = f"select built_at, built_from, extract(epoch from confirmed_at) from {POINTER}"
_CREATE_RECORD: Final = f"""
    create schema {SCHEMA};
    create table {SCHEMA}._build_record (built_at timestamp with time zone, built_from varchar)
"""
Columns = list[tuple[str, str, str]]  # name, type and comment


def refresh_local_copy(engine: Postgres) -> bool:
    """Bring the file up to date with what is published; return whether it was replaced.

    Raises:
        LoadError: the server can't be reached.
        PublishError: the file can't be written; it stays as it was.
    """
    file = engine.folder.analytics
    try:
        with closing(engine.server.connect_for_reading()) as connection:
            build = published_build(connection)
            if build is None:
                return False
            ((built_at, built_from, confirmed_at),) = connection.execute(_RECORD).fetchall()
            old = read_published_build(DuckDb(engine.folder))
            is_stale = old is None or (old.built_at, old.built_from) != (built_at, built_from)
            if is_stale:
                with draft_of(file) as draft:
                    copy_tables(connection, {VIEWS: build}, draft, engine.catalog_query)
                    with duckdb.connect(draft) as copy:
                        copy.execute(_CREATE_RECORD)
                        copy.execute(f"insert into {SCHEMA}._build_record values (?, ?)", [built_at, built_from])
                    replace_published(file, draft)
    except psycopg.Error as error:
        raise LoadError(engine.explain(error) or str(error)) from error
    except (OSError, duckdb.Error) as error:
        raise PublishError(f"Can't write {file}: {error}. Free some space, or correct its permissions.") from error
    os.utime(file, (float(confirmed_at),) * 2)  # the dashboard shows it as the last time that a run confirmed the data
    return is_stale


def copy_tables(connection: PostgresConnection, schemas: Mapping[str, str], file: Path, catalog_query: str) -> None:
    """Copy the tables and views of schemas, with their comments, into a new DuckDB file, as schemas of these names."""
    with TemporaryDirectory(dir=file.parent) as folder, duckdb.connect(file) as copy:
        copy.execute("set timezone = 'UTC'")
        for name, schema in schemas.items():
            copy.execute(f"create schema {name}")
            for (table, comment), columns in _catalog(connection, catalog_query, schema):
                csv = Path(folder, "rows.csv")
                _write_csv(connection, f"{schema}.{table}", csv)
                _read_csv(copy, f"{name}.{table}", columns, csv)
                copy.execute(f"comment on table {name}.{table} is {literal(comment)}")
                for column, _, meaning in columns:
                    copy.execute(f"comment on column {name}.{table}.{column} is {literal(meaning)}")


def _catalog(
    connection: PostgresConnection, catalog_query: str, schema: str
) -> Iterator[tuple[tuple[str, str], Columns]]:
    found = connection.execute(catalog_query, [schema]).fetchall()
    for key, rows in groupby(found, key=lambda row: row[:2]):
        yield key, [(name, _TYPES.get(type_, type_), comment) for _, _, name, type_, comment in rows]


def _write_csv(connection: PostgresConnection, table: str, csv: Path) -> None:
    query = f"copy (select * from {table}) to stdout (format csv)"
    with csv.open("wb") as file, connection.native.cursor().copy(query) as rows:
        for block in rows:
            file.write(block)


def _read_csv(copy: duckdb.DuckDBPyConnection, table: str, columns: Columns, csv: Path) -> None:
    """Load the rows; a text that is empty is quoted, and a null is not."""
    names = ", ".join(f"{name} {type_}" for name, type_, _ in columns)
    types = ", ".join(f"{literal(name)}: {literal(type_)}" for name, type_, _ in columns)
    copy.execute(f"create table {table} ({names})")
    copy.execute(
        f"insert into {table} select * from read_csv({literal(str(csv))}, columns = {{{types}}}, header = false,"
        " auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false,"
        " max_line_size = 100000000)"
    )

"""The published file, attached anew for each version of it and seen through the reader's filters."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import marimo as mo
import pyarrow as pa

from filters import Filters, literal

LOOK_EVERY: Final = 1.0  # seconds; looking is a call of stat, and nobody waits longer for a new file

Columns = dict[str, dict[str, str]]
"""Of each mart, the columns and what they mean."""


def published_file() -> Path:
    """Where the readers' file is, or will be."""
    return Path(os.environ.get("INVENTORY_PLANNER_DATA", "data")).expanduser().absolute() / "analytics.duckdb"


def version(file: Path) -> tuple[int, int] | None:
    """What changes whenever a new file takes this place; None while there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def watch(
    file: Path,
    published: Callable[[tuple[int, int] | None], None],
    minute: Callable[[int], None],
    thread: Callable[[], mo.Thread],
) -> None:
    """Tell when another file takes this place, and that a minute went by, until the page is closed."""
    seen, minutes = version(file), 0
    began = time.monotonic()
    while not thread().should_exit:
        time.sleep(LOOK_EVERY)
        if version(file) != seen:
            seen = version(file)
            published(seen)
        if int(time.monotonic() - began) // 60 != minutes:
            minutes = int(time.monotonic() - began) // 60
            minute(minutes)


@dataclass(frozen=True)
class Published:
    """One version of the published file."""

    file: Path
    connection: duckdb.DuckDBPyConnection
    columns: Columns
    as_of: date | None
    """The day that the reports look from; None for an account without orders."""
    written: datetime
    """When it was published, in UTC."""

    @property
    def checked(self) -> datetime | None:
        """When a run last saw that it shows all there is in the account, in UTC; None if that is not known.

        Each run notes it beside the file, also one that finds nothing new and leaves the file as it is.
        """
        try:
            return datetime.fromtimestamp(self.file.with_name("published.json").stat().st_mtime, UTC)
        except OSError:
            return None

    def rows(self, sql: str, **parameters: Any) -> pa.Table:
        """What a query finds, decimals as floats: charts and cells show fewer digits than these hold."""
        return _floats(self.connection.execute(sql, parameters).to_arrow_table())

    def meaning(self, column: str, marts: list[str]) -> str:
        """The description of a column in the first of these marts that has it, or else in any; empty if none has."""
        known = (self.columns[mart] for mart in (*marts, *self.columns) if mart in self.columns)
        return next((columns[column] for columns in known if column in columns), "")


def attach(file: Path) -> Published:
    """The file as it is now. A connection to its path would go on showing the version that this process saw first.

    Raises:
        duckdb.Error: it can't be read, as when a newer version has written it.
    """
    connection = duckdb.connect()
    connection.execute(f"attach {literal(str(file))} as published (read_only)")
    connection.execute("set TimeZone = 'UTC'")
    columns: Columns = {}
    for mart, column, comment in connection.execute(
        "select table_name, column_name, coalesce(comment, '') from duckdb_columns()"
        " where database_name = 'published' and schema_name = 'marts'"
    ).fetchall():
        columns.setdefault(mart, {})[column] = comment
    (as_of,) = connection.execute("select max(as_of_date) from published.marts.data_health").fetchone() or (None,)
    return Published(file, connection, columns, as_of, datetime.fromtimestamp(file.stat().st_mtime, UTC))


@dataclass(frozen=True)
class View:
    """The marts as the filters leave them: `marts.x` in a query is the narrowed one, `published.marts.x` the whole."""

    published: Published
    filters: Filters

    def rows(self, sql: str, **parameters: Any) -> pa.Table:
        """What a query finds in the narrowed marts."""
        return self.published.rows(sql, **parameters)

    def row(self, sql: str, **parameters: Any) -> dict[str, Any]:
        """The only row that a query finds."""
        (found,) = self.rows(sql, **parameters).to_pylist()
        return dict(found)

    @property
    def money(self) -> str:
        """The currency of all money shown."""
        return self.filters.currency or ""

    def meaning(self, column: str, sql: str) -> str:
        """What a column means in the first mart of a query that describes it."""
        return self.published.meaning(column, marts_in(sql))

    def notes(self, sql: str) -> list[str]:
        """Where what a query finds is not just what the filters that are set ask for, going by all the marts in it."""
        known = {column for mart in marts_in(sql) for column in self.published.columns[mart]}
        unheard = self.filters.unheard(known)
        return [*([f"not narrowed by {', '.join(unheard)}."] if unheard else []), *self.filters.in_full(known)]


def view(published: Published, filters: Filters) -> View:
    """The marts narrowed by these filters."""
    connection = published.connection
    day = f"date '{published.as_of}'" if published.as_of else "cast(null as date)"
    connection.execute("create schema if not exists marts")
    connection.execute(f"set variable as_of_date = {day}")
    for mart, columns in published.columns.items():
        conditions = " and ".join(filters.conditions(set(columns))) or "true"
        connection.execute(
            f"create or replace view marts.{mart} as select * from published.marts.{mart} where {conditions}"  # noqa: S608
        )
    return View(published, filters)


def marts_in(sql: str) -> list[str]:
    """The marts that a query reads, in its order."""
    return re.findall(r"\bmarts\.(\w+)", sql)


def _floats(table: pa.Table) -> pa.Table:
    return pa.table({name: _float(column) for name, column in zip(table.column_names, table.columns, strict=True)})


def _float(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_decimal(column.type):
        return column
    return column.cast(pa.string()).cast(pa.float64())  # by way of text: straight, 1828.2 becomes 1828.1999999998

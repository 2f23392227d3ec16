"""The published file, attached once for each version of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import marimo as mo
import pyarrow as pa

from inventory_planner.data_folder import folder_at
from inventory_planner_dashboard.filters import literal
from inventory_planner_dashboard.targets import Targets

POLL_SECONDS: Final = 1.0  # a poll is one call of stat, and nobody waits longer for a new file

ReadError = duckdb.Error  # the file or a query can't be read, for example because another version wrote the file
Version = tuple[int, int]
Columns = dict[str, dict[str, str]]
"""The descriptions of each mart's columns."""

_BUILT_AT: Final = "select built_at from published.inventory_planner._build_record"
_AS_OF: Final = "select max(as_of_date) from published.marts.data_health"
_TARGETS: Final = """
    select max(otif_target_rate) as target, max(otif_minimum_rate) as minimum from published.marts.vendor_scorecard
"""
_COLUMNS: Final = """
    select table_name, column_name, coalesce(comment, '') from duckdb_columns()
    where database_name = 'published' and schema_name = 'marts'
"""


def published_file() -> Path:
    """The path of the published file, which may be missing."""
    return folder_at(Path(os.environ.get("INVENTORY_PLANNER_DATA", "data"))).analytics


def version(file: Path) -> Version | None:
    """What changes whenever a new file is published; None while there is none.

    The time of the file is no part of it: a run that finds nothing changed sets it.
    """
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size


def watch(file: Path, on_version: Callable[[Version | None], None], on_minute: Callable[[int], None]) -> None:
    """Report each new version of the file, and each minute that passes, until the page is closed."""
    seen, minutes = version(file), 0
    began, thread = time.monotonic(), mo.current_thread()
    while not thread.should_exit:
        time.sleep(POLL_SECONDS)
        if version(file) != seen:
            seen = version(file)
            on_version(seen)
        if int(time.monotonic() - began) // 60 != minutes:
            minutes = int(time.monotonic() - began) // 60
            on_minute(minutes)


@dataclass(frozen=True)
class Published:
    """One version of the published file.

    Attributes:
        file: its path.
        connection: an in-memory database with the file attached as `published`.
        columns: the descriptions of each mart's columns.
        targets: what rates are coloured by.
        as_of: the day that the marts look from; None for an account without orders.
        published_at: when its marts were built, in UTC.
    """

    file: Path
    connection: duckdb.DuckDBPyConnection
    columns: Columns
    targets: Targets
    as_of: date | None
    published_at: datetime

    @property
    def confirmed_at(self) -> datetime | None:
        """When a run last published this file or found nothing changed, in UTC; None if the file is being replaced."""
        try:
            return datetime.fromtimestamp(self.file.stat().st_mtime, UTC)
        except OSError:
            return None

    def rows(self, sql: str, **parameters: Any) -> pa.Table:
        """The rows of a query, with decimals as floats: charts and cells show fewer digits than these hold."""
        return _floats(self.connection.execute(sql, parameters).to_arrow_table())

    def meaning(self, column: str, marts: list[str]) -> str:
        """The description of a column in the first of these marts that has it, or else in any; empty if none has."""
        known = (self.columns[mart] for mart in (*marts, *self.columns) if mart in self.columns)
        return next((columns[column] for columns in known if column in columns), "")


def attach(file: Path) -> Published:
    """The published file as it is now.

    It is attached to a new connection: one to its path would keep showing the version that this process opened first.

    Raises:
        ReadError: the file can't be read.
    """
    connection = duckdb.connect()
    connection.execute(f"attach {literal(str(file))} as published (read_only)")
    connection.execute("set TimeZone = 'UTC'")
    (published_at,) = connection.execute(_BUILT_AT).fetchone() or (None,)
    (as_of,) = connection.execute(_AS_OF).fetchone() or (None,)
    (target, minimum) = connection.execute(_TARGETS).fetchone() or (None, None)
    columns: Columns = {}
    for mart, column, comment in connection.execute(_COLUMNS).fetchall():
        columns.setdefault(mart, {})[column] = comment
    return Published(file, connection, columns, Targets(target, minimum), as_of, published_at)


def _floats(table: pa.Table) -> pa.Table:
    return pa.table({name: _float(column) for name, column in zip(table.column_names, table.columns, strict=True)})


def _float(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_decimal(column.type):
        return column
    return column.cast(pa.string()).cast(pa.float64())  # by way of text: straight, 1828.2 becomes 1828.1999999998

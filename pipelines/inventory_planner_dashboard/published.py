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

from inventory_planner.data_folder import DataFolder, folder_at
from inventory_planner_dashboard.filters import literal
from inventory_planner_dashboard.targets import Targets

POLL_SECONDS: Final = 1.0  # a poll is one call of stat, and nobody waits longer for a new file
TARGETS: Final = Targets(target=0.90, minimum=0.80)

Version = tuple[int, int]
Columns = dict[str, dict[str, str]]
"""The descriptions of each mart's columns."""


def published_folder() -> DataFolder:
    """The data folder with the published file, which may be missing."""
    return folder_at(Path(os.environ.get("INVENTORY_PLANNER_DATA", "data")))


def version(file: Path) -> Version | None:
    """What changes whenever a new file is published; None while there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


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
        folder: the data folder that it is in.
        connection: an in-memory database with the file attached as `published`.
        columns: the descriptions of each mart's columns.
        targets: what rates are coloured by.
        as_of: the day that the marts look from; None for an account without orders.
        published_at: when it was published, in UTC.
    """

    folder: DataFolder
    connection: duckdb.DuckDBPyConnection
    columns: Columns
    targets: Targets
    as_of: date | None
    published_at: datetime

    @property
    def confirmed_at(self) -> datetime | None:
        """When a run last confirmed that the file shows the account as it is, in UTC; None if none has.

        Each run records that beside the file, also a run that finds nothing changed and leaves the file as it is.
        """
        try:
            return datetime.fromtimestamp(self.folder.published.stat().st_mtime, UTC)
        except OSError:
            return None

    def rows(self, sql: str, **parameters: Any) -> pa.Table:
        """The rows of a query, with decimals as floats: charts and cells show fewer digits than these hold."""
        return _floats(self.connection.execute(sql, parameters).to_arrow_table())

    def meaning(self, column: str, marts: list[str]) -> str:
        """The description of a column in the first of these marts that has it, or else in any; empty if none has."""
        known = (self.columns[mart] for mart in (*marts, *self.columns) if mart in self.columns)
        return next((columns[column] for columns in known if column in columns), "")


def attach(folder: DataFolder) -> Published:
    """The published file as it is now.

    It is attached to a new connection: one to its path would keep showing the version that this process opened first.

    Raises:
        duckdb.Error: the file can't be read, for example because a newer version wrote it.
    """
    connection = duckdb.connect()
    connection.execute(f"attach {literal(str(folder.analytics))} as published (read_only)")
    connection.execute("set TimeZone = 'UTC'")
    (as_of,) = connection.execute("select max(as_of_date) from published.marts.data_health").fetchone() or (None,)
    published_at = datetime.fromtimestamp(folder.analytics.stat().st_mtime, UTC)
    return Published(folder, connection, _columns(connection), TARGETS, as_of, published_at)


def _columns(connection: duckdb.DuckDBPyConnection) -> Columns:
    columns: Columns = {}
    for mart, column, comment in connection.execute(
        "select table_name, column_name, coalesce(comment, '') from duckdb_columns()"
        " where database_name = 'published' and schema_name = 'marts'"
    ).fetchall():
        columns.setdefault(mart, {})[column] = comment
    return columns


def _floats(table: pa.Table) -> pa.Table:
    return pa.table({name: _float(column) for name, column in zip(table.column_names, table.columns, strict=True)})


def _float(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_decimal(column.type):
        return column
    return column.cast(pa.string()).cast(pa.float64())  # by way of text: straight, 1828.2 becomes 1828.1999999998

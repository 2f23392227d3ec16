"""The published file: each version of it is open once, for all sessions."""

from __future__ import annotations

import os
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
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
Conversion = tuple[str, int]  # a currency, and the number of orders without a rate to it
Columns = dict[str, dict[str, str]]
"""What each mart's columns mean: in a sentence for readers, or else as the database describes them."""

_MEMORY_LIMIT: Final = "1GB"  # of a version that is open, whatever the number of sessions
_MAX_THREADS: Final = 4  # queries are short, and each session has a thread of its own
_GENERAL_MART: Final = "purchase_orders"  # says what a column means that a query computes, as in definitions.sql
_BUILT_AT: Final = "select built_at from published.inventory_planner._build_record"
_AS_OF: Final = """
    select max(as_of_date) from published.marts.data_health
"""
_CONVERSIONS: Final = """
    select account_id, coalesce(max(reporting_currency), ''),
        coalesce(sum(count_found) filter (where check_name = 'order_without_exchange_rate'), 0)
    from published.marts.data_health group by 1
"""
_TARGETS: Final = """
    select max(otif_target_rate) as target, max(otif_minimum_rate) as minimum from published.marts.vendor_scorecard
"""
_CURRENCIES: Final = """
    select currency_code, sum(count_lines) from (
        select currency_code, count(*) as count_lines from published.marts.purchase_order_lines group by 1
        union all select distinct currency_code, 0 from published.marts.variants
    )
    where currency_code is not null group by 1 order by 2 desc, 1
"""
_COLUMNS: Final = """
    select columns.table_name, columns.column_name, coalesce(definitions.definition, columns.comment, '')
    from duckdb_columns() as columns
    left join published.marts.definitions as definitions
        on columns.table_name = definitions.mart_name and columns.column_name = definitions.column_name
    where columns.database_name = 'published' and columns.schema_name = 'marts'
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
        connection: a session's own, in which the file is attached as `published`.
        columns: what each mart's columns mean.
        targets: what rates are coloured by.
        as_of: the day that the marts look from; None for an account without orders.
        published_at: when its marts were built, in UTC.
        currencies: the number of order lines in each currency, the most used first; 0 for one of the catalog only.
        conversions: by account, what the columns that end in `_reporting` are in, empty if they are null, and how many
            orders have a currency without an exchange rate.
    """

    file: Path
    connection: duckdb.DuckDBPyConnection
    columns: Columns
    targets: Targets
    as_of: date | None
    published_at: datetime
    currencies: dict[str, int]
    conversions: dict[str, Conversion]

    def conversion(self, account_id: str) -> Conversion:
        """How values of an account are converted; without one, those of all, unless that is to several currencies."""
        chosen = [found for known, found in self.conversions.items() if account_id in {"", known}]
        currencies = {currency for currency, _ in chosen}
        return (currencies.pop() if len(currencies) == 1 else ""), sum(count for _, count in chosen)

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
        """What a column of these marts means, or one of that name in any other mart; empty if none has it."""
        known = (self.columns[mart] for mart in (*marts, _GENERAL_MART, *self.columns) if mart in self.columns)
        return next((columns[column] for columns in known if column in columns), "")


class _Database:
    """A version of the file, open until its last session ends."""

    def __init__(self, file: Path) -> None:
        self._connection = duckdb.connect()
        self._connection.execute(f"attach {literal(str(file))} as published (read_only)")
        self._connection.execute("set global TimeZone = 'UTC'")
        self._connection.execute(f"set memory_limit = '{_MEMORY_LIMIT}'")
        self._connection.execute(f"set threads = {min(_MAX_THREADS, os.cpu_count() or 1)}")
        self._connection.execute(f"set temp_directory = {literal(str(_temporary_folder()))}")
        self._numbers = count(1)
        self.columns: Columns = {}
        for mart, column, meaning in self._connection.execute(_COLUMNS).fetchall():
            self.columns.setdefault(mart, {})[column] = meaning

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection with a catalog of its own for a session's views, which is dropped with the connection."""
        connection, name = self._connection.cursor(), f"session_{next(self._numbers)}"
        connection.execute(f"attach ':memory:' as {name}")
        connection.execute(f"use {name}")
        weakref.finalize(connection, self._drop, name)
        return connection

    def _drop(self, name: str) -> None:
        self._connection.execute(f"detach {name}")


_databases: weakref.WeakValueDictionary[tuple[Path, Version | None], _Database] = weakref.WeakValueDictionary()
_opening: Final = threading.Lock()


def _all(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


def attach(file: Path) -> Published:
    """The published file as it is now, for one session.

    A new version is attached to a new database: one that has its path attached keeps showing the older version.

    Raises:
        ReadError: the file can't be read.
    """
    database = _open(file)
    connection = database.connect()
    (published_at,) = connection.execute(_BUILT_AT).fetchone() or (None,)
    (as_of,) = connection.execute(_AS_OF).fetchone() or (None,)
    conversions = {account: (currency, int(count)) for account, currency, count in _all(connection, _CONVERSIONS)}
    (target, minimum) = connection.execute(_TARGETS).fetchone() or (None, None)
    currencies = dict(_all(connection, _CURRENCIES))
    return Published(
        file,
        connection,
        database.columns,
        Targets(target, minimum),
        as_of,
        published_at,
        currencies,
        conversions,
    )


def _open(file: Path) -> _Database:
    with _opening:
        key = (file, version(file))
        database = _databases.get(key) or _Database(file)
        _databases[key] = database
        return database


def _temporary_folder() -> Path:
    """Where a query that needs more memory keeps the rest; DuckDB makes it then, and removes it."""
    return Path(tempfile.gettempdir()) / f"inventory-planner-dashboard-{os.getpid()}"


def _floats(table: pa.Table) -> pa.Table:
    return pa.table({name: _float(column) for name, column in zip(table.column_names, table.columns, strict=True)})


def _float(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_decimal(column.type):
        return column
    return column.cast(pa.string()).cast(pa.float64())  # by way of text: straight, 1828.2 becomes 1828.1999999998

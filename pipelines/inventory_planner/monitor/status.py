"""How current the data is, and how the last syncs went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb

from inventory_planner.data_folder import Folder
from inventory_planner.errors import AnotherRunError, LoadError
from inventory_planner.warehouse.tables import SCHEMA, SYNCS, TABLES

LAST_SYNCS: Final = 5
NOT_READ: Final = ("replay", "build")  # ways of rows in the sync log for which the account was not asked


@dataclass(frozen=True, slots=True)
class Status:
    """What the data folder holds. Instants are UTC.

    `age_seconds` counts since the account was last read with success; of several accounts, the one that waits longest.
    While a run is `at_work`, the rest is what was published before it.
    """

    folder: str
    at_work: str | None
    published_at: datetime | None
    age_seconds: float | None
    rows: dict[str, int]
    syncs: list[dict[str, Any]]


def status(folder: Folder, now: datetime | None = None) -> Status:
    """The state of the data folder.

    Raises:
        LoadError: a database can't be opened.
    """
    try:
        if not folder.warehouse.exists():
            return _status(folder, None, [], {}, now)
        with folder.locked("status"):
            return _told(folder, folder.warehouse, None, now)
    except AnotherRunError:
        return _told(folder, folder.analytics, folder.holder, now)


def _told(folder: Folder, database: Path, at_work: str | None, now: datetime | None) -> Status:
    if not database.exists():
        return _status(folder, at_work, [], {}, now)
    with _opened(database) as connection:
        present = _present(connection)
        rows = {name: _count(connection, name) for name in present if name != SYNCS.name}
        syncs = _syncs(connection) if SYNCS.name in present else []
    return _status(folder, at_work, syncs, rows, now)


def _status(
    folder: Folder, at_work: str | None, syncs: list[dict[str, Any]], rows: dict[str, int], now: datetime | None
) -> Status:
    last_read = _last_read(syncs)
    age = ((now or datetime.now(UTC)) - last_read).total_seconds() if last_read else None
    return Status(str(folder.root), at_work, _modified(folder.analytics), age, rows, syncs[:LAST_SYNCS])


def _present(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        "select table_name from information_schema.tables where table_schema = ?", [SCHEMA]
    ).fetchall()
    names = {name for (name,) in found}
    return [table.name for table in TABLES if table.name in names]


def _count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    return len(connection.table(f"{SCHEMA}.{name}"))


def _syncs(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The sync log, the last sync first."""
    log = connection.table(f"{SCHEMA}.{SYNCS.name}").order("started_at desc")
    rows: list[dict[str, Any]] = log.to_arrow_table().to_pylist()
    return rows


def _last_read(syncs: list[dict[str, Any]]) -> datetime | None:
    newest: dict[str, datetime] = {}
    for sync in syncs:
        if sync["outcome"] == "succeeded" and sync["way"] not in NOT_READ:
            newest.setdefault(sync["_account_id"], sync["ended_at"])
    return min(newest.values(), default=None)


def _modified(path: Path) -> datetime | None:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.exists() else None


def _opened(database: Path) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(database, read_only=True)
    except duckdb.Error as error:
        raise LoadError(f"Can't open {database}: {error}.") from error

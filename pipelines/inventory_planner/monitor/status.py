"""How current the data is, and how the last syncs went."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import AnotherRunError, LoadError
from inventory_planner.warehouse.build_record import read_published_build
from inventory_planner.warehouse.engine import Connection, Engine
from inventory_planner.warehouse.sync_log import NOT_A_READING, SUCCEEDED
from inventory_planner.warehouse.table import SCHEMA
from inventory_planner.warehouse.tables import LOGS, SYNCS, TABLES, WRITES
from inventory_planner.warehouse.warehouse import connect_read_only
from inventory_planner.warehouse.write_log import IN_DOUBT

LAST_SYNCS: Final = 5
LAST_WRITES: Final = 5
NOT_COUNTED: Final = frozenset(table.name for table in LOGS)  # the other tables hold the account

_SYNCS: Final = f"select * from {SCHEMA}.{SYNCS.name} order by started_at desc"  # noqa: S608
_IS_IN_DOUBT: Final = f"state in {tuple(map(str, IN_DOUBT))}"
_WRITES: Final = f"""
    select * from (
        select *, row_number() over (order by {_IS_IN_DOUBT} desc, recorded_at desc) as position
        from {SCHEMA}.{WRITES.name}
    ) as writes
    where position <= {LAST_WRITES} or {_IS_IN_DOUBT}
    order by position
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Status:
    """What the data folder holds. Instants are UTC.

    `problem` is what readers should know about the published data, if it may differ from what was published.
    `age_seconds` counts from the last successful reading of the account; with several accounts, from the oldest of
    these. `writes` are the changes of the account whose outcome is in doubt, and the last others. While a run is
    `at_work`, the other fields describe what was published before it.
    """

    folder: str
    at_work: str | None
    published_at: datetime | None
    problem: str | None
    age_seconds: float | None
    rows: dict[str, int]
    syncs: list[dict[str, Any]]
    writes: list[dict[str, Any]]


def status(engine: Engine, folder: DataFolder, now: datetime | None = None) -> Status:
    """The state of the data folder.

    Raises:
        LoadError: the warehouse can't be opened.
    """
    at_work, (rows, syncs, writes) = _look(engine)
    record = read_published_build(engine)
    last_reading = _last_reading(syncs)
    return Status(
        folder=str(folder.root),
        at_work=at_work,
        published_at=record.built_at if record else None,
        problem=engine.published_problem(),
        age_seconds=((now or datetime.now(UTC)) - last_reading).total_seconds() if last_reading else None,
        rows=rows,
        syncs=syncs[:LAST_SYNCS],
        writes=writes,
    )


def last_published_sync(engine: Engine) -> dict[str, Any] | None:
    """The last row of the sync log that readers have; None if nothing is published. It holds up no run.

    Raises:
        LoadError: what is published can't be opened.
    """
    connection = engine.connect_published()
    if connection is None:
        return None
    with closing(connection):
        return next(iter(_select(connection, f"{_SYNCS} limit 1")), None)


Found = tuple[dict[str, int], list[dict[str, Any]], list[dict[str, Any]]]  # rows by table, syncs, writes


def _look(engine: Engine) -> tuple[str | None, Found]:
    """What the warehouse holds; during a run, the run and what readers see; without a warehouse, what readers see."""
    if not engine.exists():
        return None, _read_published(engine)
    try:
        with engine.lock("status"):
            return None, _read(connect_read_only(engine))
    except AnotherRunError as error:
        return error.holder, _read_published(engine)


def _read_published(engine: Engine) -> Found:
    try:
        connection = engine.connect_published()
    except LoadError:  # which is the problem that the status reports
        return {}, [], []
    return _read(connection) if connection else ({}, [], [])


def _read(connection: Connection) -> Found:
    """The rows of each raw table, the sync log, newest first, and the last writes."""
    with closing(connection):
        present = _present(connection)
        rows = {name: _count(connection, name) for name in present if name not in NOT_COUNTED}
        syncs = _select(connection, _SYNCS) if SYNCS.name in present else []
        writes = _select(connection, _WRITES) if WRITES.name in present else []
        return rows, syncs, writes


def _present(connection: Connection) -> list[str]:
    query = f"select table_name from information_schema.tables where table_schema = '{SCHEMA}'"  # noqa: S608
    names = {name for (name,) in connection.execute(query).fetchall()}
    return [table.name for table in TABLES if table.name in names]


def _count(connection: Connection, table: str) -> int:
    ((count,),) = connection.execute(f"select count(*) from {SCHEMA}.{table}").fetchall()  # noqa: S608
    return int(count)


def _select(connection: Connection, query: str) -> list[dict[str, Any]]:
    result = connection.execute(query)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _last_reading(syncs: list[dict[str, Any]]) -> datetime | None:
    newest: dict[str, datetime] = {}
    for sync in syncs:
        if sync["outcome"] == SUCCEEDED and sync["sync_kind"] not in NOT_A_READING:
            newest.setdefault(sync["_account_id"], sync["ended_at"])
    return min(newest.values(), default=None)

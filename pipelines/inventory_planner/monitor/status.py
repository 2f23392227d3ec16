"""How current the data is, and how the last syncs went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
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

_SYNCS: Final = f"select * from {SCHEMA}.{SYNCS.name} {{where}} order by started_at desc"  # noqa: S608
_ACCOUNTS: Final = "select account_id, account_name from marts.accounts"
_IS_IN_DOUBT: Final = f"state in {tuple(map(str, IN_DOUBT))}"
_WRITES: Final = f"""
    select * from (
        select *, row_number() over (order by {_IS_IN_DOUBT} desc, recorded_at desc) as position
        from {SCHEMA}.{WRITES.name} {{where}}
    ) as writes
    where position <= {LAST_WRITES} or {_IS_IN_DOUBT}
    order by position
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """How an account was last read: `age_seconds` ago, if ever, and how its last sync went; `error` if it failed."""

    account_id: str
    name: str
    age_seconds: float | None
    outcome: str
    error: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """What the data folder holds, of one account or of all. Instants are UTC.

    `problem` is what readers should know about the published data, if it may differ from what was published.
    `age_seconds` counts from the last successful reading of the account; with several accounts, from the oldest of
    these. `writes` are the changes of the account whose outcome is in doubt, and the last others. While a run is
    `at_work`, the other fields describe what was published before it. `accounts` are those in the sync log.
    """

    folder: str
    at_work: str | None
    published_at: datetime | None
    problem: str | None
    age_seconds: float | None
    rows: dict[str, int]
    syncs: list[dict[str, Any]]
    writes: list[dict[str, Any]]
    accounts: list[AccountStatus] = field(default_factory=list)


def status(
    engine: Engine,
    folder: DataFolder,
    now: datetime | None = None,
    *,
    account_id: str | None = None,
) -> Status:
    """The state of the data folder.

    Args:
        engine: the engine of the warehouse.
        folder: the data folder.
        now: the current time.
        account_id: the account to show; all by default.

    Raises:
        LoadError: the warehouse can't be opened.
    """
    at_work, (rows, syncs, writes, names) = _look(engine, account_id)
    record = read_published_build(engine)
    instant = now or datetime.now(UTC)
    accounts = _accounts(syncs, names, instant)
    return Status(
        folder=str(folder.root),
        at_work=at_work,
        published_at=record.built_at if record else None,
        problem=engine.published_problem(),
        age_seconds=max((each.age_seconds for each in accounts if each.age_seconds is not None), default=None),
        rows=rows,
        syncs=_last_syncs(syncs),
        writes=writes,
        accounts=accounts,
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
        return next(iter(_select(connection, f"{_SYNCS.format(where='')} limit 1")), None)


Found = tuple[  # rows by table, syncs, writes, and the names of accounts by their ids
    dict[str, int], list[dict[str, Any]], list[dict[str, Any]], dict[str, str]
]


def _look(engine: Engine, account_id: str | None) -> tuple[str | None, Found]:
    """What the warehouse holds; during a run, the run and what readers see; without a warehouse, what readers see."""
    if not engine.exists():
        return None, _read_published(engine, account_id)
    try:
        with engine.lock("status"):
            return None, _read(connect_read_only(engine), account_id)
    except AnotherRunError as error:
        return error.holder, _read_published(engine, account_id)


def _read_published(engine: Engine, account_id: str | None) -> Found:
    try:
        connection = engine.connect_published()
    except LoadError:  # which is the problem that the status reports
        return {}, [], [], {}
    return _read(connection, account_id) if connection else ({}, [], [], {})


def _read(connection: Connection, account_id: str | None) -> Found:
    """The rows of each raw table, the sync log, newest first, the last writes, and the names as of the last build."""
    where, chosen = ("where _account_id = ?", [account_id]) if account_id else ("", [])
    with closing(connection):
        present = _present(connection)
        rows = {name: _count(connection, name, where, chosen) for name in present if name not in NOT_COUNTED}
        syncs = _select(connection, _SYNCS.format(where=where), chosen) if SYNCS.name in present else []
        writes = _select(connection, _WRITES.format(where=where), chosen) if WRITES.name in present else []
        accounts = _select(connection, _ACCOUNTS) if _has_accounts(connection) else []
        return rows, syncs, writes, {each["account_id"]: each["account_name"] for each in accounts}


def _present(connection: Connection) -> list[str]:
    query = f"select table_name from information_schema.tables where table_schema = '{SCHEMA}'"  # noqa: S608
    names = {name for (name,) in connection.execute(query).fetchall()}
    return [table.name for table in TABLES if table.name in names]


def _has_accounts(connection: Connection) -> bool:
    query = "select count(*) from information_schema.tables where table_schema = 'marts' and table_name = 'accounts'"
    return bool(connection.execute(query).fetchall() != [(0,)])


def _count(connection: Connection, table: str, where: str, chosen: Sequence[str]) -> int:
    ((count,),) = connection.execute(f"select count(*) from {SCHEMA}.{table} {where}", chosen).fetchall()  # noqa: S608
    return int(count)


def _select(connection: Connection, query: str, parameters: Sequence[str] = ()) -> list[dict[str, Any]]:
    result = connection.execute(query, parameters)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _accounts(syncs: Sequence[dict[str, Any]], names: Mapping[str, str], now: datetime) -> list[AccountStatus]:
    """The accounts in the sync log, which is given newest first."""
    last: dict[str, dict[str, Any]] = {}
    read_at: dict[str, datetime] = {}
    for sync in syncs:
        last.setdefault(sync["_account_id"], sync)
        if sync["outcome"] == SUCCEEDED and sync["sync_kind"] not in NOT_A_READING:
            read_at.setdefault(sync["_account_id"], sync["ended_at"])
    return [
        AccountStatus(
            account_id=account_id,
            name=names.get(account_id, account_id),
            age_seconds=(now - read_at[account_id]).total_seconds() if account_id in read_at else None,
            outcome=sync["outcome"],
            error=sync["error"],
        )
        for account_id, sync in sorted(last.items())
    ]


def _last_syncs(syncs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last syncs, and the last of each account."""
    newest = {sync["_account_id"]: sync["sync_id"] for sync in reversed(syncs)}
    return [sync for place, sync in enumerate(syncs) if place < LAST_SYNCS or sync["sync_id"] in newest.values()]

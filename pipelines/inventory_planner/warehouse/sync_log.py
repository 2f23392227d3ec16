"""The sync log: a row of `_syncs` for each reading of the account, also for one that failed or was killed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import duckdb

from inventory_planner.api.changes import Way
from inventory_planner.api.client import Client, Traffic
from inventory_planner.data_folder import Folder
from inventory_planner.errors import LoadError
from inventory_planner.sync.chunks import Chunk
from inventory_planner.warehouse.stored_orders import warehouse
from inventory_planner.warehouse.tables import SCHEMA, SYNCS

LOG = f"{SCHEMA}.{SYNCS.name}"
RUNNING = "running"  # the outcome of a sync that is at work, or was killed and not followed by another yet
COLUMNS_OF_LOG = "select column_name from information_schema.columns where table_schema = ? and table_name = ?"
KILLED = "It ended without a word: it was killed, or the machine stopped."

log = logging.getLogger(__name__)


@dataclass(slots=True)
class SyncReport:
    """What a sync did and what it cost. Instants are UTC.

    `account_orders` is how many orders the account said it has, `warehouse_orders` how many the warehouse holds that
    are not marked as deleted; both only where a sweep has counted them. `unknown` are the fields met that the contract
    does not list, `drift` those of them, as a JSON list, that no sync of the account has reported before.
    """

    account_id: str
    sync_id: str = field(default_factory=lambda: uuid4().hex)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended_at: datetime | None = None
    outcome: str = "failed"
    way: str | None = None
    mark_before: datetime | None = None
    mark_after: datetime | None = None
    requests: int = 0
    retries: int = 0
    waited_seconds: float = 0.0
    pages: int = 0
    bytes: int = 0
    orders: int = 0
    lines: int = 0
    deleted: int = 0
    quarantined: int = 0
    account_orders: int | None = None
    warehouse_orders: int | None = None
    drift: str | None = None
    error: str | None = None
    unknown: set[str] = field(default_factory=set)

    @property
    def has_news(self) -> bool:
        """Whether anything in the warehouse has changed."""
        return bool(self.orders or self.quarantined or self.deleted)

    @property
    def summary(self) -> str:
        """What came, in a line."""
        if not self.has_news:
            return f"No order changed ({_counted(self.requests, 'request')}, {self.way})."
        deleted = f", {_counted(self.deleted, 'order')} marked as deleted" if self.deleted else ""
        bad = f", {self.quarantined} set aside because they do not fit the contract" if self.quarantined else ""
        came = f"{_counted(self.orders, 'order')} with {_counted(self.lines, 'line')} read"
        return f"{came}{deleted}{bad} ({_counted(self.requests, 'request')}, {self.way})."

    def count(self, traffic: Traffic, before: Traffic) -> None:
        """Take down what the requests of this sync have cost."""
        self.requests = traffic.requests - before.requests
        self.retries = traffic.retries - before.retries
        self.bytes = traffic.bytes - before.bytes
        self.waited_seconds = traffic.waited_seconds - before.waited_seconds

    def add(self, chunk: Chunk) -> None:
        """Count a chunk that is committed."""
        self.mark_after = chunk.mark.instant
        self.way = chunk.way or self.way
        self.pages += chunk.pages_read
        self.orders += len(chunk.order_ids)
        self.lines += chunk.lines
        self.quarantined += chunk.quarantined
        self.unknown |= chunk.unknown


@contextmanager
def counted(client: Client, report: SyncReport) -> Iterator[None]:
    """Take down in the report what the client's requests cost within the block."""
    before = replace(client.traffic)
    try:
        yield
    finally:
        report.count(client.traffic, before)


@contextmanager
def logged(folder: Folder, client: Client, report: SyncReport) -> Iterator[None]:
    """Write the sync down before the block, and after it, however it ends.

    Raises:
        LoadError: the log can't be written.
    """
    with ExitStack() as held:
        _begin(held.enter_context(warehouse(folder)), report)
        try:
            with counted(client, report):
                yield  # the file stays open meanwhile, so that whoever else in this process opens it need not wait
            _report_drift(folder, report)
            report.outcome = "succeeded"
        except BaseException as error:
            report.error = str(error) or type(error).__name__
            raise
        finally:
            report.ended_at = datetime.now(UTC)
            if report.error:
                held.close()  # after a full disk only a file that is opened anew takes another row
            write_down(folder, report)


def _begin(connection: duckdb.DuckDBPyConnection, report: SyncReport) -> None:
    """Write the sync down as running; what still stands there as running has been killed."""
    _make_log(connection)
    connection.execute(f"update {LOG} set outcome = 'failed', error = ? where outcome = ?", [KILLED, RUNNING])  # noqa: S608
    _write(connection, replace(report, outcome=RUNNING))


def _report_drift(folder: Folder, report: SyncReport) -> None:
    """Name fields that the contract does not list, once."""
    if not report.unknown:
        return
    with warehouse(folder) as connection:
        told = connection.execute(
            f"select drift from {LOG} where _account_id = ? and drift is not null",  # noqa: S608
            [report.account_id],
        ).fetchall()
    new = report.unknown.difference(*(json.loads(names) for (names,) in told))
    if new:
        report.drift = json.dumps(sorted(new))
        log.warning(
            "Inventory Planner sends fields that this version does not know, kept in `_unknown_fields`: %s.",
            ", ".join(sorted(new)),
        )


def last_sweep(folder: Folder, account_id: str) -> dict[str, Any] | None:
    """The row of the account's last sweep that ended well."""
    with warehouse(folder) as connection:
        _make_log(connection)
        found = connection.execute(
            f"select * from {LOG} where _account_id = ? and way = ? and outcome = 'succeeded'"  # noqa: S608
            " order by started_at desc limit 1",
            [account_id, Way.SWEEP],
        )
        rows: list[dict[str, Any]] = found.to_arrow_table().to_pylist()
    return rows[0] if rows else None


def _make_log(connection: duckdb.DuckDBPyConnection) -> None:
    """The table, with the columns of today also where an older version made it."""
    found = connection.execute(COLUMNS_OF_LOG, [SCHEMA, SYNCS.name]).fetchall()
    if {(column.name,) for column in SYNCS.columns}.issubset(found):
        return
    connection.execute(f"create schema if not exists {SCHEMA}")
    connection.register("syncs_of_today", SYNCS.schema.empty_table())
    connection.execute(f"create table if not exists {LOG} as from syncs_of_today")
    types = connection.table("syncs_of_today")
    for name, type_ in zip(types.columns, types.types, strict=True):
        connection.execute(f'alter table {LOG} add column if not exists "{name}" {type_}')


def write_down(folder: Folder, report: SyncReport) -> None:
    """Put a report into the log.

    Raises:
        LoadError: the log of a sync that went well can't be written.
    """
    try:
        with warehouse(folder) as connection:
            _write(connection, report)
    except LoadError as error:
        if report.outcome == "succeeded":
            raise
        log.warning("The sync log misses this sync: %s", error)  # what made the sync fail is raised already


def _write(connection: duckdb.DuckDBPyConnection, report: SyncReport) -> None:
    """The row of the sync, in place of the one that it had."""
    fields = {**asdict(report), "_account_id": report.account_id}
    row = {column.name: fields[column.name] for column in SYNCS.columns}
    values = ", ".join(f"${name} as {name}" for name in row)
    connection.execute(
        f"merge into {LOG} using (select {values}) as row using (sync_id)"
        " when matched then update by name when not matched then insert by name",
        row,
    )


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"

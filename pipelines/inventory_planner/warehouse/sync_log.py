"""The sync log: a row of `_syncs` for each sync of an account, including those that failed or were killed."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from inventory_planner.errors import LoadError
from inventory_planner.warehouse.table import SCHEMA
from inventory_planner.warehouse.tables import SYNCS
from inventory_planner.warehouse.warehouse import Account, Warehouse

SYNC_LOG: Final = f"{SCHEMA}.{SYNCS.name}"
RUNNING: Final = "running"  # the outcome of a sync in progress, or of a killed one until the next sync starts
SUCCEEDED: Final = "succeeded"
FAILED: Final = "failed"
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)  # before any sync
SWEEP: Final = "sweep"  # the sync kind of a comparison with the whole account
BUILD: Final = "build"  # the sync kinds of the rows that failed steps after the sync leave; they read no orders
ACKNOWLEDGE: Final = "acknowledge"
CATALOG: Final = "catalog"  # of a reading of the catalog
NOT_A_READING: Final = ("replay", BUILD, ACKNOWLEDGE, CATALOG, "write-back")  # sync kinds that don't read what changed
KILLED: Final = "The process was killed, or the machine stopped."

log = logging.getLogger(__name__)


@dataclass(slots=True)
class SyncReport:
    """What a sync did and what it cost. Instants are UTC.

    Only a sweep fills `account_orders`, the total that the API reports, and `warehouse_orders`, the number of orders in
    the warehouse that are not marked as deleted. `unknown` has the fields that the API's documentation does not list;
    `drift` has those that no earlier sync of the account has reported, as a JSON list.
    """

    account_id: str
    sync_id: str = field(default_factory=lambda: uuid4().hex)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended_at: datetime | None = None
    outcome: str = FAILED
    sync_kind: str | None = None
    cursor_before: datetime | None = None
    cursor_after: datetime | None = None
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
    def has_changes(self) -> bool:
        """Whether anything in the warehouse has changed."""
        return bool(self.orders or self.quarantined or self.deleted)

    @property
    def summary(self) -> str:
        """The outcome in one line."""
        cost = f"({_plural(self.requests, 'request')}, {self.sync_kind})"
        if not self.has_changes:
            return f"No order changed {cost}."
        deleted = f", {_plural(self.deleted, 'order')} marked as deleted" if self.deleted else ""
        quarantined = f", {_plural(self.quarantined, 'record')} quarantined" if self.quarantined else ""
        read = f"{_plural(self.orders, 'order')} with {_plural(self.lines, 'line')} read"
        return f"{read}{deleted}{quarantined} {cost}."

    @property
    def log_fields(self) -> dict[str, Any]:
        """The fields of the summary in a JSON log; `run_id` is the `sync_id` of the sync log."""
        ended_at = self.ended_at or datetime.now(UTC)
        return {
            "run_id": self.sync_id,
            "account_id": self.account_id,
            "sync_kind": self.sync_kind,
            **{name: getattr(self, name) for name in ("orders", "lines", "deleted", "quarantined", "requests")},
            "seconds": round((ended_at - self.started_at).total_seconds(), 3),
        }


@dataclass(frozen=True, slots=True)
class CatalogReadings:
    """When the catalog was last tried to be read, and when it was last read; None if it never was."""

    attempted_at: datetime | None
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class LastSweep:
    """When the account was last compared with the warehouse, and how many orders each of them held then."""

    started_at: datetime
    account_orders: int
    warehouse_orders: int


def record_start(warehouse: Warehouse, report: SyncReport) -> None:
    """Add the sync as running; a sync that the log still shows as running was killed.

    Raises:
        LoadError: the log can't be written.
    """
    warehouse.create(SYNCS)
    warehouse.execute(
        f"update {SYNC_LOG} set outcome = ?, error = ? where outcome = ?",
        [FAILED, KILLED, RUNNING],
    )
    warehouse.insert(SYNCS, {**_row(report), "outcome": RUNNING})


def record_end(warehouse: Warehouse, report: SyncReport) -> None:
    """Complete the row of the sync.

    Raises:
        LoadError: the log of a sync that succeeded can't be written.
    """
    row = _row(report)
    assignments = ", ".join(f"{name} = ?" for name in row)
    try:
        warehouse.execute(
            f"update {SYNC_LOG} set {assignments} where sync_id = ?",
            [*row.values(), report.sync_id],
        )
    except LoadError as error:
        if report.outcome == SUCCEEDED:
            raise
        log.warning("This sync is missing from the sync log: %s", error)  # the error that failed it is raised already


def record_failure(account: Account, sync_kind: str, error: Exception) -> None:
    """Add a row for a step that failed after the sync, such as a build."""
    now = datetime.now(UTC)
    report = SyncReport(account.account_id, started_at=now, ended_at=now, sync_kind=sync_kind, error=str(error))
    try:
        account.warehouse.create(SYNCS)
        account.warehouse.insert(SYNCS, _row(report))
    except LoadError as failure:
        log.warning("The failed %s is missing from the sync log: %s", sync_kind, failure)


def record_drift(account: Account, report: SyncReport) -> None:
    """Report the unknown fields and unexpected shapes that no earlier sync of the account has reported."""
    if not report.unknown:
        return
    reported = account.execute(f"select drift from {SYNC_LOG} where _account_id = ? and drift is not null")
    new = report.unknown.difference(*(json.loads(names) for (names,) in reported))
    if new:
        report.drift = json.dumps(sorted(new))
        log.warning(
            "Inventory Planner sent fields that this version can't read; they are kept in `_unknown_fields`: %s.",
            ", ".join(sorted(new)),
        )


def last_sweep(account: Account) -> LastSweep | None:
    """The account's last sweep that succeeded."""
    account.warehouse.create(SYNCS)
    found = account.execute(
        f"select started_at, account_orders, warehouse_orders from {SYNC_LOG}"
        " where _account_id = ? and sync_kind = ? and outcome = ? order by started_at desc limit 1",
        [SWEEP, SUCCEEDED],
    )
    return LastSweep(*found[0]) if found else None


def unfinished_since(account: Account) -> datetime | None:
    """When the first sync began that failed or was killed after the last complete reading of changes; None if none did.

    What the warehouse holds of orders that were read since then may be incomplete: the tables are committed one by one.
    """
    account.warehouse.create(SYNCS)
    ((last,),) = account.execute(
        f"select max(started_at) from {SYNC_LOG} where _account_id = ? and outcome = '{SUCCEEDED}'"
        f" and sync_kind not in {(*NOT_A_READING, SWEEP)}",
    )
    first: datetime | None
    ((first,),) = account.execute(
        f"select min(started_at) from {SYNC_LOG} where _account_id = ? and outcome <> '{SUCCEEDED}'"
        f" and coalesce(sync_kind, '') not in {(BUILD, ACKNOWLEDGE, CATALOG)} and started_at > ?",
        [last or BEGINNING],
    )
    return first


def catalog_readings(account: Account) -> CatalogReadings:
    """When the last readings of the account's catalog started."""
    account.warehouse.create(SYNCS)
    (found,) = account.execute(
        f"select max(started_at), max(started_at) filter (where outcome = '{SUCCEEDED}') from {SYNC_LOG}"
        " where _account_id = ? and sync_kind = ?",
        [CATALOG],
    )
    return CatalogReadings(*found)


def _row(report: SyncReport) -> dict[str, object]:
    fields = {**asdict(report), "_account_id": report.account_id}
    return {column.name: fields[column.name] for column in SYNCS.columns}


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"

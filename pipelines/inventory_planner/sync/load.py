"""One sync: load what changed in the account into the warehouse, chunk by chunk, and record it in the sync log."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import chain

from inventory_planner.api.batches import Batch
from inventory_planner.api.changes import read_changes
from inventory_planner.api.client import Client
from inventory_planner.api.prefetch import prefetch
from inventory_planner.settings import Settings
from inventory_planner.sync.chunks import Chunk, Sync, split_into_chunks
from inventory_planner.sync.cursor import Cursor
from inventory_planner.sync.loader import Loader, stored_cursor
from inventory_planner.sync.order_filter import IsInScope, OrderFilter
from inventory_planner.sync.recording import count_chunk, count_requests, recorded
from inventory_planner.warehouse.quarantine import drop_superseded
from inventory_planner.warehouse.stored_orders import has_tables, known_orders, stored_ids
from inventory_planner.warehouse.sync_log import SyncReport
from inventory_planner.warehouse.tables import DLT_TABLES
from inventory_planner.warehouse.warehouse import Account, Warehouse

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """What to load, from which account, into which warehouse.

    By default, what changed since the last sync. `since` starts earlier; `full` starts at the beginning and reloads
    all orders. `progress` is called after each page with the orders read so far and the total to read.
    """

    client: Client
    settings: Settings
    warehouse: Warehouse
    full: bool = False
    since: datetime | None = None
    progress: Progress = lambda _read, _total: None

    @property
    def account(self) -> Account:
        """The account in the warehouse."""
        return self.warehouse.account(self.settings.account_id)

    @property
    def order_filter(self) -> OrderFilter:
        """Which orders are in scope."""
        return OrderFilter(self.settings.status, self.settings.start_date)

    def is_in_scope(self) -> IsInScope:
        """A predicate for orders in scope. Orders in the warehouse stay in scope, even if they stop matching."""
        if not self.settings.status:
            return lambda _: True
        known = known_orders(self.account)
        return self.order_filter.follow({*known.present, *known.deleted})


def load(job: Job) -> SyncReport:
    """Bring the warehouse up to date with the account.

    Raises:
        ApiError: a request failed; what had arrived by then is in the warehouse, and the next sync reads the rest.
        LoadError: the warehouse can't be opened or written; its committed data is unchanged.
    """
    report = SyncReport(job.settings.account_id)
    with recorded(job.account, job.client, report):
        stored = stored_cursor(job.account)
        cursor = _valid_cursor(job, stored)
        report.cursor_before = cursor.instant
        _commit_each(job, _read_changes(job, report, cursor), report, stored)
        if report.has_changes:
            drop_superseded(job.warehouse)
    return report


def preview(job: Job) -> SyncReport:
    """Report what a load would do, without writing to the warehouse.

    Raises:
        ApiError: a request failed.
        LoadError: the warehouse can't be opened.
    """
    report = SyncReport(job.settings.account_id, outcome="previewed")
    cursor = _valid_cursor(job, stored_cursor(job.account))
    with count_requests(job.client, report):
        for chunk in _read_changes(job, report, cursor):
            deque(chunk.batches, maxlen=0)
            count_chunk(report, chunk)
    return report


def store(job: Job, read: Iterable[Batch], report: SyncReport) -> None:
    """Load orders that were read for another reason than being newer than the cursor; the cursor does not move.

    Raises:
        ApiError: a request failed.
        LoadError: the warehouse can't be opened or written.
    """
    stored = stored_cursor(job.account)
    _commit_each(job, split_into_chunks(read, stored, _sync(job, report), known={}), report, stored)
    drop_superseded(job.warehouse)


def _valid_cursor(job: Job, stored: Cursor) -> Cursor:
    cursor = job.order_filter.valid_cursor(stored)
    if stored.instant and cursor is not stored:
        scope = cursor.scope or "all orders"
        log.info("The order filter changed (%s); re-reading the account from the beginning.", scope)
    return cursor


def _read_changes(job: Job, report: SyncReport, cursor: Cursor) -> Iterator[Chunk]:
    start = job.order_filter.start(cursor, job.since, full=job.full)
    read = prefetch(read_changes(job.client, start, job.settings.page_size))
    known: dict[str, str] | None = {} if job.full else None
    return split_into_chunks(_report_progress(read, job.progress), cursor, _sync(job, report), known)


def _sync(job: Job, report: SyncReport) -> Sync:
    stored = cache(lambda: stored_ids(job.account))
    return Sync(
        report.sync_id,
        job.settings.account_id,
        lambda: datetime.now(UTC),
        job.is_in_scope(),
        are_unstored=lambda order_ids: stored().isdisjoint(order_ids),
    )


def _report_progress(read: Iterator[Batch], progress: Progress) -> Iterator[Batch]:
    orders = total = 0
    for batch in read:
        orders += len(batch.orders)
        total = max(total, batch.total)
        progress(min(orders, total), total)
        yield batch


def _commit_each(job: Job, chunks: Iterator[Chunk], report: SyncReport, stored: Cursor) -> None:
    """Commit the chunks, except those that hold neither rows nor a new cursor."""
    loader = Loader(job.warehouse, job.settings)
    is_first = not has_tables(job.warehouse)
    for chunk in chunks:
        first = next(chunk.batches, None)
        if first or is_first or chunk.cursor != stored:
            empty = [{table.name: table.schema.empty_table() for table in DLT_TABLES}] if is_first else []
            chunk.batches = chain(empty, [first] if first else [], chunk.batches)
            loader.commit(chunk)
            stored, is_first = chunk.cursor, False
        count_chunk(report, chunk)

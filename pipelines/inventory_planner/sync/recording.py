"""Record a sync in the sync log, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from inventory_planner.api.client import Client
from inventory_planner.sync.chunks import Chunk
from inventory_planner.warehouse.sync_log import SUCCEEDED, SyncReport, record_drift, record_end, record_start
from inventory_planner.warehouse.warehouse import Account


@contextmanager
def recorded(account: Account, client: Client, report: SyncReport) -> Iterator[None]:
    """Record the sync in the log before the block and after it.

    Raises:
        LoadError: the log can't be written.
    """
    record_start(account.warehouse, report)
    try:
        with count_requests(client, report):
            yield
        record_drift(account, report)
        report.outcome = SUCCEEDED
    except BaseException as error:
        report.error = str(error) or type(error).__name__
        account.warehouse.close()  # after a full disk, the log takes another row only once it is reopened
        raise
    finally:
        report.ended_at = datetime.now(UTC)
        record_end(account.warehouse, report)


@contextmanager
def count_requests(client: Client, report: SyncReport) -> Iterator[None]:
    """Add what the client's requests cost within the block to the report."""
    before = replace(client.traffic)
    try:
        yield
    finally:
        report.requests = client.traffic.requests - before.requests
        report.retries = client.traffic.retries - before.retries
        report.bytes = client.traffic.bytes - before.bytes
        report.waited_seconds = client.traffic.waited_seconds - before.waited_seconds


def count_chunk(report: SyncReport, chunk: Chunk) -> None:
    """Add a committed chunk to the report."""
    report.cursor_after = chunk.cursor.instant
    report.sync_kind = chunk.sync_kind or report.sync_kind
    report.pages += chunk.pages
    report.orders += len(chunk.order_ids)
    report.lines += chunk.lines
    report.quarantined += chunk.quarantined
    report.unknown |= chunk.unknown

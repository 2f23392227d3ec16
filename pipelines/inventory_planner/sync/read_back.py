"""Read orders that were just changed, so that the warehouse shows them at once."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from inventory_planner.api.batches import Batch, SyncKind
from inventory_planner.api.client import Client
from inventory_planner.api.decoding import RawOrder
from inventory_planner.api.listing import get_order
from inventory_planner.errors import NotFoundError
from inventory_planner.sync.load import Job, load, store
from inventory_planner.sync.recording import recorded
from inventory_planner.warehouse.stored_orders import synced_since
from inventory_planner.warehouse.sync_log import SyncReport

MAX_SINGLE_READS: Final = 10  # orders; for more, reading what changed takes fewer requests

log = logging.getLogger(__name__)


def read_back(job: Job, order_ids: Sequence[str]) -> None:
    """Load these orders as they are now.

    Raises:
        ApiError: a request failed; the next run reads the rest.
        LoadError: the warehouse can't be opened or written.
    """
    if len(order_ids) > MAX_SINGLE_READS:
        load_back(job, order_ids)
        return
    _read_by_id(job, order_ids)


def load_back(job: Job, order_ids: Sequence[str]) -> None:
    """Load what changed, and these orders by their ids unless they are among it; in a loaded warehouse, one request.

    Raises:
        ApiError: a request failed; the next run reads the rest.
        LoadError: the warehouse can't be opened or written.
    """
    if len(order_ids) > 1:
        began_at = datetime.now(UTC)
        load(job)
        fresh = synced_since(job.account, began_at)
        order_ids = [each for each in order_ids if each not in fresh]  # the API may not count a receipt as a change
    _read_by_id(job, order_ids)


def _read_by_id(job: Job, order_ids: Sequence[str]) -> None:
    if order_ids:
        report = SyncReport(job.settings.account_id, sync_kind=SyncKind.WRITE_BACK)
        with recorded(job.account, job.client, report):
            store(job, read_each(job.client, order_ids, SyncKind.WRITE_BACK), report)


def read_each(client: Client, order_ids: Sequence[str], kind: SyncKind) -> Iterator[Batch]:
    """Request orders one by one, without those that were deleted meanwhile; a sweep marks these.

    Raises:
        ApiError: a request failed.
    """
    for order_id in order_ids:
        try:
            raw = get_order(client, order_id)
        except NotFoundError:
            log.info("Order %s was deleted during the %s.", order_id, kind)
            continue
        yield Batch((RawOrder.from_json(raw),), len(order_ids), kind, cursor=None)

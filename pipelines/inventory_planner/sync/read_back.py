"""Read orders that were just changed, so that the warehouse shows them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from inventory_planner.api.batches import Batch, SyncKind
from inventory_planner.api.decoding import RawOrder
from inventory_planner.api.listing import get_order
from inventory_planner.errors import NotFoundError
from inventory_planner.sync.load import Job, load, store
from inventory_planner.sync.recording import recorded
from inventory_planner.warehouse.stored_orders import synced_since
from inventory_planner.warehouse.sync_log import SyncReport

MAX_SINGLE_READS: Final = 10  # orders; for more, reading what changed takes fewer requests


def read_back(job: Job, order_ids: Sequence[str]) -> None:
    """Load these orders as they are now.

    Raises:
        ApiError: a request failed; the next run reads the rest.
        LoadError: the warehouse can't be opened or written.
    """
    if len(order_ids) > MAX_SINGLE_READS:
        began_at = datetime.now(UTC)
        load(job)
        fresh = synced_since(job.account, began_at)
        order_ids = [each for each in order_ids if each not in fresh]  # the API may not count a receipt as a change
    if order_ids:
        report = SyncReport(job.settings.account_id, sync_kind=SyncKind.WRITE_BACK)
        with recorded(job.account, job.client, report):
            store(job, _read_each(job, order_ids), report)


def _read_each(job: Job, order_ids: Sequence[str]) -> Iterator[Batch]:
    for order_id in order_ids:
        try:
            raw = get_order(job.client, order_id)
        except NotFoundError:
            continue  # deleted meanwhile, as the next sweep will find
        yield Batch((RawOrder.from_json(raw),), len(order_ids), SyncKind.WRITE_BACK, cursor=None)

"""Decode quarantined records again: a newer version may be able to read what an older one could not."""

from __future__ import annotations

import logging

from msgspec import Raw

from inventory_planner.api.batches import Batch, SyncKind
from inventory_planner.api.decoding import RawOrder
from inventory_planner.sync.load import Job, store
from inventory_planner.sync.recording import recorded
from inventory_planner.warehouse.quarantine import drop_quarantined, quarantined_records
from inventory_planner.warehouse.sync_log import SyncReport

log = logging.getLogger(__name__)


def replay(job: Job) -> SyncReport:
    """Read the quarantined records again, without a request to the API.

    Raises:
        LoadError: the warehouse can't be opened or written.
    """
    report = SyncReport(job.settings.account_id, sync_kind=SyncKind.REPLAY)
    with recorded(job.account, job.client, report):
        orders = tuple(RawOrder.from_json(Raw(text.encode())) for text in quarantined_records(job.account))
        if orders:
            store(job, [Batch(orders, len(orders), SyncKind.REPLAY, cursor=None)], report)
            drop_quarantined(job.account, before=report.started_at)
    log.info("%s", report.summary, extra={"fields": report.log_fields})
    return report

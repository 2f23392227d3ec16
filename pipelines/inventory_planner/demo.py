"""The whole path on a made-up account: serve, run, let two days pass, run again, report."""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from inventory_planner.api.client import Client
from inventory_planner.data_folder import Folder, files_of
from inventory_planner.marts.published import published
from inventory_planner.run import run
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job, Progress
from inventory_planner.warehouse.sync_log import SyncReport
from inventory_planner_emulator import Event, demo_account, live_a_day, serve

WITHOUT_LIMIT: Final = 0.0  # requests a second: the emulator needs no mercy
DAYS_OF_BUSINESS: Final = 2

RECEIVED_VS_ORDERED: Final = """
    select
        currency_code as currency,
        count(distinct purchase_order_id) as orders,
        count(*) as lines,
        sum(quantity_ordered) as ordered,
        sum(quantity_received) as received,
        sum(quantity_open) as open,
        sum(quantity_short) as short,
        sum(quantity_over) as over,
        sum(quantity_capped) / sum(quantity_ordered) as fill_rate,
        sum(received_value) as received_value
    from marts.received_vs_ordered
    where is_vendor_order
    group by currency_code
    order by received_value desc
"""
VENDORS: Final = """
    select
        vendor_name as vendor,
        currency_code as currency,
        count_orders as orders,
        fill_rate,
        otif_line_rate as otif,
        lead_time_median_days as lead_days,
        lead_time_stddev_days as sd,
        received_value
    from marts.vendor_scorecard
    where period = 'all' and otif_line_rate is not null
    order by otif_line_rate desc, received_value desc
"""
OVERDUE: Final = """
    select
        purchase_order_number as number,
        vendor_name as vendor,
        max(days_overdue) as days,
        count(*) as lines,
        sum(quantity_open) as open,
        sum(open_value) as open_value,
        currency_code as currency
    from marts.received_vs_ordered
    where is_overdue and is_vendor_order
    group by purchase_order_id, purchase_order_number, vendor_name, currency_code
    order by open_value desc
"""
log = logging.getLogger(__name__)
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demo did and what its reports say, ready to be shown."""

    first: SyncReport
    second: SyncReport
    swept: SyncReport | None
    events: list[Event]
    received_vs_ordered: Rows
    vendors: Rows
    overdue: Rows

    @property
    def happened(self) -> Counter[str]:
        """How often each kind of event happened."""
        return Counter(event.kind for event in self.events)


def demo(folder: Folder, progress: Progress) -> DemoReport:
    """Run the demo in its own data folder, from nothing.

    Args:
        folder: the demo's folder; what an earlier demo left there is replaced.
        progress: hears how many orders have come, of how many.

    Raises:
        InventoryPlannerError: as `load` and `run` say.
    """
    _forget(folder)
    now = datetime.now(UTC)
    days = [now.date() - timedelta(days=ago) for ago in reversed(range(DAYS_OF_BUSINESS))]
    account = demo_account(days[0])
    with serve(account) as server:
        settings = Settings(account.api_key, account.account_id, server.url, requests_per_second=WITHOUT_LIMIT)
        with Client(settings.base_url, settings.api_key, settings.account_id, WITHOUT_LIMIT) as client:
            job = Job(client, settings, folder, progress=progress)
            log.info("Serving a made-up account at %s, and running for the first time.", server.url)
            first = run(job, {}).sync  # built as well, or no snapshot would know the promises that are about to move
            events = [event for day in days for event in live_a_day(account, day)]
            log.info("Two days of business have passed.")
            second = run(job, {})
    return DemoReport(first, second.sync, second.swept, events, *_reports(folder))


def _forget(folder: Folder) -> None:
    with folder.locked("demo"):
        for path in files_of(folder.warehouse):
            path.unlink(missing_ok=True)
        folder.outdate()
        shutil.rmtree(folder.dbt, ignore_errors=True)


def _reports(folder: Folder) -> Sequence[Rows]:
    with published(folder) as connection:
        return [connection.sql(query).to_arrow_table().to_pylist() for query in (RECEIVED_VS_ORDERED, VENDORS, OVERDUE)]

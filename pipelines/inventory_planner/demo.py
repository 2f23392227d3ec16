"""The whole pipeline on a made-up account: serve, run, let two days pass, run again, report."""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from inventory_planner.api.client import Client
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import PublishError
from inventory_planner.run import RunReport, run
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job, Progress
from inventory_planner.warehouse.engine import Connection, Engine
from inventory_planner.warehouse.engines import duckdb_of
from inventory_planner.warehouse.sync_log import SyncReport
from inventory_planner.warehouse.warehouse import Warehouse, open_warehouse
from inventory_planner_emulator import Event, demo_account, live_a_day, serve

NO_RATE_LIMIT: Final = 0.0  # requests a second; the emulator runs on this machine
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
        otif_line_rate as otif_rate,
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
    """What the demo did, and the rows of its reports."""

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


def run_demo(folder: DataFolder, progress: Progress) -> DemoReport:
    """Run the demo from scratch, in its own data folder.

    Args:
        folder: the demo's folder; what an earlier demo left there is replaced.
        progress: called with the orders read so far and the total to read.

    Raises:
        InventoryPlannerError: see `run`.
    """
    engine = duckdb_of(folder)  # whatever is configured: a made-up account has no place in a shared database
    with open_warehouse(engine, folder, "demo") as warehouse:
        _clear(folder)
        first, second, events = _run_twice(warehouse, progress)
    return DemoReport(first.synced, second.synced, second.swept, events, *_reports(engine))


def _run_twice(warehouse: Warehouse, progress: Progress) -> tuple[RunReport, RunReport, list[Event]]:
    """Two runs, and the events between them; the first also builds, so that the snapshots have the first promises."""
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS_OF_BUSINESS))]
    account = demo_account(days[0])
    with serve(account) as server:
        settings = Settings(account.api_key, account.account_id, server.url, requests_per_second=NO_RATE_LIMIT)
        with Client(settings.base_url, settings.api_key, settings.account_id, NO_RATE_LIMIT) as client:
            job = Job(client, settings, warehouse, progress=progress)
            log.info("Serving a made-up account at %s. Starting the first run.", server.url)
            first = run(job, {})
            events = [event for day in days for event in live_a_day(account, day)]
            log.info("Simulated two days of business.")
            return first, run(job, {}), events


def _clear(folder: DataFolder) -> None:
    for path in folder.root.glob(f"{folder.warehouse.name}*"):
        path.unlink()
    shutil.rmtree(folder.dbt, ignore_errors=True)


def _reports(engine: Engine) -> list[Rows]:
    connection = engine.connect_published()
    if connection is None:
        raise PublishError("The demo's reports were not published: run the demo again.")
    with closing(connection):
        return [_rows(connection, query) for query in (RECEIVED_VS_ORDERED, VENDORS, OVERDUE)]


def _rows(connection: Connection, query: str) -> Rows:
    result = connection.execute(query)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

"""What the account does at night: read the files that arrived, and recalculate."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.received_records import api_id

NIGHT_PATH = "/emulator/night"  # a POST of it spends a night at once
SYNC_TIME = time(2)  # in the account's time zone
_DEADLINE = timedelta(hours=1)  # a file must arrive so long before
_POLL_SECONDS = 1.0  # between two looks at the clock and the folder


def run_nightly_sync(account: Account, until: datetime | None = None) -> None:
    """Read the files that arrived until then, or all of them, and run the background jobs."""
    with account.lock:
        order_ids = _read_files(account, until)
        received, now = account.received, account.now()
        for variant in received.variants(now):
            account.put_variant(variant["id"], **variant)
        account.variant_vendors.update(received.variant_vendors())
        order_ids |= dict.fromkeys(_missing_orders(account))
        for order in received.orders(order_ids, now):
            account.put(order)
        account.run_background_jobs()


def _read_files(account: Account, until: datetime | None) -> dict[str, None]:
    """Add the rows of the files to those that were received; return the ids of the stock orders in them."""
    order_ids: dict[str, None] = {}
    if account.inbox:
        for kind, rows in account.inbox.take(until):
            account.received.tables[kind].update(rows)
            if kind == "stock_order":
                order_ids |= dict.fromkeys(row["ID"] for row in rows.values())
    return order_ids


def _missing_orders(account: Account) -> Iterator[str]:
    """The received stock orders that the account does not have, because what they name had not arrived."""
    there = account.visible_orders().rows
    rows = account.received.tables["stock_order"].values()
    return (row["ID"] for row in rows if api_id(row["ID"]) not in there)


@contextmanager
def run_nightly_syncs(account: Account, zone: ZoneInfo) -> Iterator[None]:
    """Watch the account's folder, and spend each night when its time comes, until the context exits."""
    done, last_run = threading.Event(), last_sync(account.now(), zone)
    thread = threading.Thread(target=_watch, args=(account, zone, last_run, done), name="nights", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _watch(account: Account, zone: ZoneInfo, last_run: datetime, done: threading.Event) -> None:
    while not done.wait(_POLL_SECONDS):
        with account.lock:
            if account.inbox:
                account.inbox.collect()
        sync = last_sync(account.now(), zone)
        if sync > last_run:
            run_nightly_sync(account, sync - _DEADLINE)
            last_run = sync


def last_sync(now: datetime, zone: ZoneInfo) -> datetime:
    """Return when the last night's sync ran."""
    today = datetime.combine(now.astimezone(zone).date(), SYNC_TIME, zone).astimezone(UTC)
    if today <= now:
        return today
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    return datetime.combine(yesterday, SYNC_TIME, zone).astimezone(UTC)

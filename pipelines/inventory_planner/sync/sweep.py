"""Find what reading changes can't show: orders deleted from the account, and orders that changed silently.

A sweep lists all orders with a few fields and compares them with the warehouse. If the account changes meanwhile, the
list can skip an order, so each order that seems to be missing is requested by its id before it is marked as deleted.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from inventory_planner.api.batches import Batch, SyncKind
from inventory_planner.api.changes import read_changes
from inventory_planner.api.client import Client
from inventory_planner.api.decoding import read_summary
from inventory_planner.api.listing import count_orders as count_account_orders
from inventory_planner.api.listing import get_order, list_pages
from inventory_planner.api.orders import Summary
from inventory_planner.errors import NotFoundError, SweepError
from inventory_planner.sync.columns import ValueOverflowError, round_to_scale
from inventory_planner.sync.load import Job, store
from inventory_planner.sync.read_back import read_each
from inventory_planner.sync.recording import recorded
from inventory_planner.warehouse.build_record import invalidate_build
from inventory_planner.warehouse.stored_orders import Fingerprint, KnownOrders, count_orders, known_orders, mark_deleted
from inventory_planner.warehouse.sync_log import SWEEP, SyncReport, last_sweep
from inventory_planner.warehouse.table import QUANTITY

SWEEP_EVERY: Final = timedelta(hours=23)  # so that a run at the same time every day finds it due every day
FIELDS: Final = "id,last_modified,status,total_ordered,total_received"
MAX_SINGLE_READS: Final = 200  # of changed orders; for more, re-reading everything takes fewer requests
MAX_DELETED_SHARE: Final = 0.1  # of the orders in the warehouse; more at once is more likely a fault than a clean-up
MAX_DELETED_COUNT: Final = 10  # so few may disappear from a small account, whatever their share

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Findings:
    """What a sweep has found: orders to read again, orders that seem missing, and the account's total."""

    account_orders: int = 0
    seen: set[str] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def sweep_if_due(job: Job) -> SyncReport | None:
    """Sweep once a day and whenever the totals show that orders are missing or deleted; None if it is not due.

    Raises:
        SweepError: see `sweep`.
    """
    return sweep(job) if _is_due(job) else None


def sweep(job: Job, *, force: bool = False) -> SyncReport:
    """Compare the whole account with the warehouse: mark deleted orders, and re-read those that differ.

    Raises:
        SweepError: more orders seem deleted than is plausible, and `force` is not set; changed orders were read anyway.
        InventoryPlannerError: see `load`.
    """
    report = SyncReport(job.settings.account_id, sync_kind=SWEEP)
    with recorded(job.account, job.client, report):
        known = known_orders(job.account)
        found = _compare(job, known)
        report.account_orders = found.account_orders
        if found.changed:
            store(job, _read_again(job, found.changed), report)
        deleted = _confirm_deleted(job.client, found, known, force=force)
        if deleted:
            invalidate_build(job.warehouse)
            mark_deleted(job.account, deleted, datetime.now(UTC))
        report.sync_kind, report.deleted = SWEEP, len(known.present.keys() & set(deleted))
        report.warehouse_orders = count_orders(job.account)
    log.info("%s", report.summary, extra={"fields": report.log_fields})
    return report


def _is_due(job: Job) -> bool:
    last = last_sweep(job.account)
    if last is None or datetime.now(UTC) - last.started_at > SWEEP_EVERY:
        return True
    if job.settings.status:  # the account's total counts orders out of scope, and these come and go
        return False
    difference = last.account_orders - last.warehouse_orders
    return count_account_orders(job.client) - count_orders(job.account) != difference


def _compare(job: Job, known: KnownOrders) -> Findings:
    """Walk all orders of the account, and compare them with those in the warehouse."""
    findings = Findings()
    order_filter = job.order_filter
    followed = known.present.keys() | known.deleted
    for order in _walk(job, findings):
        order_id = str(order.id)
        if order_id in findings.seen:
            continue
        findings.seen.add(order_id)
        is_in_scope = order_id in followed or order_filter.matches(order)
        if is_in_scope and _is_changed(order, known.present.get(order_id)):
            findings.changed.append(order_id)
    findings.missing = sorted((known.present.keys() | known.quarantined) - findings.seen)
    return findings


def _walk(job: Job, findings: Findings) -> Iterator[Summary]:
    """List all orders by id, so that edits don't move orders between pages."""
    for page in list_pages(job.client, page_size=job.settings.page_size, fields=FIELDS, id_sort="asc"):
        yield from (found for raw in page.orders if (found := read_summary(raw)))
        findings.account_orders = page.meta.total


def _is_changed(order: Summary, before: Fingerprint | None) -> bool:
    status = None if order.status in {None, ""} else str(order.status)
    quantities = _quantity(order.total_ordered), _quantity(order.total_received)
    return before != Fingerprint(order.last_modified, status, *quantities)


def _quantity(value: int | Decimal | None) -> Decimal | None:
    """The total as the warehouse holds it: null if it is too large."""
    try:
        return None if value is None else round_to_scale(value, QUANTITY.scale)
    except ValueOverflowError:
        return None


def _read_again(job: Job, changed: list[str]) -> Iterator[Batch]:
    """Read the changed orders in full."""
    if len(changed) > MAX_SINGLE_READS:
        log.info("%d orders changed silently; re-reading the account from the beginning.", len(changed))
        yield from read_changes(job.client, job.settings.start_date, job.settings.page_size)
        return
    yield from read_each(job.client, changed, SyncKind.SWEEP)


def _confirm_deleted(client: Client, findings: Findings, known: KnownOrders, *, force: bool) -> list[str]:
    """The missing orders that are not found when they are requested by id."""
    if not findings.missing:
        return []
    _check_share(findings, known, force=force)
    _check_single_reads(client, findings)
    log.info("Requesting each order that seems to be deleted (%d in all).", len(findings.missing))
    return [order_id for order_id in findings.missing if _is_deleted(client, order_id)]


def _check_share(findings: Findings, known: KnownOrders, *, force: bool) -> None:
    missing, present = len(findings.missing), len(known.present)
    is_plausible = findings.seen and missing <= max(MAX_DELETED_COUNT, MAX_DELETED_SHARE * present)
    if not (is_plausible or force):
        raise SweepError(
            f"{missing} of {present} orders seem to be deleted from the account; none was marked as deleted. If they"
            " really were deleted, run `inventory-planner sweep --force`."
        )


def _check_single_reads(client: Client, findings: Findings) -> None:
    """An order that the walk has just seen must be found by its id, or "not found" means nothing."""
    for order_id in sorted(findings.seen)[:1]:
        if _is_deleted(client, order_id):
            raise SweepError(
                f"Order {order_id} is in the list of orders, but Inventory Planner does not find it by its id. No order"
                " was marked as deleted. Run `inventory-planner sweep` again later."
            )


def _is_deleted(client: Client, order_id: str) -> bool:
    try:
        get_order(client, order_id)
    except NotFoundError:
        return True
    return False

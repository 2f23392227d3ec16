"""Acknowledge what was imported, once it is committed; `warehouse.imported_orders` decides which orders these are."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from inventory_planner.api.orders import Summary
from inventory_planner.errors import (
    MAX_FAULTS,
    ConfigurationError,
    InventoryPlannerError,
    LoadError,
    UnknownOutcomeError,
)
from inventory_planner.sync.load import Job
from inventory_planner.sync.read_back import load_back
from inventory_planner.warehouse.build_record import invalidate_build
from inventory_planner.warehouse.imported_orders import ImportedOrder, orders_to_acknowledge
from inventory_planner.warehouse.stored_orders import has_tables
from inventory_planner.warehouse.sync_log import ACKNOWLEDGE
from inventory_planner.warehouse.write_log import State, orders_written, record_end_of_job
from inventory_planner.writeback.acknowledgement_plan import (
    is_as_imported,
    is_read_only,
    plan_acknowledgement,
    plan_read_only_notice,
)
from inventory_planner.writeback.apply import apply_all
from inventory_planner.writeback.change import Situation
from inventory_planner.writeback.earlier import Earlier
from inventory_planner.writeback.journal import Command, Outcome
from inventory_planner.writeback.sending import UNASKED, Sending, send_changes
from inventory_planner.writeback.status_lists import StatusLists

MAX_FAILURES: Final = 5  # in a row: what fails for so many orders, such as a status that does not exist, fails for all

_WARNED: Final = Command(ACKNOWLEDGE, "read-only")  # its rows are the read-only orders that were named
_NOT_READ: Final = Situation()

log = logging.getLogger(__name__)


def acknowledge(account: Job, sending: Sending = UNASKED) -> list[Outcome]:
    """Set `acknowledge_status` for the imported orders in a `status` asked for, and return what became of each one.

    Only the version of an order that was imported is acknowledged, once. An order that has changed since is left alone
    until it is loaded. Read-only orders are skipped; a warning names each of them once.

    Raises:
        ConfigurationError: `acknowledge_status` is not set.
        LoadError: nothing was loaded yet.
        InventoryPlannerError: see `send_changes`.
    """
    if account.settings.acknowledge_status is None:
        raise ConfigurationError(
            "`acknowledge_status` is not set, so no order is acknowledged. Set it and `status`, for example"
            " SOURCES__INVENTORY_PLANNER__ACKNOWLEDGE_STATUS=CLOSED and SOURCES__INVENTORY_PLANNER__STATUS=ORDERED."
        )
    if not has_tables(account.warehouse):
        raise LoadError("No orders were loaded yet. Run `inventory-planner load` first, then acknowledge them.")
    imported = _imported(account)
    lists = StatusLists(
        account.client, [each for each in imported if not each.is_read_only], account.settings.page_size
    )
    shown = lists.read_all()
    read_only = [each for each in imported if is_read_only(each, shown.get(each.order_id, _NOT_READ))]
    refused = {each.order_id for each in read_only}
    due = {
        each.order_id: each
        for each in imported
        if each.order_id not in refused and is_as_imported(each, shown[each.order_id])
    }
    in_doubt = _in_doubt(account, due)
    outcomes = _send(account, [*in_doubt, *due.values()], shown, lists, sending)
    _warn_once(account, read_only)
    settled = {*due, *refused, *(each.order_id for each in in_doubt)}
    if changed := [each for each in imported if each.order_id not in settled]:
        log.info("Left alone until they are loaded, because they have changed: %d imported orders.", len(changed))
    return outcomes


def check_acknowledged(outcomes: Sequence[Outcome]) -> None:
    """Check that all orders are acknowledged, or were left alone.

    Raises:
        UnknownOutcomeError: it is not known of some, and all others are.
        InventoryPlannerError: some are not.
    """
    if failed := [each for each in outcomes if not each.is_done]:
        kind = UnknownOutcomeError if all(each.state is State.UNKNOWN for each in failed) else InventoryPlannerError
        raise kind(
            f"{len(failed):,} of {len(outcomes):,} orders were not acknowledged, as far as is known; the next run tries"
            f" again. Order {failed[0].reference or failed[0].order_id}: {failed[0].message}"
        )


def _imported(account: Job) -> list[ImportedOrder]:
    """The orders to acknowledge, as the warehouse has them."""
    found = orders_to_acknowledge(account.account, account.settings.status, ACKNOWLEDGE)
    matches = account.order_filter.matches
    return [each for each in found if matches(Summary(each.order_id, each.last_modified, each.status))]


def _in_doubt(account: Job, due: Collection[str]) -> list[ImportedOrder]:
    """The orders that an interrupted run may have acknowledged or not, besides those that are due anyway."""
    doubtful = {each.purchase_order_id or "": each for each in Earlier(account.account, _command(account)).doubtful}
    others = sorted(doubtful.keys() - due)
    return [ImportedOrder(each, doubtful[each].purchase_order_number, None, None) for each in others]


def _command(account: Job) -> Command:
    """The next run with the same `acknowledge_status` settles what this one sends."""
    return Command(ACKNOWLEDGE, (account.settings.acknowledge_status or "").casefold())


def _send(
    account: Job, orders: Sequence[ImportedOrder], shown: Mapping[str, Situation], lists: StatusLists, sending: Sending
) -> list[Outcome]:
    if not orders:
        sending.confirm([])
        return []
    how = replace(sending, max_failures=MAX_FAILURES, read_back=load_back)
    status = account.settings.acknowledge_status or ""
    intentions = [plan_acknowledgement(each, status, partial(lists.situation, each.order_id)) for each in orders]
    situations = [shown.get(each.order_id, _NOT_READ) for each in orders]
    return send_changes(account, _command(account), intentions, situations, how)


def _warn_once(account: Job, read_only: Sequence[ImportedOrder]) -> None:
    """Name the read-only orders that no earlier run has named; the write log remembers them.

    Raises:
        LoadError: the write log can't be written.
    """
    if not read_only:
        return
    named = orders_written(account.account, _WARNED.digest)
    intentions = [plan_read_only_notice(each) for each in read_only if each.order_id not in named]
    outcomes = list(apply_all(account.client, account.account, _WARNED, intentions))
    if outcomes:
        record_end_of_job(account.account, _WARNED.digest)
        invalidate_build(account.warehouse)  # the mart `writes` shows them
    for outcome in outcomes[:MAX_FAULTS]:
        log.warning("%s", outcome.message)
    if len(outcomes) > MAX_FAULTS:
        log.warning("And %d more orders are read-only; the table _writes names them.", len(outcomes) - MAX_FAULTS)

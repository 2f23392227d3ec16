"""Show changes, ask for confirmation, send them, and read what changed back into the warehouse."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from inventory_planner.errors import ChangeError, InventoryPlannerError, LoadError, RefusedError, UnreachableError
from inventory_planner.sync.load import Job
from inventory_planner.sync.read_back import read_back
from inventory_planner.warehouse.build_record import invalidate_build
from inventory_planner.warehouse.write_log import orders_read_since, record_end_of_job
from inventory_planner.writeback.apply import RUN_AGAIN, apply_all, changed_orders, changed_variants, preview
from inventory_planner.writeback.change import Change, Intention, Situation, Skipped
from inventory_planner.writeback.journal import Command, Outcome

Confirm: TypeAlias = Callable[[Sequence[Change]], bool]
Progress: TypeAlias = Callable[[Outcome], None]
ReadBack: TypeAlias = Callable[[Job, Sequence[str]], None]
Skip: TypeAlias = Callable[[Sequence[Skipped]], None]

log = logging.getLogger(__name__)


def log_skipped(skipped: Sequence[Skipped]) -> None:
    """Log the changes that are skipped."""
    for each in skipped:
        log.warning("%s is skipped: %s", each.change.label, each.reason)


def always(_: Sequence[Change]) -> bool:
    """Confirm any change."""
    return True


@dataclass(frozen=True, slots=True)
class Sending:
    """How changes are sent.

    Args:
        confirm: is shown the changes, and returns whether to send them.
        again: whether to send what an earlier run of the same command applied.
        progress: receives each outcome.
        only_shown: whether to refuse a change if the order is no longer as it was shown.
        max_failures: send no more after so many changes in a row that were not applied.
        read_back: loads the changed orders, in place of reading a few by their ids, and what changed if they are more.
        read_catalog: loads the catalog after variants change.
        skip: receives the changes that a bulk command skips, before confirmation.
    """

    confirm: Confirm = always
    again: bool = False
    progress: Progress = lambda _: None
    only_shown: bool = False
    max_failures: int | None = None
    read_back: ReadBack | None = None
    read_catalog: Callable[[Job], object] = lambda _: None
    skip: Skip = log_skipped


UNASKED: Final = Sending()


def send_changes(
    account: Job, command: Command, intentions: Sequence[Intention], situations: Sequence[Situation], sending: Sending
) -> list[Outcome]:
    """Send what is left of the changes once it is confirmed, and return what became of each one.

    Raises:
        ChangeError: nothing was sent: a change can't be made, was not confirmed, or the file was applied before.
        RefusedError, UnreachableError: the message says how many changes were applied before.
        LoadError: the write log can't be written.
    """
    changes = preview(account.account, command, intentions, situations)
    if not sending.confirm(changes):
        raise ChangeError("Not confirmed; nothing was sent.")
    shown = changes if sending.only_shown else None
    outcomes: list[Outcome] = []
    try:
        for outcome in apply_all(account.client, account.account, command, intentions, shown):
            outcomes.append(outcome)
            sending.progress(outcome)
            if _is_hopeless(outcomes, sending.max_failures):
                log.warning("%d changes in a row were not applied; no more were sent.", sending.max_failures)
                break
    except (RefusedError, UnreachableError) as error:
        sent = sum(each.is_done for each in outcomes)
        raise type(error)(f"{error} {sent} of {len(intentions)} changes were applied before. {RUN_AGAIN}") from error
    except KeyboardInterrupt:
        sent = sum(each.is_done for each in outcomes)
        log.warning("Stopped after %d of %d changes were applied. %s", sent, len(intentions), RUN_AGAIN)
        raise
    finally:
        invalidate_build(account.warehouse)  # the mart `writes` shows also what failed
        _read_back(account, command, outcomes, sending.read_back or read_back)
        _read_catalog_back(account, outcomes, sending.read_catalog)
    _record_end(account, command)
    return outcomes


def _is_hopeless(outcomes: Sequence[Outcome], max_failures: int | None) -> bool:
    last = outcomes[-max_failures:] if max_failures else []
    return bool(last) and len(last) == max_failures and not any(each.is_done for each in last)


def _record_end(account: Job, command: Command) -> None:
    try:
        record_end_of_job(account.account, command.digest)
    except LoadError as error:
        log.warning("The write log does not show that this command has ended: %s", error)


def _read_back(account: Job, command: Command, outcomes: Sequence[Outcome], load: ReadBack) -> None:
    try:
        seen = orders_read_since(account.account, command.digest)  # by the run that this one continues
        load(account, [each for each in changed_orders(outcomes) if each not in seen])
    except InventoryPlannerError as error:
        log.warning("The changed orders could not be read back; the next run reads them: %s", error)


def _read_catalog_back(account: Job, outcomes: Sequence[Outcome], load: Callable[[Job], object]) -> None:
    """Load the catalog, which can only be read in full, if variants may have changed."""
    if not changed_variants(outcomes):
        return
    try:
        load(account)
    except InventoryPlannerError as error:
        log.warning("The changed variants could not be read back; the next catalog read includes them: %s", error)

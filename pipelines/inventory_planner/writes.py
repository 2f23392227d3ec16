"""Undo what a command changed, from Python: `writes.undo(account, outcome.job_id)`."""

from __future__ import annotations

from typing import Final

from inventory_planner.errors import ChangeError, NotFoundError
from inventory_planner.sync.load import Job
from inventory_planner.variants import send_chosen
from inventory_planner.warehouse.write_log import Write, writes_of_run
from inventory_planner.writeback.change import Change, Intention, Situation, Skipped
from inventory_planner.writeback.journal import Command, Outcome
from inventory_planner.writeback.sending import UNASKED, Sending
from inventory_planner.writeback.state import read_situation
from inventory_planner.writeback.undo import plan_reversal, reversible_changes, why_overtaken, without_overtaken
from inventory_planner.writeback.unsettled import with_unsettled

__all__ = ["undo"]

MIN_RUN: Final = 4  # characters of a run's id that must be given


def undo(account: Job, run: str, sending: Sending = UNASKED) -> list[Outcome]:
    """Undo what a run changed, given its `job_id` or the beginning of it; an undo can be undone as well.

    Values that somebody has changed since are skipped, as are changes that can't be undone: new orders, stock pushes
    and connections.

    Raises:
        ChangeError: no run or several have this id, or nothing of the run can be undone.
    """
    writes = _find_run(account, run)
    job_id = writes[0].job_id
    command = Command("writes undo", job_id, again=sending.again)
    applied, skipped = reversible_changes(writes)
    chosen: list[tuple[Intention, Situation]] = []
    for change in applied:
        found, reason = _choose(account, change)
        chosen += found
        skipped += [Skipped(change, reason)] if reason else []
    sending.skip(skipped)
    chosen = with_unsettled(account, command, chosen)
    if not chosen:
        raise ChangeError(f"Run {job_id} has changed nothing that can be undone.")
    return send_chosen(account, command, chosen, sending)


def _find_run(account: Job, run: str) -> list[Write]:
    found = writes_of_run(account.account, run.strip()) if len(run.strip()) >= MIN_RUN else []
    runs = sorted({each.job_id for each in found})
    if len(runs) > 1:
        raise ChangeError(f"The ids of {len(runs)} runs begin with {run}: {', '.join(runs)}.")
    if not runs:
        raise ChangeError(
            f"No run has the id {run}. `inventory-planner report writes --columns job_id,command,recorded_at` lists"
            " them as of the last build."
        )
    return found


def _choose(account: Job, change: Change) -> tuple[list[tuple[Intention, Situation]], str]:
    """The reversal of what can still be undone of a change, if anything, and the reason if part of it can't."""
    try:
        situation = read_situation(account.client, change.action, change.order_id, change.target, change.reference)
        reason = why_overtaken(change, situation)
        left = without_overtaken(change, situation)
    except (ChangeError, NotFoundError) as error:
        return [], str(error)
    return ([(plan_reversal(left), situation)] if left.after else []), reason

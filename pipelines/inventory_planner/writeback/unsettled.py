"""Settle changes of an earlier, interrupted run that are still in doubt and not among those of this run."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from inventory_planner.errors import ChangeError
from inventory_planner.sync.load import Job
from inventory_planner.writeback.change import Change, Intention, Situation
from inventory_planner.writeback.earlier import Earlier
from inventory_planner.writeback.journal import Command, change_of, key_of, key_of_intention
from inventory_planner.writeback.state import read_situation, state_after

Chosen: TypeAlias = list[tuple[Intention, Situation]]


def with_unsettled(account: Job, command: Command, chosen: Chosen) -> Chosen:
    """The chosen changes, and those of an earlier run of the command that are in doubt and not among them.

    Raises:
        ApiError: a request failed.
    """
    unsettled = _plan_unsettled(Earlier(account.account, command), [intention for intention, _ in chosen])
    return [*chosen, *((each, _read(account, each)) for each in unsettled)]


def _read(account: Job, intention: Intention) -> Situation:
    return read_situation(account.client, intention.action, intention.order_id, intention.target, intention.reference)


def _plan_unsettled(earlier: Earlier, intentions: Collection[Intention]) -> list[Intention]:
    """Plan the changes in doubt that none of the intentions covers."""
    known = set(map(key_of_intention, intentions))
    return [_plan_once_more(change_of(each)) for each in earlier.doubtful if key_of(each) not in known]


def _plan_once_more(change: Change) -> Intention:
    """Make a change again, unless it is already applied; refuse it if somebody has changed its values."""

    def plan(situation: Situation, _: frozenset[str]) -> Change:
        state = state_after(change, situation)
        missing = change.unapplied(state)
        if not all(change.is_untouched(name, state) for name in missing):
            raise ChangeError(f"{change.label} has changed since an earlier run of this command.")
        return change.split(change.after.keys() - missing)[0]

    return Intention(change.action, change.order_id, plan, frozenset(change.after), change.target, change.reference)

"""Apply changes: log what is about to be sent, send it, determine its outcome, and log that.

A new order or a stock push is sent at most once per run. Other changes only set values: they are sent again after a
reading shows that they are missing.

A change whose outcome is unknown is resolved by reading, never by blind repetition. A command that was interrupted
finishes what it began when it is run again: the write log tells what it had sent.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from inventory_planner.api.client import Client
from inventory_planner.errors import (
    ApiError,
    ChangeError,
    NotFoundError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
)
from inventory_planner.warehouse.warehouse import Account
from inventory_planner.warehouse.write_log import State, Write, give_up_intended, record_write, update_write
from inventory_planner.writeback.calls import Answer, send
from inventory_planner.writeback.change import VARIANT_ACTIONS, Action, Change, Intention, Situation, split_target
from inventory_planner.writeback.earlier import Earlier
from inventory_planner.writeback.faults import raise_faults
from inventory_planner.writeback.journal import (
    BY_READING,
    BY_RESPONSE,
    Command,
    Outcome,
    change_of,
    ended,
    new_write,
    outcome_of,
)
from inventory_planner.writeback.state import read_situation, state_after

MAX_READS: Final = 4  # to find out what became of a change: it may take effect, or become visible, a little later
MAX_SENDS: Final = 3  # of a change that reading has shown not to be applied, and that adds nothing when it is repeated
REPEATABLE: Final = frozenset({Action.UPDATE, Action.RECEIVE, Action.CONNECT}) | VARIANT_ACTIONS  # they set values
INTERRUPTED: Final = "An earlier run of this command was interrupted."
RUN_AGAIN: Final = "Run the same command again: it reads first, and sends only what is missing."
CHECK: Final = "Check it, and set the missing values."
_FIRST_WAIT: Final = 1.0  # seconds before another reading; each further wait is twice as long
_CHANGED: Final = frozenset({State.APPLIED, State.UNKNOWN})
_FATAL: Final = (RefusedError, UnreachableError)  # the other changes would fail, too

log = logging.getLogger(__name__)


def preview(
    account: Account, command: Command, intentions: Sequence[Intention], situations: Sequence[Situation]
) -> list[Change]:
    """The changes that a command would send, planned from what was read just before; nothing is sent.

    Raises:
        ChangeError: a change can't be made, or the file was applied in full before; the message names each reason. A
            command that an earlier run has begun is finished all the same.
    """
    earlier = Earlier(account, command)
    earlier.check_not_complete(intentions)
    changes, faults = [], []
    for intention, situation in zip(intentions, situations, strict=True):
        try:
            changes.append(earlier.preview(intention, situation))
        except ChangeError as error:
            faults.append(str(error))
    if not earlier.is_begun:
        if len(faults) == 1:
            raise ChangeError(faults[0])
        raise_faults("Nothing was sent:", faults)
    return [each for each in changes if each]


def apply_all(
    client: Client,
    account: Account,
    command: Command,
    intentions: Sequence[Intention],
    shown: Sequence[Change] | None = None,
) -> Iterator[Outcome]:
    """Apply the changes in order, and yield what became of each one. If some were `shown`, no others are sent.

    A change that fails does not stop the others, unless the key is refused or the API can't be reached.

    Raises:
        ChangeError: the file was applied in full before.
        RefusedError, UnreachableError: nothing after the last yielded change was sent.
        LoadError: the write log can't be written; nothing after the last yielded change was sent.
    """
    give_up_intended(account)
    job = _Job(client, account, command, Earlier(account, command), shown)
    job.earlier.check_not_complete(intentions)
    for intention in intentions:
        yield from job.apply(intention)


@dataclass(frozen=True, slots=True)
class _Job:
    """One run of a command."""

    client: Client
    account: Account
    command: Command
    earlier: Earlier
    shown: Sequence[Change] | None

    def apply(self, intention: Intention) -> Iterator[Outcome]:
        """Settle what an earlier run sent, then apply the rest."""
        write = self.earlier.in_doubt(intention)
        if write:
            yield from self._settle(write, intention)
        elif self.earlier.is_done(intention) and not self.earlier.sets_values(intention):
            yield self.earlier.outcome(intention)
        else:
            yield from self._apply_rest(intention)

    def _settle(self, write: Write, intention: Intention) -> Iterator[Outcome]:
        """Find out what became of a change that an earlier run sent, and apply what is left.

        Values that somebody else has changed since are set if the command, run again, asks for just that.
        """
        outcomes = list(self._carry_out(change_of(write), write, intention, is_new=False))
        sets_values = self.earlier.sets_values(intention)
        if sets_values and self.earlier.is_overtaken(write):
            outcomes = []
        yield from outcomes
        is_complete = bool(outcomes) if sets_values else self.earlier.is_done(intention)
        if all(each.is_done for each in outcomes) and not is_complete:
            yield from self._apply_rest(intention)

    def _apply_rest(self, intention: Intention) -> Iterator[Outcome]:
        try:
            change = intention.plan(self._read(intention), self.earlier.names_to_leave(intention))
            self._check_as_shown(change)
        except (ChangeError, ApiError) as error:
            if isinstance(error, _FATAL):
                raise
            yield self._refuse(intention, error)
            return
        if self.earlier.names_to_leave(intention):
            yield self.earlier.outcome(intention)
        yield from self._apply_new(change, intention)

    def _read(self, intention: Intention) -> Situation:
        if intention.read:
            return intention.read()
        return read_situation(self.client, intention.action, intention.order_id, intention.target, intention.reference)

    def _check_as_shown(self, change: Change) -> None:
        """Refuse a change if the order or variant has changed since the change was confirmed.

        Raises:
            ChangeError: it is not what was shown.
        """
        if self.shown is not None and not change.is_unchanged and change not in self.shown:
            raise ChangeError(
                f"{change.label} has changed since it was shown; nothing was sent. Run the command again."
            )

    def _refuse(self, intention: Intention, error: Exception) -> Outcome:
        """Log a change that can't be made."""
        change = Change(intention.action, intention.order_id, intention.reference, {}, {}, {}, intention.target)
        write = new_write(self.command, self.earlier.job_id, change, intention)
        record_write(self.account, write)
        return self._end(write, change, State.FAILED, str(error), None)

    def _apply_new(self, change: Change, intention: Intention) -> Iterator[Outcome]:
        write = new_write(self.command, self.earlier.job_id, change, intention)
        record_write(self.account, write)
        if change.is_unchanged:
            yield self._end(write, change, State.UNCHANGED, intention.unchanged, BY_READING)
        else:
            yield from self._carry_out(change, write, intention, is_new=True)

    def _carry_out(self, change: Change, write: Write, intention: Intention, *, is_new: bool) -> Iterator[Outcome]:
        """Send the change, unless reading shows that it was applied, until it is known what became of it.

        What an earlier run sent, and must not be sent twice, gets time to show before it is sent again.
        """
        problem, sends = INTERRUPTED, 0
        patience = 0 if is_new or change.action in REPEATABLE else MAX_READS - 1
        for read in range(patience + MAX_READS + 1):
            if read:
                self.client.sleep(_FIRST_WAIT * 2 ** min(read - 1, MAX_READS - 1))
            if read or not is_new:
                outcomes = list(self._read_back(change, write, intention, problem))
                if outcomes:
                    yield from outcomes
                    return
            if read < patience:
                continue
            if sends == 0 or (change.action in REPEATABLE and sends < MAX_SENDS):
                sends += 1
                try:
                    yield from self._send(change, write, intention)
                except UnknownOutcomeError as error:
                    problem = str(error)
                else:
                    return
        yield self._end(write, change, State.UNKNOWN, f"{problem} {RUN_AGAIN}", None)

    def _send(self, change: Change, write: Write, intention: Intention) -> Iterator[Outcome]:
        update_write(self.account, replace(write, state=State.SENT))
        try:
            answer = send(self.client, change)
        except UnknownOutcomeError:
            raise
        except ApiError as error:
            yield self._end(write, change, State.FAILED, str(error), BY_RESPONSE)
            if isinstance(error, _FATAL):
                raise
        else:
            yield from self._record_answer(change, write, intention, answer, BY_RESPONSE)

    def _record_answer(
        self, change: Change, write: Write, intention: Intention, answer: Answer, resolved_by: str
    ) -> Iterator[Outcome]:
        """Record what was applied; values that were refused become a write of their own, which failed.

        This one is recorded first: until the other is, the whole change is in doubt, so that no part of it gets lost.
        """
        applied, failed = replace(change, order_id=answer.order_id).split(answer.refused)
        outcomes = []
        if failed.after:
            problem = "; ".join(f"{name}: {problem}" for name, problem in sorted(answer.refused.items()))
            rest = new_write(self.command, self.earlier.job_id, failed, intention) if applied.after else write
            if applied.after:
                record_write(self.account, rest)
            outcomes.append(self._end(rest, failed, State.FAILED, f"{problem}.", resolved_by))
        if applied.after:
            outcomes.insert(0, self._end(write, applied, State.APPLIED, answer.message or "Applied.", resolved_by))
        yield from outcomes

    def _read_back(self, change: Change, write: Write, intention: Intention, problem: str) -> Iterator[Outcome]:
        """What became of a change that was sent, according to the account; nothing if it was not applied."""
        try:
            situation = read_situation(self.client, change.action, change.order_id, change.target, change.reference)
        except (ApiError, ChangeError) as error:
            resolved_by = BY_READING if isinstance(error, NotFoundError) else None  # no later reading tells more
            yield self._end(write, change, State.UNKNOWN, f"{problem} {error} {RUN_AGAIN}", resolved_by)
            return
        state = state_after(change, situation)
        missing = change.unapplied(state)
        watched = sorted(missing | change.conditions)
        strange = [f"{name} is {state.get(name)}" for name in watched if not change.is_untouched(name, state)]
        if not missing:
            found = replace(change, order_id=change.order_id or state.get("id"))
            yield self._end(
                write,
                found,
                State.APPLIED,
                f"Applied, as a reading of the {change.action.subject} confirms.",
                BY_READING,
            )
        elif strange:
            subject = change.action.subject
            message = f"{problem} Someone else has changed the {subject}: {', '.join(strange)}. {CHECK}"
            yield self._end(write, change, State.UNKNOWN, message, BY_READING)
        elif change.action not in REPEATABLE and missing < change.after.keys():
            refused = dict.fromkeys(missing, "it is still not pushed, as reading shows")
            answer = Answer(change.order_id, refused, "Applied in part, as reading shows.")
            yield from self._record_answer(change, write, intention, answer, BY_READING)

    def _end(self, write: Write, change: Change, state: State, message: str, resolved_by: str | None) -> Outcome:
        row = ended(write, change, state, message, resolved_by)
        update_write(self.account, row)
        self.earlier.record(row)
        return outcome_of(row)


def changed_orders(outcomes: Collection[Outcome]) -> list[str]:
    """The ids of the orders that may have changed."""
    return sorted({each.order_id for each in outcomes if each.order_id and each.state in _CHANGED})


def changed_variants(outcomes: Collection[Outcome]) -> list[str]:
    """The ids of the variants that may have changed."""
    found = (each for each in outcomes if each.action in VARIANT_ACTIONS and each.state in _CHANGED)
    return sorted({split_target(each.target)[0] for each in found})

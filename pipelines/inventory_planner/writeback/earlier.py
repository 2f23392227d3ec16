"""What the same command, interrupted in an earlier run, has done already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from uuid import uuid4

from inventory_planner.errors import ChangeError
from inventory_planner.warehouse.warehouse import Account
from inventory_planner.warehouse.write_log import DONE, IN_DOUBT, State, Write, last_writes
from inventory_planner.writeback.change import Action, Change, Intention, Situation
from inventory_planner.writeback.journal import Command, Key, Outcome, change_of, key_of, key_of_intention, outcome_of


class Earlier:
    """The rows of the last job with the same input, if this run continues it.

    It does if the outcome of a change is in doubt, if the input is a file that was not applied in full, and if the
    command would add something twice because an earlier run was interrupted, or failed in part.
    """

    def __init__(self, account: Account, command: Command) -> None:
        self._command = command
        self._writes: dict[Key, dict[str, Write]] = {}
        found = last_writes(account, command.digest)
        for write in found:
            self.record(write)
        if not self._is_continued():
            self._writes = {}
        self.is_begun = bool(self._writes)
        self.job_id = found[0].job_id if self.is_begun else uuid4().hex

    def of(self, intention: Intention) -> list[Write]:
        """What the job has recorded of an intention, in this run and earlier ones."""
        return list(self._writes.get(key_of_intention(intention), {}).values())

    def in_doubt(self, intention: Intention) -> Write | None:
        """The change that was sent, and may have been applied or not."""
        return _in_doubt(self.of(intention))

    def done_names(self, intention: Intention) -> frozenset[str]:
        """The names of the values that were set."""
        return _done_names(self.of(intention))

    @property
    def doubtful(self) -> list[Write]:
        """The changes of the job that were sent, and may have been applied or not, one for each order and action."""
        return [found for rows in self._rows() if (found := _in_doubt(rows))]

    def is_done(self, intention: Intention) -> bool:
        """Whether all values were set, or were there already."""
        rows = self.of(intention)
        return bool(rows) and _is_done(rows)

    def sets_values(self, intention: Intention) -> bool:
        """Whether asking for this once more means to set the values again, whatever they are by now."""
        return intention.action is not Action.CREATE and not (self._command.is_file or self._command.is_additive)

    def names_to_leave(self, intention: Intention) -> frozenset[str]:
        """The names of the values that are not set again; asking to set values means all of them."""
        return frozenset() if self.sets_values(intention) else self.done_names(intention)

    def is_overtaken(self, write: Write) -> bool:
        """Whether reading has shown other values than those from before the write, and those that it was to set."""
        row = self._writes[key_of(write)][write.write_id]
        return row.state is State.UNKNOWN and row.resolved_by is not None

    @property
    def reference(self) -> str | None:
        """The reference of the order that the job creates, if it creates one."""
        rows = [each for rows in self._writes.values() for each in rows.values() if each.action == Action.CREATE]
        return rows[0].purchase_order_number if rows else None

    def record(self, write: Write) -> None:
        """Add a row, or replace the one with the same id."""
        self._writes.setdefault(key_of(write), {})[write.write_id] = write

    def check_not_complete(self, intentions: Sequence[Intention]) -> None:
        """Refuse a file that was applied in full.

        Raises:
            ChangeError: it was.
        """
        if self._command.is_file and self._is_told() and all(map(self.is_done, intentions)):
            raise ChangeError(
                f"This file was applied in full on {self._last_time()}; nothing was sent. To apply it once more, use"
                " --again."
            )

    def preview(self, intention: Intention, situation: Situation) -> Change | None:
        """The change that would be sent; None if nothing would.

        Raises:
            ChangeError: it can't be made.
        """
        if self.is_done(intention) and not self.sets_values(intention):
            return None
        doubtful = self.in_doubt(intention)
        if doubtful and not self.sets_values(intention):
            return change_of(doubtful)
        change = intention.plan(situation, self.names_to_leave(intention))
        return None if change.is_unchanged else change

    def outcome(self, intention: Intention) -> Outcome:
        """What became of an intention in an earlier run."""
        done = [each for each in self.of(intention) if each.state in DONE]
        before = {name: value for each in done for name, value in change_of(each).before.items()}
        after = {name: value for each in done for name, value in change_of(each).after.items()}
        message = f"Applied by an earlier run, on {self._last_time()}."
        return replace(outcome_of(done[-1]), before=before, after=after, message=message)

    def _is_continued(self) -> bool:
        command, in_doubt = self._command, self.doubtful
        if any(each.state is State.SENT for each in in_doubt) or (command.is_file and not command.again):
            return True
        if command.again and not command.is_file and self._is_told():
            return False
        if (command.is_file or command.is_additive) and not self._is_finished():
            return True
        return bool(in_doubt) and not command.again

    def _is_finished(self) -> bool:
        """Whether somebody was told what became of the last run, and only changes that nobody can tell are left."""
        return self._is_told() and all(_is_done(rows) or _in_doubt(rows) for rows in self._rows())

    def _is_told(self) -> bool:
        return bool(self._writes) and all(each.job_ended_at for rows in self._rows() for each in rows)

    def _rows(self) -> list[list[Write]]:
        return [list(rows.values()) for rows in self._writes.values()]

    def _last_time(self) -> str:
        at = max(each.recorded_at for rows in self._rows() for each in rows).astimezone(UTC)
        return f"{at:%Y-%m-%d at %H:%M} UTC"


def _in_doubt(writes: Sequence[Write]) -> Write | None:
    """What was sent, and has no outcome yet; or the last one, if nobody could tell what became of it."""
    return next((each for each in writes if each.state is State.SENT), None) or next(
        (each for each in writes[-1:] if each.state is State.UNKNOWN), None
    )


def _is_done(writes: Sequence[Write]) -> bool:
    """Whether nothing that was sent is left; a plan leaves out what the account has already."""
    sent = {name for each in writes if each.resolved_by or each.state in IN_DOUBT for name in _names(each)}
    return any(each.state in DONE for each in writes) and _done_names(writes) >= sent


def _done_names(writes: Sequence[Write]) -> frozenset[str]:
    return frozenset(name for each in writes if each.state in DONE for name in _names(each))


def _names(write: Write) -> frozenset[str]:
    return frozenset(change_of(write).after)

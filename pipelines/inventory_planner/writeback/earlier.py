"""What the same command, interrupted in an earlier run, has done already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Final
from uuid import uuid4

from inventory_planner.errors import ChangeError
from inventory_planner.warehouse.warehouse import Account
from inventory_planner.warehouse.write_log import IN_DOUBT, State, Write, last_writes
from inventory_planner.writeback.change import Action, Change, Intention, Situation
from inventory_planner.writeback.journal import Command, Key, change_of, key_of, key_of_intention

DONE: Final = frozenset({State.APPLIED, State.UNCHANGED})


class Earlier:
    """The rows of the last job with the same input, if this run continues it.

    It does if the outcome of a change is in doubt, or if the input is a file, unless the file should be applied again.
    """

    def __init__(self, account: Account, command: Command) -> None:
        found = last_writes(account, command.digest)
        is_in_doubt = any(each.state in IN_DOUBT for each in found)
        continued = found if is_in_doubt or (command.is_file and not command.again) else []
        self.job_id = continued[0].job_id if continued else uuid4().hex
        self._is_file = command.is_file
        self._writes: dict[Key, dict[str, Write]] = {}
        for write in continued:
            self.record(write)

    def of(self, intention: Intention) -> list[Write]:
        """What the job has recorded of an intention, in this run and earlier ones."""
        return list(self._writes.get(key_of_intention(intention), {}).values())

    def in_doubt(self, intention: Intention) -> list[Write]:
        """The changes that were sent, and may have been applied or not."""
        return [each for each in self.of(intention) if each.state in IN_DOUBT]

    def done_names(self, intention: Intention) -> frozenset[str]:
        """The names of the values that were set."""
        return frozenset(name for each in self.of(intention) if each.state in DONE for name in change_of(each).after)

    def is_done(self, intention: Intention) -> bool:
        """Whether all values were set."""
        done = self.done_names(intention)
        return bool(done) and (intention.action is Action.CREATE or done >= intention.names > frozenset())

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
        if self._is_file and self._writes and all(map(self.is_done, intentions)):
            at = max(each.written_at for rows in self._writes.values() for each in rows.values()).astimezone(UTC)
            raise ChangeError(
                f"This file was applied in full on {at:%Y-%m-%d at %H:%M} UTC; nothing was sent. To apply it once more,"
                " use --again."
            )

    def preview(self, intention: Intention, situation: Situation) -> Change | None:
        """The change that would be sent; None if nothing would.

        Raises:
            ChangeError: it can't be made.
        """
        if self.is_done(intention):
            return None
        doubtful = self.in_doubt(intention)
        change = change_of(doubtful[0]) if doubtful else intention.plan(situation, self.done_names(intention))
        return None if change.is_unchanged else change

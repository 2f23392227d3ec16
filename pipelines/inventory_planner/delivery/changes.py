"""Which rows to send: those that are new, or differ from what was delivered last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inventory_planner.delivery.checks import Row


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows to send, in the order of the file, and how many of the file's rows are new, changed and unchanged.

    Unchanged rows are sent, too, if all are wanted, or if another line of the same order is sent.
    """

    rows: list[Row]
    new: int
    changed: int
    unchanged: int

    @property
    def in_file(self) -> int:
        """How many rows the file has."""
        return self.new + self.changed + self.unchanged


def select_rows(rows: Sequence[Row], delivered: Mapping[int, int], *, is_full: bool) -> Selection:
    """Compare rows with the digests that were delivered, by key."""
    new = sum(row.key not in delivered for row in rows)
    differing = [row for row in rows if delivered.get(row.key) != row.digest]
    orders = {row.together for row in differing if row.together is not None}
    sent = [row for row in rows if is_full or delivered.get(row.key) != row.digest or row.together in orders]
    return Selection(sent, new, len(differing) - new, len(rows) - len(differing))

"""Which orders are in scope, and where a reading starts; only this module decides either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from inventory_planner.api.orders import Summary
from inventory_planner.sync.cursor import Cursor

IsInScope = Callable[[Summary], bool]


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Only orders in one of these statuses, and modified since the start date; without either, all orders."""

    statuses: tuple[str, ...] = ()
    start_date: datetime | None = None

    @property
    def scope(self) -> str:
        """The filter as text, empty for all orders; it is stored with the cursor."""
        statuses = [f"status {name}" for name in sorted(status.casefold() for status in self.statuses)]
        since = [f"modified since {self.start_date.isoformat()}"] if self.start_date else []
        return ", ".join([*statuses, *since])

    def valid_cursor(self, cursor: Cursor) -> Cursor:
        """The cursor if it was read with this filter; otherwise one at the beginning."""
        return cursor if cursor.scope == self.scope else Cursor(scope=self.scope)

    def start(self, cursor: Cursor, since: datetime | None = None, *, full: bool = False) -> datetime | None:
        """Where to start reading; never after the cursor, because the changes in between would be lost.

        Args:
            cursor: how far the account has been read.
            since: start earlier than the cursor, at this instant.
            full: start at the beginning.
        """
        if full or cursor.overlap_start is None:
            return self.start_date
        return min(cursor.overlap_start, since or cursor.overlap_start)

    def matches(self, order: Summary) -> bool:
        """Whether the order, in its present state, is in scope."""
        status_matches = not self.statuses or str(order.status).casefold() in map(str.casefold, self.statuses)
        is_recent = not (self.start_date and order.last_modified) or order.last_modified >= self.start_date
        return status_matches and is_recent

    def follow(self, followed: set[str]) -> IsInScope:
        """A predicate for orders in scope. An order that was in scope once stays in scope, even if it stops matching.

        Args:
            followed: the ids of the orders in the warehouse; the predicate adds those that it finds in scope.
        """

        def is_in_scope(order: Summary) -> bool:
            if self.matches(order):
                followed.add(str(order.id))
            return str(order.id) in followed

        return is_in_scope

"""The orders that reads show, which may lag behind those of the account."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from inventory_planner_emulator.order_index import OrderIndex
from inventory_planner_emulator.totals import Order


class _PendingChange(NamedTuple):
    """A change that reads may not show yet: the order after it, or None if it was deleted."""

    due: int
    key: str
    order: Order | None


class VisibleOrders:
    """An index of the orders that reads show, and the changes that they don't show yet."""

    def __init__(self, orders: Iterable[tuple[str, Order]]) -> None:
        self.index = OrderIndex(orders)
        self._pending: deque[_PendingChange] = deque()

    def record(self, key: str, order: Order | None, due: int) -> None:
        """Add a change that reads show after so many responses."""
        self._pending.append(_PendingChange(due, key, order))

    def reveal(self, responses: int | None) -> bool:
        """Show the changes that are due after so many responses, or all of them; return whether there were any."""
        found = False
        while self._pending and (responses is None or self._pending[0].due <= responses):
            found = True
            change = self._pending.popleft()
            if change.order is None:
                self.index.delete(change.key)
            else:
                self.index.put(change.key, change.order)
        return found

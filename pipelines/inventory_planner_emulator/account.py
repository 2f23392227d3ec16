"""The account: its orders, what was asked of it, and how it misbehaves."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from inventory_planner_emulator.faults import Fault, RecordedRequest
from inventory_planner_emulator.instants import text, utc_now
from inventory_planner_emulator.quirks import Quirks
from inventory_planner_emulator.shelf import Shelf
from inventory_planner_emulator.totals import number, plain, with_received_totals
from inventory_planner_emulator.wire import copied

Order = dict[str, Any]
_COUNTED = re.compile(r"[0-9]{1,18}")  # a reference that the account's counter could have given


class _Change(NamedTuple):
    """A change that readers may not see yet: the order as it then was, None where it was deleted."""

    due: int
    key: str
    order: Order | None


class Account:
    """An Inventory Planner account in memory; every method may be called while it is being served.

    Args:
        orders: Its orders in the order of entry, as the API gives them.
        account_id: The `Account` header that it answers to, in any case.
        api_key: The `Authorization` header that it answers to.
        now: Its clock; gives an aware datetime in UTC.

    Attributes:
        requests: What was asked so far, oldest first.
        before_answer: Called with the request before each answer is computed, to change the account during a read.
        faults: Answers to spoil, oldest first.
        quirks: The switches that are on.
        lock: Held while the account changes or an answer is computed.
        variant_edits: Fields that were written to a variant, by variant id.
        variant_vendors: Vendor data that was written to a variant, by variant id and vendor; None where it was deleted.
    """

    def __init__(
        self,
        orders: Iterable[Order] = (),
        *,
        account_id: str = "a1000",
        api_key: str = "demo-key",
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.account_id = account_id
        self.api_key = api_key
        self.now = now
        self.lock = threading.RLock()
        self.requests: list[RecordedRequest] = []
        self.before_answer: list[Callable[[RecordedRequest], None]] = []
        self.faults: deque[Fault] = deque()
        self.quirks = Quirks()
        self.variant_edits: dict[str, dict[str, Any]] = {}
        self.variant_vendors: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._truth = {_key(order): copied(order) for order in orders}
        self._shelf = Shelf(self._truth.items())
        self._answered = 0
        self._unseen: deque[_Change] = deque()

    def put(self, order: Order) -> None:
        """Enter an order exactly as given, or replace the one with its id; `last_modified` is left as it is."""
        with self.lock:
            key = _key(order)
            self._truth[key] = copied(order)
            self._changed(key)

    def edit(self, order_id: str, **changes: Any) -> None:
        """Change top-level fields of an order and stamp `last_modified` and `updated_at` with the account's clock.

        Raises:
            KeyError: When there is no such order.
        """
        with self.lock:
            stamp = text(self.now())
            order = {**self._truth[order_id], **changes, "last_modified": stamp, "updated_at": stamp}
            self.put(order)

    def receive(self, order_id: str, item_id: str, quantity: Any) -> None:
        """Goods arrive for a line: `received` grows by the quantity, a receipt is added, totals follow.

        Of lines with the same item id the first that still waits for goods gets them, or else the last.

        Raises:
            KeyError: When there is no such order or line.
        """
        with self.lock:
            order = self._truth[order_id]
            lines = [item for item in order.get("items") or [] if str(item.get("id")) == item_id]
            if not lines:
                raise KeyError(item_id)
            waiting = [item for item in lines if number(item.get("received")) < number(item.get("replenishment"))]
            line = (waiting or lines[-1:])[0]
            total = number(line.get("received")) + number(quantity)
            items = [received(item, total, self.now()) if item is line else item for item in order["items"]]
            changed = with_received_totals({**order, "items": items, "received_date": self.now().date().isoformat()})
            self.edit(order_id, **changed)

    def delete(self, order_id: str) -> None:
        """Take an order out of the account.

        Raises:
            KeyError: When there is no such order.
        """
        with self.lock:
            del self._truth[order_id]
            self._changed(order_id)

    def orders(self) -> list[Order]:
        """Every order as it stands now, in the order of entry; copies."""
        with self.lock:
            return [copied(order) for order in self._truth.values()]

    def get(self, order_id: str) -> Order:
        """One order as it stands now; a copy.

        Raises:
            KeyError: When there is no such order.
        """
        with self.lock:
            order: Order = copied(self._truth[order_id])
            return order

    def next_reference(self) -> str:
        """The number that an order entered without one gets: one more than the highest so far."""
        with self.lock:
            references = [str(order.get("reference")) for order in self._truth.values()]
        return str(1 + max((int(text) for text in references if _COUNTED.fullmatch(text)), default=0))

    def seen_by_readers(self) -> Shelf:
        """The orders as a read sees them now; hold `lock` while using them."""
        self._reveal()
        return self._shelf

    def count_answer(self) -> None:
        """Note that one more request was answered; what was held back until then comes into sight."""
        with self.lock:
            self._answered += 1

    def _changed(self, key: str) -> None:
        due = self._answered + self.quirks.visible_after_requests
        self._unseen.append(_Change(due, key, self._truth.get(key)))
        self._reveal()

    def _reveal(self) -> None:
        hidden_until = self.quirks.visible_from
        if hidden_until is not None and self.now() < hidden_until:
            return
        late = self.quirks.visible_after_requests > 0
        while self._unseen and not (late and self._unseen[0].due > self._answered):
            change = self._unseen.popleft()
            if change.order is None:
                self._shelf.remove(change.key)
            else:
                self._shelf.put(change.key, change.order)


def received(item: dict[str, Any], total: Any, at: datetime) -> dict[str, Any]:
    """The line with a new total received; the difference is a receipt at that instant, in unix seconds."""
    difference = number(total) - number(item.get("received"))
    if difference == 0:
        return {**item, "received": total}
    receipt = {"date": int(at.timestamp()), "value": plain(difference)}
    return {**item, "received": total, "received_history": [*(item.get("received_history") or []), receipt]}


def _key(order: Order) -> str:
    """An order's id as text; one without an id, which a test may need, is held under what it says."""
    order_id = order.get("id")
    return f"no id: {order}" if order_id in (None, "") else str(order_id)

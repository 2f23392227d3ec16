"""An account that keeps changing: changes as plain data, and every state that an order has been in.

A change names an order by a number, so that a random program is valid whatever orders there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from inventory_planner_emulator import Account
from inventory_planner_emulator.totals import with_totals
from orders import line, order

MAX_DELAY = timedelta(minutes=9)  # the overlap of two readings, less the minute that a reading may take unnoticed
LONG_AGO = datetime(2025, 12, 1, 8, tzinfo=UTC)
STEPS = tuple(timedelta(seconds=seconds) for seconds in (0, 1, 90, 700))
NOTES = ("", "call first", "by ship")  # few, so that an order also changes back to what it was
STATUSES = ("open", "Closed", "draft", "received")

Order = dict[str, Any]


class Change(NamedTuple):
    """What happens to the account; `which` chooses the order, `amount` means what the kind makes of it."""

    kind: str
    which: int = 0
    amount: int = 0


@dataclass
class Clock:
    """The account's clock, and ours, which may go wrong by `skew`."""

    time: datetime
    skew: timedelta = timedelta()

    def now(self, _zone: Any = None) -> datetime:
        """What our clock says."""
        return self.time + self.skew

    def of_account(self) -> datetime:
        """What the account's clock says."""
        return self.time


@dataclass
class Life:
    """Changes an account, and remembers every state of every order.

    Attributes:
        states: All states of each order, the oldest first; deleted orders keep theirs.
        silent: Orders whose last change did not stamp them with the account's clock: only a sweep can find it.
    """

    account: Account
    clock: Clock
    states: defaultdict[str, list[Order]] = field(default_factory=lambda: defaultdict(list))
    silent: set[str] = field(default_factory=set)
    _numbers: int = 0
    _hidden_since: datetime | None = None

    def do(self, change: Change) -> None:
        """Make the change."""
        with self.account.lock:
            getattr(self, change.kind)(change.which, change.amount)

    def hide(self, requests: int) -> None:
        """Hide changes from reads for so many requests, but not for longer than `MAX_DELAY`."""
        self.account.quirks = replace(self.account.quirks, visible_after_requests=requests)
        self.account.visible_orders()
        self._hidden_since = self.clock.time if requests else None

    def present(self) -> list[Order]:
        """The orders of the account, the oldest first."""
        return self.account.orders()

    # stamped by the account

    def create(self, which: int, amount: int) -> None:
        self._enter(self._fresh(lines=amount % 4, notes=NOTES[which % 3]))

    def edit(self, which: int, amount: int) -> None:
        fields = {"notes": NOTES[amount % 3]} if amount % 2 else {"status": STATUSES[amount % 4]}
        self._edit(which, lambda _: fields)

    def count(self, which: int, amount: int) -> None:
        self._edit_lines(which, lambda lines: [{**each, "replenishment": amount} for each in lines])

    def receive(self, which: int, amount: int) -> None:
        found = self._chosen(which)
        if found and found["items"]:
            self.account.receive(found["id"], found["items"][amount % len(found["items"])]["id"], amount + 1)
            self._remember(found["id"])

    def remove_line(self, which: int, amount: int) -> None:
        self._edit_lines(which, lambda lines: [each for n, each in enumerate(lines) if n != amount % len(lines)])

    def empty(self, which: int, _amount: int) -> None:
        self._edit_lines(which, lambda _: [])

    def repeat_line(self, which: int, amount: int) -> None:
        self._edit_lines(
            which, lambda lines: [*lines, line(f"c9_{5000 + amount % 4}", sku=f"REPEATED-{amount}", attributes=[])]
        )

    def assemble(self, which: int, amount: int) -> None:
        parts = [{"id": "c9_6001", "quantity": part + 1, "sku": "LEG"} for part in range(amount % 3)]
        self._edit_lines(which, lambda lines: [{**each, "components": parts} for each in lines])

    def connect(self, which: int, amount: int) -> None:
        shops = [{"connection": f"shop {number}", "id": amount, "status": "queued"} for number in range(amount % 3)]
        pushes = [{"forDst": bool(number), "items": [{"id": amount, "delta": number}]} for number in range(amount % 3)]
        self._edit(which, lambda _: {"connections": shops, "stock_updates": pushes})

    def edit_many(self, which: int, amount: int) -> None:
        for number in range(min(which + amount + 2, len(self.present()))):
            self.edit(number, amount)

    def create_many(self, which: int, amount: int) -> None:
        for number in range(which + 2):
            self.create(number, amount)

    def bring_back_changed(self, which: int, amount: int) -> None:
        if found := self._deleted(which):
            self._enter(self._stamped({**found, "notes": f"back again {self._number()}", "version": amount}))

    # not stamped

    def delete(self, which: int, _amount: int) -> None:
        if found := self._chosen(which):
            self.account.delete(found["id"])
            self.silent.add(found["id"])

    def bring_back(self, which: int, _amount: int) -> None:
        found = self._deleted(which)
        if found and self._is_detectable(found):
            self._enter(found, is_silent=True)

    def restore(self, which: int, amount: int) -> None:
        if found := self._chosen(which):
            earlier = self.states[found["id"]][amount % len(self.states[found["id"]])]
            if self._is_detectable(earlier):
                self._enter(earlier, is_silent=True)

    def change_silently(self, which: int, amount: int) -> None:
        if found := self._chosen(which):
            changed = {"total_received": 10_000 + self._number(), "notes": NOTES[amount % 3]}
            self._enter({**found, **changed}, is_silent=True)

    def create_undated(self, _which: int, amount: int) -> None:
        self._enter({**self._fresh(lines=amount % 3), "last_modified": None}, is_silent=True)

    def create_dated(self, which: int, amount: int) -> None:
        instant = LONG_AGO + which * STEPS[amount % 4]
        self._enter({**self._fresh(lines=1), "last_modified": instant.isoformat()}, is_silent=True)

    def create_for_the_future(self, _which: int, amount: int) -> None:
        self._enter({**self._fresh(lines=amount % 3), "last_modified": "2999-01-01T00:00:00+00:00"})

    def tick(self, which: int, amount: int) -> None:
        step = (which + 1) * STEPS[amount % 4] / 2
        if self._hidden_since and self.clock.time + step > self._hidden_since + MAX_DELAY:
            self.hide(0)
        self.clock.time += step

    # their parts

    def _edit(self, which: int, changes: Callable[[Order], Order]) -> None:
        if found := self._chosen(which):
            self.account.edit(found["id"], **changes(found))
            self._remember(found["id"])

    def _edit_lines(self, which: int, change: Callable[[list[Order]], list[Order]]) -> None:
        self._edit(which, lambda found: with_totals({**found, "items": change(found["items"])}))

    def _fresh(self, lines: int, **fields: Any) -> Order:
        number = self._number()
        # neither in the order of entry nor against it
        name = f"order-{number * 37 % 101:03}-{number}"
        items = [line(f"c9_{5000 + n // 2}", replenishment=number + n, attributes=[]) for n in range(lines)]
        return self._stamped(with_totals(order(name, reference=str(number), items=items, history=[], **fields)))

    def _stamped(self, found: Order) -> Order:
        stamp = self.clock.time.replace(microsecond=0).isoformat()
        return {**found, "last_modified": stamp, "updated_at": stamp}

    def _enter(self, found: Order, *, is_silent: bool = False) -> None:
        self.account.put(found)
        self._remember(found["id"], is_silent=is_silent)

    def _remember(self, order_id: str, *, is_silent: bool = False) -> None:
        self.states[order_id].append(self.account.get(order_id))
        (self.silent.add if is_silent else self.silent.discard)(order_id)

    def _chosen(self, which: int) -> Order | None:
        orders = self.present()
        return orders[which % len(orders)] if orders else None

    def _deleted(self, which: int) -> Order | None:
        deleted = sorted(self.states.keys() - {each["id"] for each in self.present()})
        return self.states[deleted[which % len(deleted)]][-1] if deleted else None

    def _is_detectable(self, state: Order) -> bool:
        """Whether a sweep can distinguish this state from all others that the order was in."""
        return all(
            other == state or _fingerprint(other) != _fingerprint(state) for other in self.states[str(state["id"])]
        )

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers


def _fingerprint(state: Order) -> list[Any]:
    return [state[name] for name in ("last_modified", "status", "total_ordered", "total_received")]

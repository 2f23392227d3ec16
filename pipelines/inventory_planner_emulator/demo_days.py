"""A day of business on the demo account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from inventory_planner_emulator import demo_events as events
from inventory_planner_emulator.account import Account, Order
from inventory_planner_emulator.demo_account import CLOSES, CONFIRMED_SHARE, DAYS, OPENS
from inventory_planner_emulator.demo_goods import VENDORS
from inventory_planner_emulator.demo_orders import purchase
from inventory_planner_emulator.totals import plain, with_totals

FULL_DELIVERY_SHARE = 0.6


@dataclass(frozen=True)
class Event:
    """Something that happened to an order."""

    at: datetime
    kind: str
    """`new`, `placed`, `received`, `promise moved`, `line removed`, `cancelled`, `closed` or `deleted`."""
    order_id: str
    told: str
    """One line for a reader."""


Happening = Callable[[Account, Random], tuple[str, str]]
"""Changes the account; gives the id of the order and the line to tell."""


def live_a_day(account: Account, day: date, *, seed: int = 1) -> list[Event]:
    """Let a day of business happen to the account, and tell of it, oldest first; the same for the same day and seed.

    The events lie in the day's working hours in UTC, or earlier where the account's clock has not come so far.

    Raises:
        ValueError: When the day has not begun by the account's clock.
    """
    rng = Random(f"{seed} {day} lived")  # noqa: S311 - repeatable on purpose, and nothing secret
    planned = list(_planned(rng, account.orders(), day))
    rng.shuffle(planned)
    moments = _moments(rng, day, account.now(), len(planned))
    return [_lived(account, rng, at, kind, happens) for at, (kind, happens) in zip(moments, planned, strict=True)]


def _lived(account: Account, rng: Random, at: datetime, kind: str, happens: Happening) -> Event:
    with _clock(account, at):
        order_id, told = happens(account, rng)
    return Event(at, kind, order_id, told)


@contextmanager
def _clock(account: Account, at: datetime) -> Iterator[None]:
    """The account's clock stopped at an instant."""
    true_clock, account.now = account.now, lambda: at
    try:
        yield
    finally:
        account.now = true_clock


def _moments(rng: Random, day: date, now: datetime, count: int) -> list[datetime]:
    """Whole seconds of the working day, oldest first, none of them after now."""
    midnight = datetime.combine(day, time(), UTC)
    if now < midnight:
        raise ValueError(f"{day} has not begun: by the account's clock it is {now.isoformat()}")
    closing = min(datetime.combine(day, CLOSES, UTC), now)
    opening = min(datetime.combine(day, OPENS, UTC), max(closing - timedelta(hours=1), midnight))
    seconds = int((closing - opening).total_seconds())
    return sorted(opening + timedelta(seconds=rng.randint(0, seconds)) for _ in range(count))


def _planned(rng: Random, orders: list[Order], day: date) -> Iterator[tuple[str, Happening]]:
    """What the day will bring; no order is met twice."""
    for _ in range(rng.randint(3, 6)):
        yield "new", _enter
    waiting = _Waiting(rng, orders)
    drafts = waiting.take(4, lambda order: order["status"] == events.DRAFT)
    yield from (("deleted", partial(_delete, order=order)) for order in drafts[:1])
    yield from (("placed", partial(_place, order=order)) for order in drafts[1:])
    untouched = waiting.take(4, lambda order: _is_active(order) and not order["total_received"])
    yield from (("cancelled", partial(_cancel, order=order)) for order in untouched[:1])
    yield from (("promise moved", partial(_move_promise, order=order)) for order in untouched[1:])
    long = waiting.take(1, lambda order: _is_active(order) and len(order["items"]) > 1 and not order["total_received"])
    yield from (("line removed", partial(_remove_line, order=order)) for order in long)
    finished = waiting.take(3, lambda order: order["status"] == events.PART_RECEIVED and not any(_open(order)))
    yield from (("closed", partial(_close, order=order)) for order in finished)
    due = waiting.take_due(rng.randint(7, 12), day)
    yield from (("received", partial(_receive, order=order)) for order in due)


class _Waiting:
    """Orders that the day has not met yet, in an order of chance."""

    def __init__(self, rng: Random, orders: list[Order]) -> None:
        self._orders = rng.sample(orders, len(orders))

    def take(self, most: int, wanted: Callable[[Order], bool]) -> list[Order]:
        """Up to so many orders of a kind, not given again."""
        taken = [order for order in self._orders if wanted(order)][:most]
        self._orders = [order for order in self._orders if order not in taken]
        return taken

    def take_due(self, most: int, day: date) -> list[Order]:
        """Active orders that still wait for goods, the ones promised about this day first."""
        self._orders.sort(key=lambda order: abs((_promise(order) - day).days))
        return self.take(most, lambda order: _is_active(order) and any(_open(order)))


def _is_active(order: Order) -> bool:
    return order["status"] in events.ACTIVE


def _open(order: Order) -> list[Decimal]:
    return events.open_quantities(order)


def _promise(order: Order) -> date:
    return date.fromisoformat(order["expected_date"] or order["created_date"])


def _who(order: Order) -> str:
    return f"{order['reference']} ({order['source_display_name']})"


def _enter(account: Account, rng: Random) -> tuple[str, str]:
    vendor = rng.choice(VENDORS)
    order = purchase(rng, vendor, account.now(), timedelta(days=DAYS))
    order["reference"] = account.next_reference()
    if rng.random() < CONFIRMED_SHARE:
        order["status"] = events.ORDERED
    account.put(order)
    return order["id"], f"{_who(order)}: {len(order['items'])} lines, {order['total']} {order['currency']}"


def _place(account: Account, _rng: Random, order: Order) -> tuple[str, str]:
    account.edit(order["id"], status=events.OPEN)
    return order["id"], f"{_who(order)}: draft sent to the vendor"


def _delete(account: Account, _rng: Random, order: Order) -> tuple[str, str]:
    account.delete(order["id"])
    return order["id"], f"{_who(order)}: draft deleted"


def _cancel(account: Account, _rng: Random, order: Order) -> tuple[str, str]:
    account.edit(order["id"], status=events.CANCELLED)
    return order["id"], f"{_who(order)}: cancelled, {order['total']} {order['currency']}"


def _close(account: Account, _rng: Random, order: Order) -> tuple[str, str]:
    account.edit(order["id"], status=events.CLOSED)
    return order["id"], f"{_who(order)}: closed with {order['total_received']} of {order['total_ordered']} received"


def _move_promise(account: Account, rng: Random, order: Order) -> tuple[str, str]:
    moved = max(_promise(order), account.now().date()) + timedelta(days=rng.randint(3, 14))
    account.edit(order["id"], expected_date=moved.isoformat())
    return order["id"], f"{_who(order)}: promise moved from {order['expected_date'] or 'none'} to {moved}"


def _remove_line(account: Account, rng: Random, order: Order) -> tuple[str, str]:
    place = rng.randrange(len(order["items"]))
    kept = [item for position, item in enumerate(order["items"]) if position != place]
    changed: dict[str, Any] = with_totals({**order, "items": kept})
    account.edit(order["id"], **changed)
    return order["id"], f"{_who(order)}: line {order['items'][place]['title']} removed"


def _receive(account: Account, rng: Random, order: Order) -> tuple[str, str]:
    """Goods for every open line: all that is open, or a part of it."""
    percent = 100 if rng.random() < FULL_DELIVERY_SHARE else rng.randint(30, 90)
    quantities = [max(quantity * percent // 100, Decimal(1)) for quantity in _open(order) if quantity]
    lines = [item for item, quantity in zip(order["items"], _open(order), strict=True) if quantity]
    for item, quantity in zip(lines, quantities, strict=True):
        account.receive(order["id"], item["id"], plain(quantity))
    account.edit(order["id"], status=events.PART_RECEIVED)
    late = (account.now().date() - _promise(order)).days if order["expected_date"] else 0
    said = f", {late} days late" if late > 0 else ""
    return order[
        "id"
    ], f"{_who(order)}: {plain(sum(quantities, Decimal(0)))} of {order['total_ordered']} received{said}"

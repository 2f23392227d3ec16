"""A day of business on the demo account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.demo.company import VENDORS
from inventory_planner_emulator.demo.history import CLOSING, CONFIRMED_SHARE, HISTORY_DAYS, OPENING
from inventory_planner_emulator.demo.new_orders import draft_purchase
from inventory_planner_emulator.demo.order_events import (
    CANCELLED,
    CLOSED,
    DRAFT,
    OPEN,
    ORDERED,
    PARTIALLY_RECEIVED,
)
from inventory_planner_emulator.nights import SYNC_TIME, run_nightly_sync
from inventory_planner_emulator.totals import Order, open_quantity, strip_zeros, with_totals

_FULL_DELIVERY_SHARE = 0.6
_STILL_LATE_SHARE = 0.85  # of overdue orders still don't arrive on these days, so that a buyer has vendors to chase


@dataclass(frozen=True)
class Event:
    """Something that happened to an order."""

    at: datetime
    kind: str
    """`new`, `placed`, `received`, `promise moved`, `line removed`, `canceled`, `closed` or `deleted`."""
    order_id: str
    description: str
    """One line for a reader."""


_Action = Callable[[Account, Random], tuple[Order, str]]
"""Changes the account, and returns the order concerned and what happened to it."""


def live_a_day(account: Account, day: date, *, seed: int = 1) -> list[Event]:
    """Let a day of business happen to the account; the same day and seed bring the same events.

    The night comes first, so that the catalog shows the figures of the morning: what was sold and received before.
    Events happen in working hours (UTC), or earlier if the account's clock has not reached those yet.

    Returns:
        The events, oldest first.

    Raises:
        ValueError: If the day has not begun by the account's clock.
    """
    rng = Random(f"{seed} {day} lived")  # noqa: S311 (repeatable on purpose, and nothing secret)
    plan = list(_plan_day(rng, account.orders(), day))
    rng.shuffle(plan)
    moments = _random_moments(rng, day, account.now(), len(plan))
    with _clock_stopped_at(account, min(datetime.combine(day, SYNC_TIME, UTC), account.now())):
        run_nightly_sync(account)
    return [_perform(account, rng, at, kind, act) for at, (kind, act) in zip(moments, plan, strict=True)]


def _perform(account: Account, rng: Random, at: datetime, kind: str, act: _Action) -> Event:
    with _clock_stopped_at(account, at):
        order, outcome = act(account, rng)
    return Event(at, kind, order["id"], f"{order['reference']} ({order['source_display_name']}): {outcome}")


@contextmanager
def _clock_stopped_at(account: Account, at: datetime) -> Iterator[None]:
    clock, account.now = account.now, lambda: at
    try:
        yield
    finally:
        account.now = clock


def _random_moments(rng: Random, day: date, now: datetime, count: int) -> list[datetime]:
    """Return sorted moments of the working day, in whole seconds, none of them in the future."""
    midnight = datetime.combine(day, time(), UTC)
    if now < midnight:
        raise ValueError(f"{day} has not begun: the account's clock shows {now.isoformat()}")
    closing = min(datetime.combine(day, CLOSING, UTC), now)
    opening = min(datetime.combine(day, OPENING, UTC), max(closing - timedelta(hours=1), midnight))
    seconds = int((closing - opening).total_seconds())
    return sorted(opening + timedelta(seconds=rng.randint(0, seconds)) for _ in range(count))


def _plan_day(rng: Random, orders: list[Order], day: date) -> Iterator[tuple[str, _Action]]:
    """Yield the kinds of events and their actions; no order has more than one."""
    for _ in range(rng.randint(3, 6)):
        yield "new", _enter_purchase
    pool = _Pool(rng.sample(orders, len(orders)))
    drafts = pool.take(4, lambda order: order["status"] == DRAFT)
    yield from (("deleted", partial(_delete, order=order)) for order in drafts[:1])
    yield from (("placed", partial(_place, order=order)) for order in drafts[1:])
    unreceived = pool.take(4, _is_unreceived)
    yield from (("canceled", partial(_cancel, order=order)) for order in unreceived[:1])
    yield from (("promise moved", partial(_move_promise, order=order)) for order in unreceived[1:])
    long = pool.take(1, lambda order: _is_unreceived(order) and len(order["items"]) > 1)
    yield from (("line removed", partial(_remove_line, order=order)) for order in long)
    complete = pool.take(3, lambda order: order["status"] == PARTIALLY_RECEIVED and not _is_open(order))
    yield from (("closed", partial(_close, order=order)) for order in complete)
    pool.sort(key=lambda order: abs((_promised_date(order) - day).days))  # the due ones first
    due = pool.take(rng.randint(7, 12), lambda order: _is_active(order) and _is_open(order) and _arrives(order, day))
    yield from (("received", partial(_receive, order=order)) for order in due)


class _Pool(list[Order]):
    """Orders without an event yet."""

    def take(self, count: int, matches: Callable[[Order], bool]) -> list[Order]:
        """Remove and return the first orders that match, up to a number."""
        taken = [order for order in self if matches(order)][:count]
        self[:] = [order for order in self if order not in taken]
        return taken


def _is_active(order: Order) -> bool:
    return order["status"] in (OPEN, ORDERED, PARTIALLY_RECEIVED)


def _is_unreceived(order: Order) -> bool:
    return _is_active(order) and not order["total_received"]


def _arrives(order: Order, day: date) -> bool:
    """Whether the goods can arrive; decided by the order's own generator, so that no other random number shifts."""
    return _promised_date(order) >= day or Random(order["id"]).random() >= _STILL_LATE_SHARE  # noqa: S311


def _is_open(order: Order) -> bool:
    return any(open_quantity(line) for line in order["items"])


def _promised_date(order: Order) -> date:
    return date.fromisoformat(order["expected_date"] or order["created_date"])


def _enter_purchase(account: Account, rng: Random) -> tuple[Order, str]:
    vendor = rng.choice(VENDORS)
    order = draft_purchase(rng, vendor, account.now(), timedelta(days=HISTORY_DAYS))
    order["reference"] = account.next_reference()
    if rng.random() < CONFIRMED_SHARE:
        order["status"] = ORDERED
    account.put(order)
    return order, f"{len(order['items'])} lines, {order['total']} {order['currency']}"


def _place(account: Account, _rng: Random, order: Order) -> tuple[Order, str]:
    account.edit(order["id"], status=OPEN)
    return order, "draft sent to the vendor"


def _delete(account: Account, _rng: Random, order: Order) -> tuple[Order, str]:
    account.delete(order["id"])
    return order, "draft deleted"


def _cancel(account: Account, _rng: Random, order: Order) -> tuple[Order, str]:
    account.edit(order["id"], status=CANCELLED)
    return order, f"canceled, {order['total']} {order['currency']}"


def _close(account: Account, _rng: Random, order: Order) -> tuple[Order, str]:
    account.edit(order["id"], status=CLOSED)
    return order, f"closed with {order['total_received']} of {order['total_ordered']} received"


def _move_promise(account: Account, rng: Random, order: Order) -> tuple[Order, str]:
    moved = max(_promised_date(order), account.now().date()) + timedelta(days=rng.randint(3, 14))
    account.edit(order["id"], expected_date=moved.isoformat())
    return order, f"promise moved from {order['expected_date'] or 'none'} to {moved}"


def _remove_line(account: Account, rng: Random, order: Order) -> tuple[Order, str]:
    lines = list(order["items"])
    removed = lines.pop(rng.randrange(len(lines)))
    account.edit(order["id"], **with_totals({**order, "items": lines}))
    return order, f"line {removed['title']} removed"


def _receive(account: Account, rng: Random, order: Order) -> tuple[Order, str]:
    """Receive goods for every open line: the full open quantity, or a part of it."""
    percent = 100 if rng.random() < _FULL_DELIVERY_SHARE else rng.randint(30, 90)
    total = Decimal(0)
    for line in order["items"]:
        if open_quantity(line):
            quantity = max(open_quantity(line) * percent // 100, Decimal(1))
            account.receive(order["id"], line["id"], strip_zeros(quantity))
            total += quantity
    account.edit(order["id"], status=PARTIALLY_RECEIVED)
    days_late = (account.now().date() - _promised_date(order)).days if order["expected_date"] else 0
    delay = f", {days_late} days late" if days_late > 0 else ""
    return order, f"{strip_zeros(total)} of {order['total_ordered']} received{delay}"

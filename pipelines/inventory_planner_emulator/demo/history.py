"""Eighteen months of the demo company's orders, the same for the same day and seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.demo import order_events as events
from inventory_planner_emulator.demo.assortment import demo_assortment
from inventory_planner_emulator.demo.company import IN_HOUSE, VENDORS, Habits
from inventory_planner_emulator.demo.new_orders import (
    draft_assembly,
    draft_purchase,
    draft_transfer,
    with_first_line_repeated,
)
from inventory_planner_emulator.nights import SYNC_TIME
from inventory_planner_emulator.timestamps import utc_now
from inventory_planner_emulator.totals import Order, to_decimal

HISTORY_DAYS = 548  # eighteen months
OPENING, CLOSING = time(7), time(18)  # of the working day, UTC
CONFIRMED_SHARE = 0.6  # of orders are confirmed by the vendor when they are sent
_PURCHASES, _TRANSFERS, _ASSEMBLIES = 540, 40, 20
_DRAFTS, _DRAFT_DAYS = 8, 7  # purchases of the last week that are still drafts
_REPEATED = 77  # the purchase that names a variant twice
_FIRST_REFERENCE = 1001
_CLOSED_SHARE = 0.92  # of orders that received their last delivery are closed; the others are forgotten
_SAVED_SHARE = 0.5  # of orders are saved to the connected shop
_PUSHED_SHARE = 0.3  # of receipts are pushed to it
_BEHIND_SHARE = 0.2  # of these were pushed before the last delivery


@dataclass(frozen=True)
class _Draft:
    """An order when it was entered, and the habits that decide what becomes of it."""

    at: datetime
    order: Order
    habits: Habits
    stays_draft: bool = False


def demo_account(today: date, *, seed: int = 1, now: Callable[[], datetime] = utc_now) -> Account:
    """Return an account with 600 orders of the eighteen months before `today`, a date in UTC.

    Its last event is before `today` begins, so that a day of business can follow. Its catalog shows the figures of the
    night of `today`.
    """
    orders, night = demo_orders(today, seed=seed), datetime.combine(today, SYNC_TIME, UTC)
    assortment = demo_assortment(orders, today - timedelta(days=HISTORY_DAYS), today, seed)
    account = Account(orders, now=lambda: night, assortment=assortment)
    account.now = now
    return account


def demo_orders(today: date, *, seed: int = 1) -> list[Order]:
    """Return the orders of the demo account, oldest first."""
    rng = Random(f"{seed} {today}")  # noqa: S311 (repeatable on purpose, and nothing secret)
    end = datetime.combine(today, time(), UTC)
    drafts = sorted(_make_drafts(rng, end), key=lambda draft: draft.at)
    return [_age(rng, draft, str(_FIRST_REFERENCE + number), end) for number, draft in enumerate(drafts)]


def _make_drafts(rng: Random, end: datetime) -> Iterator[_Draft]:
    start = end - timedelta(days=HISTORY_DAYS)
    for number in range(_PURCHASES):
        stays_draft = number < _DRAFTS
        at = _random_moment(rng, end, _DRAFT_DAYS if stays_draft else HISTORY_DAYS)
        vendor = VENDORS[number % len(VENDORS)]
        order = draft_purchase(rng, vendor, at, at - start)
        order = with_first_line_repeated(order) if number == _REPEATED else order
        yield _Draft(at, order, vendor.habits, stays_draft)
    for make_draft, count in ((draft_transfer, _TRANSFERS), (draft_assembly, _ASSEMBLIES)):
        for _ in range(count):
            at = _random_moment(rng, end, HISTORY_DAYS)
            yield _Draft(at, make_draft(rng, at), IN_HOUSE)


def _random_moment(rng: Random, end: datetime, days: int) -> datetime:
    return _working_moment(rng, end - timedelta(days=rng.randint(1, days)))


def _working_moment(rng: Random, day: datetime) -> datetime:
    seconds = (CLOSING.hour - OPENING.hour) * 3600
    return datetime.combine(day.date(), OPENING, UTC) + timedelta(seconds=rng.randrange(seconds))


def _age(rng: Random, draft: _Draft, reference: str, end: datetime) -> Order:
    """Return the order after everything that happened to it before the end."""
    order = {**draft.order, "reference": reference}
    if draft.stays_draft:
        return order
    for at, changed in _life(rng, order, draft.habits, draft.at):
        if at >= end:
            break
        order = changed
    return order


def _life(rng: Random, order: Order, habits: Habits, at: datetime) -> Iterator[tuple[datetime, Order]]:
    """Yield the time of each event, and the order after it."""
    at = _later(rng, at, 0)
    order = events.update(order, at, status=events.ORDERED if rng.random() < CONFIRMED_SHARE else events.OPEN)
    yield at, order
    if rng.random() < habits.canceled_share:
        at = _later(rng, at, rng.randint(1, 10))
        yield at, events.update(order, at, status=events.CANCELLED)
        return
    if rng.random() < _SAVED_SHARE:
        at = _later(rng, at, 0)
        status = rng.choices(("success", "queued", "error"), weights=(8, 1, 1))[0]
        order = events.save_to_shop(order, at, status)
        yield at, order
    if rng.random() >= habits.lost_share:
        yield from _fulfilment(rng, order, habits, at)


def _fulfilment(rng: Random, order: Order, habits: Habits, at: datetime) -> Iterator[tuple[datetime, Order]]:
    arrival = _arrival(rng, order, habits, at)
    at = _later(rng, at, max((arrival - at).days - rng.randint(2, 5), 0))
    order = events.update(order, at, shipment_date=at.date().isoformat())
    yield at, order
    at = _later(rng, at, (arrival - at).days)
    for quantities in _deliveries(rng, order, habits):
        order = events.deliver(order, quantities, at)
        yield at, order
        at = _later(rng, at, rng.randint(2, 9))
    if rng.random() < _PUSHED_SHARE:
        # the second chance has a generator of its own, so that it shifts no other random number
        fails, is_behind = rng.random() < 0.1, Random(order["id"]).random() < _BEHIND_SHARE  # noqa: S311
        order = events.push_to_shop(order, at, fails=fails, is_behind=is_behind)
        yield at, order
    if rng.random() < _CLOSED_SHARE:
        at = _later(rng, at, rng.randint(0, 3))
        yield at, events.update(order, at, status=events.CLOSED)


def _later(rng: Random, at: datetime, days: int) -> datetime:
    """Return a working moment that many days later, or a few minutes later if that is in the past."""
    return max(_working_moment(rng, at + timedelta(days=days)), at + timedelta(minutes=rng.randint(5, 50)))


def _arrival(rng: Random, order: Order, habits: Habits, at: datetime) -> datetime:
    """Return when the goods arrive: around the promised date, or after the usual lead time if there is none."""
    promised = order["expected_date"]
    due = datetime.combine(date.fromisoformat(promised), OPENING, UTC) if promised else at + timedelta(habits.lead_days)
    return max(due + timedelta(rng.gauss(habits.late_days, habits.spread_days)), at + timedelta(days=2))


def _deliveries(rng: Random, order: Order, habits: Habits) -> list[list[Decimal]]:
    """Return the quantities of each delivery, one per line."""
    total = [_arriving_quantity(rng, to_decimal(line["replenishment"]), habits) for line in order["items"]]
    if rng.random() >= habits.split_share:
        return [total]
    count = rng.randint(2, 3)
    first = [[quantity * rng.randint(0, 40) // 100 for quantity in total] for _ in range(count - 1)]
    last = [quantity - sum(before) for quantity, *before in zip(total, *first, strict=True)]
    return [delivery for delivery in (*first, last) if any(delivery)]


def _arriving_quantity(rng: Random, ordered: Decimal, habits: Habits) -> Decimal:
    chance = rng.random()
    if chance < habits.short_share:
        return ordered * rng.randint(40, 95) // 100
    if chance > 1 - habits.over_share:
        return ordered + max(ordered * rng.randint(3, 12) // 100, Decimal(1))
    return ordered

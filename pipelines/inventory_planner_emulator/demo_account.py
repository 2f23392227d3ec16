"""The demo account: eighteen months of a small shop's purchasing, the same for the same day and seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from inventory_planner_emulator import demo_events as events
from inventory_planner_emulator.account import Account, Order
from inventory_planner_emulator.demo_goods import IN_HOUSE, VENDORS, Vendor
from inventory_planner_emulator.demo_orders import assembly, purchase, repeated, transfer
from inventory_planner_emulator.instants import utc_now
from inventory_planner_emulator.totals import number

DAYS = 548  # eighteen months
PURCHASES, TRANSFERS, ASSEMBLIES = 540, 40, 20
REPEATING = 77  # the purchase that names a variant twice
FIRST_REFERENCE = 1001
OPENS, CLOSES = time(7), time(18)  # the working day, UTC
DRAFTS, DRAFT_DAYS = 8, 7  # purchases of the last days that nobody has sent yet
CONFIRMED_SHARE = 0.6
TIDY_SHARE = 0.92  # of the orders that got all they will get are closed; the others wait for someone to notice
SAVED_SHARE = 0.5  # of orders are saved into the connected shop
PUSHED_SHARE = 0.3  # of receipts are pushed to it
BEHIND_SHARE = 0.2  # of these were pushed before the last delivery


@dataclass(frozen=True)
class Entry:
    """An order on the day that it is entered, and whose habits decide what comes of it."""

    at: datetime
    order: Order
    habits: Vendor
    stays_draft: bool = False


def demo_account(today: date, *, seed: int = 1, now: Callable[[], datetime] = utc_now) -> Account:
    """An account with about 600 orders over the eighteen months before `today`, a date in UTC.

    Its last event lies before `today` begins, so that a day of business can follow.
    """
    return Account(demo_orders(today, seed=seed), now=now)


def demo_orders(today: date, *, seed: int = 1) -> list[Order]:
    """The orders of the demo account, oldest first."""
    rng = Random(f"{seed} {today}")  # noqa: S311 - repeatable on purpose, and nothing secret
    horizon = datetime.combine(today, time(), UTC)
    entries = sorted(_entries(rng, horizon), key=lambda entry: entry.at)
    return [_lived(rng, entry, str(FIRST_REFERENCE + n), horizon) for n, entry in enumerate(entries)]


def working_moment(rng: Random, day: datetime) -> datetime:
    """Some second of that day's working hours."""
    seconds = (CLOSES.hour - OPENS.hour) * 3600
    return datetime.combine(day.date(), OPENS, UTC) + timedelta(seconds=rng.randrange(seconds))


def _entries(rng: Random, horizon: datetime) -> Iterator[Entry]:
    start = horizon - timedelta(days=DAYS)
    for place in range(PURCHASES):
        is_draft = place < DRAFTS
        at = _entered(rng, horizon, DRAFT_DAYS if is_draft else DAYS)
        vendor = VENDORS[place % len(VENDORS)]
        order = purchase(rng, vendor, at, at - start)
        yield Entry(at, repeated(order) if place == REPEATING else order, vendor, is_draft)
    for make, count in ((transfer, TRANSFERS), (assembly, ASSEMBLIES)):
        for _ in range(count):
            at = _entered(rng, horizon, DAYS)
            yield Entry(at, make(rng, at), IN_HOUSE)


def _entered(rng: Random, horizon: datetime, days: int) -> datetime:
    return working_moment(rng, horizon - timedelta(days=rng.randint(1, days)))


def _lived(rng: Random, entry: Entry, reference: str, horizon: datetime) -> Order:
    """The order after all that happened to it before the horizon."""
    lived = {**entry.order, "reference": reference}
    if entry.stays_draft:
        return lived
    for at, order in _life(rng, lived, entry.habits, entry.at):
        if at >= horizon:
            break
        lived = order
    return lived


def _life(rng: Random, order: Order, habits: Vendor, at: datetime) -> Iterator[tuple[datetime, Order]]:
    """The order after each event of its life, with the event's instant."""
    at = _after(rng, at, 0)
    order = events.placed(order, at, is_confirmed=rng.random() < CONFIRMED_SHARE)
    yield at, order
    if rng.random() < habits.cancelled_share:
        at = _after(rng, at, rng.randint(1, 10))
        yield at, events.stamped(order, at, status=events.CANCELLED)
        return
    if rng.random() < SAVED_SHARE:
        at = _after(rng, at, 0)
        state = rng.choices(("success", "queued", "error"), weights=(8, 1, 1))[0]
        order = events.saved_to_shop(order, at, state)
        yield at, order
    if rng.random() >= habits.lost_share:
        yield from _fulfilment(rng, order, habits, at)


def _fulfilment(rng: Random, order: Order, habits: Vendor, at: datetime) -> Iterator[tuple[datetime, Order]]:
    arrival = _arrival(rng, order, habits, at)
    at = _after(rng, at, max((arrival - at).days - rng.randint(2, 5), 0))
    order = events.stamped(order, at, shipment_date=at.date().isoformat())
    yield at, order
    at = _after(rng, at, (arrival - at).days)
    for quantities in _deliveries(rng, order, habits):
        order = events.delivered(order, quantities, at)
        yield at, order
        at = _after(rng, at, rng.randint(2, 9))
    if rng.random() < PUSHED_SHARE:
        fails, is_behind = rng.random() < 0.1, Random(order["id"]).random() < BEHIND_SHARE  # noqa: S311 - as above
        order = events.pushed_to_shop(order, at, fails=fails, is_behind=is_behind)
        yield at, order
    if rng.random() < TIDY_SHARE:
        at = _after(rng, at, rng.randint(0, 3))
        yield at, events.stamped(order, at, status=events.CLOSED)


def _after(rng: Random, at: datetime, days: int) -> datetime:
    """An instant so many days later, and later in any case."""
    return max(working_moment(rng, at + timedelta(days=days)), at + timedelta(minutes=rng.randint(5, 50)))


def _arrival(rng: Random, order: Order, habits: Vendor, at: datetime) -> datetime:
    """When the goods come: around the promise, or the usual lead time where none was made, as the vendor's habit is."""
    promise = order["expected_date"]
    due = datetime.combine(date.fromisoformat(promise), OPENS, UTC) if promise else at + timedelta(habits.lead_days)
    return max(due + timedelta(rng.gauss(habits.late_days, habits.spread_days)), at + timedelta(days=2))


def _deliveries(rng: Random, order: Order, habits: Vendor) -> list[list[Decimal]]:
    """The quantities of each delivery, one for each line; together all that will ever come."""
    coming = [_coming(rng, number(item["replenishment"]), habits) for item in order["items"]]
    if rng.random() >= habits.split_share:
        return [coming]
    parts = rng.randint(2, 3)
    early = [[quantity * rng.randint(0, 40) // 100 for quantity in coming] for _ in range(parts - 1)]
    rest = [quantity - sum(before) for quantity, *before in zip(coming, *early, strict=True)]
    return [delivery for delivery in (*early, rest) if any(delivery)]


def _coming(rng: Random, ordered: Decimal, habits: Vendor) -> Decimal:
    chance = rng.random()
    if chance < habits.short_share:
        return ordered * rng.randint(40, 95) // 100
    if chance > 1 - habits.over_share:
        return ordered + max(ordered * rng.randint(3, 12) // 100, Decimal(1))
    return ordered

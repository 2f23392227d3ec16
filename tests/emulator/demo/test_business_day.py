from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from inventory_planner_emulator import Account, Event, demo_account, live_a_day

pytestmark = pytest.mark.long

TODAY = date(2026, 3, 2)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
KINDS = {"new", "placed", "received", "promise moved", "line removed", "canceled", "closed", "deleted"}


@pytest.fixture
def account() -> Account:
    """The demo account at the end of its first day of business."""
    return demo_account(TODAY, now=lambda: MIDNIGHT + timedelta(days=1))


def by_id(account: Account) -> dict[str, dict[str, Any]]:
    return {order["id"]: order for order in account.orders()}


def account_after_two_days() -> tuple[Account, list[list[Event]]]:
    account = demo_account(TODAY, now=lambda: MIDNIGHT + timedelta(days=2, hours=9))
    return account, [live_a_day(account, TODAY + timedelta(days=days)) for days in (0, 1)]


def test_the_same_account_day_and_seed_bring_the_same_events() -> None:
    (first, events), (second, same_events) = account_after_two_days(), account_after_two_days()
    assert events == same_events
    assert first.orders() == second.orders()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_day_brings_every_kind_of_event(seed: int) -> None:
    account = demo_account(TODAY, now=lambda: MIDNIGHT + timedelta(days=1), seed=seed)
    events = live_a_day(account, TODAY, seed=seed)
    assert {event.kind for event in events} == KINDS
    assert 15 <= len(events) <= 40
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert all(event.description.isprintable() and "None" not in event.description for event in events)


def test_only_orders_with_an_event_change(account: Account) -> None:
    before = by_id(account)
    events = live_a_day(account, TODAY)
    after = by_id(account)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert changed == {event.order_id for event in events}
    kinds = Counter(event.kind for event in events)
    assert len(after) == len(before) + kinds["new"] - kinds["deleted"]


def test_orders_are_stamped_with_the_time_of_their_event(account: Account) -> None:
    expected = {event.order_id: event.at for event in live_a_day(account, TODAY) if event.kind != "deleted"}
    orders = by_id(account)
    assert {key: datetime.fromisoformat(orders[key]["last_modified"]) for key in expected} == expected


def test_totals_and_receipts_add_up_after_days_of_business() -> None:
    account, _ = account_after_two_days()
    for order in account.orders():
        lines = order["items"]
        assert order["total_ordered"] == sum(line["replenishment"] for line in lines)
        assert order["total_received"] == sum(line.get("received", 0) for line in lines)
        for line in lines:
            assert line.get("received", 0) == sum(receipt["value"] for receipt in line.get("received_history", []))


@pytest.mark.parametrize("today", [TODAY, date(2026, 7, 1), date(2026, 11, 29)])
def test_some_orders_are_one_to_thirty_days_late_after_days_of_business(today: date) -> None:
    midnight = datetime.combine(today, time(), UTC)
    account = demo_account(today, now=lambda: midnight + timedelta(days=2, hours=9))
    yesterday, this_day = (today + timedelta(days=days) for days in (0, 1))
    for day in (yesterday, this_day):
        live_a_day(account, day)
    late = [
        (this_day - date.fromisoformat(order["expected_date"])).days
        for order in account.orders()
        if order["status"] in {"open", "ordered", "Partially received"}
        and order["source_type"] == "vendor"
        and order["expected_date"]
        and order["total_received"] < order["total_ordered"]
    ]
    assert len([days for days in late if 1 <= days <= 30]) >= 4


def test_no_event_is_later_than_the_account_s_clock() -> None:
    now = MIDNIGHT + timedelta(seconds=5)
    account = demo_account(TODAY, now=lambda: now)
    assert all(MIDNIGHT <= event.at <= now for event in live_a_day(account, TODAY))
    assert account.now() == now


def test_a_day_in_the_future_is_refused() -> None:
    account = demo_account(TODAY, now=lambda: MIDNIGHT)
    with pytest.raises(ValueError, match="2026-03-03 has not begun"):
        live_a_day(account, date(2026, 3, 3))

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from inventory_planner.api.orders import Summary
from inventory_planner.sync.cursor import OVERLAP, Cursor
from inventory_planner.sync.order_filter import OrderFilter

DAY = datetime(2026, 1, 5, tzinfo=UTC)
ALL = OrderFilter()
OPEN_OR_SENT = OrderFilter(("Sent", "open"))
RECENT = OrderFilter(start_date=DAY)


def summary(order_id: str = "1", status: str | None = "open", last_modified: datetime | None = DAY) -> Summary:
    return Summary(id=order_id, status=status, last_modified=last_modified)


@pytest.mark.parametrize(
    ("order_filter", "scope"),
    [
        (ALL, ""),
        (OPEN_OR_SENT, "status open, status sent"),
        (RECENT, "modified since 2026-01-05T00:00:00+00:00"),
        (OrderFilter(("open",), DAY), "status open, modified since 2026-01-05T00:00:00+00:00"),
    ],
    ids=["all", "statuses", "recent", "both"],
)
def test_a_filter_is_written_as_text(order_filter: OrderFilter, scope: str) -> None:
    assert order_filter.scope == scope


def test_a_cursor_is_valid_for_the_filter_that_it_was_read_with() -> None:
    cursor = Cursor(DAY, {"1": "d"}, "status open, status sent")
    assert OPEN_OR_SENT.valid_cursor(cursor) is cursor
    assert OrderFilter(("open", "SENT")).valid_cursor(cursor) is cursor
    assert ALL.valid_cursor(cursor) == Cursor()
    assert RECENT.valid_cursor(cursor) == Cursor(scope="modified since 2026-01-05T00:00:00+00:00")


@pytest.mark.parametrize(
    ("since", "start"),
    [(None, DAY), (DAY - timedelta(days=1), DAY - timedelta(days=1)), (DAY + timedelta(days=1), DAY)],
    ids=["the cursor", "earlier", "never later"],
)
def test_a_reading_starts_at_the_cursor_or_earlier(since: datetime | None, start: datetime) -> None:
    assert RECENT.start(Cursor(DAY + OVERLAP), since) == start


@pytest.mark.parametrize(("order_filter", "start"), [(ALL, None), (RECENT, DAY)], ids=["all", "recent"])
def test_a_first_and_a_full_reading_start_at_the_start_date(order_filter: OrderFilter, start: datetime | None) -> None:
    assert order_filter.start(Cursor()) == start
    assert order_filter.start(Cursor(), since=DAY + timedelta(days=1)) == start
    assert order_filter.start(Cursor(DAY + timedelta(days=9)), full=True) == start


@pytest.mark.parametrize(
    ("order_filter", "order", "matches"),
    [
        (ALL, summary(status=None, last_modified=None), True),
        (OPEN_OR_SENT, summary(status="OPEN"), True),
        (OPEN_OR_SENT, summary(status="sent"), True),
        (OPEN_OR_SENT, summary(status="draft"), False),
        (OPEN_OR_SENT, summary(status=None), False),
        (RECENT, summary(last_modified=DAY), True),
        (RECENT, summary(last_modified=DAY - timedelta(seconds=1)), False),
        (RECENT, summary(last_modified=None), True),
    ],
    ids=["all", "upper case", "lower case", "another status", "no status", "that day", "before it", "no instant"],
)
def test_an_order_matches_in_its_present_state(order_filter: OrderFilter, order: Summary, matches: bool) -> None:
    assert order_filter.matches(order) is matches


def test_an_order_that_was_in_scope_once_is_followed() -> None:
    is_in_scope = OPEN_OR_SENT.follow({"stored"})
    assert is_in_scope(summary("stored", "draft"))
    assert not is_in_scope(summary("1", "draft"))
    assert is_in_scope(summary("1", "open"))
    assert is_in_scope(summary("1", "draft"))

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from inventory_planner.api.batches import BEGINNING
from inventory_planner.sync.cursor import OVERLAP, Cursor

NOW = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cursor", "start"),
    [
        (Cursor(), None),
        (Cursor(NOW), NOW - timedelta(minutes=10)),
        (Cursor(BEGINNING), BEGINNING),
        (Cursor(BEGINNING + timedelta(minutes=3)), BEGINNING),
    ],
    ids=["nothing read", "read until now", "the beginning", "just after the beginning"],
)
def test_the_next_reading_starts_an_overlap_before_the_cursor(cursor: Cursor, start: datetime | None) -> None:
    assert timedelta(minutes=10) == OVERLAP
    assert cursor.overlap_start == start


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor(),
        Cursor(NOW - timedelta(microseconds=123_456)),
        Cursor(NOW, {"1": "d"}),
        Cursor(NOW, scope="status open"),
    ],
    ids=["none", "microseconds", "seen", "filtered"],
)
def test_a_cursor_survives_the_state_of_dlt(cursor: Cursor) -> None:
    assert Cursor.from_state(cursor.to_state()) == cursor


def test_the_state_is_readable_json() -> None:
    state = {"cursor": "2026-01-05T12:00:00+00:00", "seen": {"1": "d"}, "scope": "status open"}
    assert Cursor(NOW, {"1": "d"}, "status open").to_state() == state
    assert Cursor.from_state({}) == Cursor()


def test_a_cursor_forgets_the_digests_of_orders_that_were_loaded_in_another_state() -> None:
    cursor = Cursor(NOW, {"1": "d", "2": "e"}, "status open")
    assert cursor.without({"1", "3"}) == Cursor(NOW, {"2": "e"}, "status open")

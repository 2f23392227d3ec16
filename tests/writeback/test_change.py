from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from inventory_planner.writeback.change import Action, Change, is_same


def change(**after: Any) -> Change:
    return Change(Action.UPDATE, "a", "1", dict.fromkeys(after, "before"), after, after)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("v", 3, Decimal("3.000")),
        ("notes", None, ""),
        ("notes", " x ", "x"),
        ("expected_date", "2026-02-01", "2026-02-01T00:00:00+00:00"),
        ("status", "At Sea", "AT SEA"),
        ("vendor", "Acme Mills", "acme mills"),
        ("custom_fields", {"a": 1}, {"a": Decimal(1)}),
    ],
)
def test_values_that_mean_the_same_are_the_same(name: str, one: Any, other: Any) -> None:
    assert is_same(name, one, other)
    assert is_same(name, other, one)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("v", 3, Decimal("3.0001")),
        ("v", 0, None),
        ("reference", "a", "A"),
        ("expected_date", "2026-02-01", "2026-02-02"),
        ("discount_enabled", True, None),
        ("reference", "2026-02-01", "2026-02-01-b"),
    ],
)
def test_values_that_mean_something_else_are_not(name: str, one: Any, other: Any) -> None:
    assert not is_same(name, one, other)


@pytest.mark.parametrize(
    ("sent", "read", "is_applied"),
    [
        ("CLOSED", "closed", True),
        ("CANCELLED", "canceled", True),
        ("OPEN", "draft", True),
        ("OPEN", "active", True),
        ("PARTIALLY RECEIVED", "active", True),
        ("OPEN", "closed", False),
        ("At Sea", "active", False),
        ("CLOSED", None, False),
    ],
)
def test_a_status_may_be_read_as_its_type(sent: str, read: str | None, is_applied: bool) -> None:
    assert (change(status=sent).unapplied({"status": read}) == frozenset()) is is_applied


def test_a_change_tells_what_is_missing_and_what_somebody_else_changed() -> None:
    state = {"notes": "x", "reference": "before", "attn": "somebody's"}
    wanted = change(notes="x", reference="2", attn="me")
    assert wanted.unapplied(state) == {"reference", "attn"}
    assert [wanted.is_untouched(name, state) for name in ("reference", "attn")] == [True, False]


def test_a_change_is_split_into_what_was_applied_and_what_was_not() -> None:
    applied, refused = change(v=1, w=2).split({"w"})
    assert (applied.after, refused.after) == ({"v": 1}, {"w": 2})

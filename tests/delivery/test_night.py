from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from inventory_planner.delivery.night import night_of


@pytest.mark.parametrize(
    ("zone", "instant", "expected"),
    [
        ("UTC", "2026-01-31T12:00", "2026-02-01 at 02:00 (UTC)"),
        ("UTC", "2026-02-01T00:30", "2026-02-01 at 02:00 (UTC)"),
        ("UTC", "2026-02-01T01:00", "2026-02-01 at 02:00 (UTC)"),
        ("America/New_York", "2026-02-01T05:59", "2026-02-01 at 02:00 (America/New_York)"),
        ("Pacific/Auckland", "2026-01-31T11:59", "2026-02-01 at 02:00 (Pacific/Auckland)"),
        ("Europe/Berlin", "2026-03-28T23:59", "2026-03-29 at 02:00 (Europe/Berlin)"),  # the hour that is left out
    ],
)
def test_a_delivery_counts_for_the_first_sync_at_least_an_hour_ahead(zone: str, instant: str, expected: str) -> None:
    night = night_of(datetime.fromisoformat(instant).replace(tzinfo=UTC), ZoneInfo(zone))
    assert (night.text, night.warning) == (expected, None)


@pytest.mark.parametrize(
    ("instant", "missed"),
    [
        ("2026-02-01T00:00:01", "2026-02-01"),
        ("2026-02-01T00:59:59", "2026-02-01"),
        ("2026-02-01T01:00:00", None),
        ("2026-02-01T00:00:00", None),
    ],
)
def test_a_delivery_within_the_last_hour_misses_the_sync(instant: str, missed: str | None) -> None:
    night = night_of(datetime.fromisoformat(instant).replace(tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    assert (night.missed and night.missed.date().isoformat()) == missed
    if missed:
        assert night.warning == (
            "Too late for the sync of 2026-02-01 at 02:00: a file must be there an hour before. It counts for the sync"
            " of 2026-02-02 at 02:00 (Europe/Berlin)."
        )

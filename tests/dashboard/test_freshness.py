from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inventory_planner_dashboard.freshness import freshness, watch_age
from inventory_planner_dashboard.published import Published, attach

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)


@pytest.fixture
def file(published: Path, tmp_path: Path) -> Iterator[Published]:
    """The demo's published file, last confirmed 30 hours ago."""
    copy = tmp_path / "analytics.duckdb"
    copy.write_bytes(published.read_bytes())
    then = (NOW - timedelta(hours=30)).timestamp()
    os.utime(copy, (then, then))
    yield attach(copy)
    watch_age(timedelta(hours=24), str)


def test_old_data_is_announced_with_what_failed(file: Published) -> None:
    watch_age(timedelta(hours=24), lambda: "The last seek failed: <no answer>")

    html = freshness(file, NOW).text

    assert 'role="alert"' in html
    assert "the account was last read 30 h ago, 2026-11-24 08:00 UTC." in html
    assert "The last seek failed: &lt;no answer&gt;" in html


def test_data_within_the_configured_age_has_no_banner(file: Published) -> None:
    watch_age(timedelta(hours=31), lambda: "never asked")

    html = freshness(file, NOW).text

    assert "ip-banner" not in html
    assert f'data-words="As of {file.as_of:%a %d %b}, read 30 h ago"' in html

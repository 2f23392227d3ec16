"""Sessions share one open file; each has its own filters."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from serving import publish

from inventory_planner_dashboard.filters import Filters
from inventory_planner_dashboard.published import attach
from inventory_planner_dashboard.view import View, apply_filters

COUNT = "select count(*) as count_lines from marts.open_lines"


def count_lines(view: View) -> int:
    return int(view.row(COUNT)["count_lines"])


def count_open(name: str) -> int:
    """How often this process has a file of this name open, replaced ones too."""
    links = Path("/proc/self/fd")
    if not links.exists():
        pytest.skip("only Linux tells which files are open")
    return sum(name in str(link.readlink()) for link in links.iterdir() if link.is_symlink())


def test_sessions_share_one_open_file_and_a_replaced_one_is_closed_with_its_last_session(
    published: Path, tmp_path: Path
) -> None:
    file = tmp_path / "shared-by-sessions.duckdb"
    publish(published, file)
    first, second = attach(file), attach(file)
    euros = apply_filters(first, Filters(currency="EUR"))
    dollars = apply_filters(second, Filters(currency="USD"))
    before = (count_lines(euros), count_lines(dollars))

    assert before[0] != before[1]
    assert count_open(file.name) == 1

    publish(published, file, "delete from marts.open_lines")
    third = attach(file)
    assert count_lines(apply_filters(third, Filters())) == 0
    assert (count_lines(euros), count_lines(dollars)) == before
    assert count_open(file.name) == 2

    del first, second, euros, dollars
    gc.collect()
    assert count_open(file.name) == 1

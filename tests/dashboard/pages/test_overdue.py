"""The page of what is late."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from inventory_planner_dashboard.filters import Filters
from inventory_planner_dashboard.pages import overdue
from inventory_planner_dashboard.view import View

pytestmark = pytest.mark.long

MOST_LINES_FIRST = """
    select vendor_name from published.marts.open_lines where is_overdue and order_type = 'po'
    group by 1 order by count(*) desc, 1
"""
Open = Callable[..., View]


def test_vendors_to_chase_are_listed_by_how_many_of_their_lines_are_overdue(opened: Open) -> None:
    view = opened(filters=Filters())
    chased = overdue.render(view).text.split("Chase the vendors")[1]

    names = re.findall(r'<a class="ip-item"[^>]*>(.*?)</a>', chased)
    assert names == view.rows(MOST_LINES_FIRST).column("vendor_name").to_pylist()

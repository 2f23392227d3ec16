"""Ten sessions at once fit into little memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import Browser
from memory import open_session, resident
from serving import dashboard_process

from inventory_planner_dashboard.routes import PAGES

SESSIONS = 10
MAX_MEGABYTES = 400
HEAVY = ["#/vendor", "#/received", "#/receipts"]  # a session keeps two pages, so three show what it costs

pytestmark = pytest.mark.long


def test_ten_sessions_stay_under_four_hundred_megabytes(browser: Browser, published: Path) -> None:
    with dashboard_process(published.parent) as (url, process):
        open_session(browser, url, list(PAGES))
        for _ in range(SESSIONS - 1):
            open_session(browser, url, HEAVY)
        found = resident(process)

    assert found < MAX_MEGABYTES

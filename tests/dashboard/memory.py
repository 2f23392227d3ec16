"""The memory of a dashboard while sessions walk through its pages, and after they are closed.

uv run python tests/dashboard/memory.py --data data/demo --sessions 10
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from browsing import Browser, chromium
from serving import dashboard_process

from inventory_planner_dashboard.routes import PAGES

TTL_SECONDS = 125  # after which marimo drops a session whose browser is gone, with some to spare


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data/demo"), help="the folder with analytics.duckdb")
    parser.add_argument("--sessions", type=int, default=10, help="how many tabs walk through all pages")
    parser.add_argument("--closed", action="store_true", help="also measure after they are closed, two minutes later")
    arguments = parser.parse_args()
    with dashboard_process(arguments.data) as (url, process), chromium() as browser:
        print(f"started: {resident(process)} MB")  # noqa: T201 (a command for people)
        for number in range(1, arguments.sessions + 1):
            open_session(browser, url, list(PAGES))
            print(f"{number} sessions: {resident(process)} MB, {threads(process)} threads")  # noqa: T201
        if arguments.closed:
            for handle in browser.driver.window_handles[1:]:
                browser.driver.switch_to.window(handle)
                browser.driver.close()
            time.sleep(TTL_SECONDS)
            print(f"closed: {resident(process)} MB, {threads(process)} threads")  # noqa: T201


def open_session(browser: Browser, url: str, paths: list[str]) -> None:
    """Open a session in a tab of its own and walk through these pages."""
    browser.driver.switch_to.new_window("tab")
    browser.size(1280, 2400)
    browser.open(url)
    for path in paths:
        browser.run("location.hash = arguments[0]", path)
        browser.until_shown(PAGES[path][0])


def resident(process: int) -> int:
    """The megabytes that a process has in memory."""
    return _status(process, "VmRSS") // 1024


def threads(process: int) -> int:
    """How many threads a process has."""
    return _status(process, "Threads")


def _status(process: int, field: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


if __name__ == "__main__":
    main()

"""The age of the data: a line under each title, and a banner if the data is too old."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape

import marimo as mo

from inventory_planner_dashboard.formats import age, instant
from inventory_planner_dashboard.published import Published


@dataclass(frozen=True)
class _Watch:
    max_age: timedelta = timedelta.max
    explain: Callable[[], str] = str


_watch = _Watch()


def watch_age(max_age: timedelta, explain: Callable[[], str]) -> None:
    """Set the age from which data counts as old, and the function that explains why it is."""
    global _watch  # noqa: PLW0603 (set once by the server, for all its sessions)
    _watch = _Watch(max_age, explain)


def freshness(published: Published, now: datetime | None = None) -> mo.Html:
    """The banner, if the data is old, and the line that the script shows under the titles."""
    now = now or datetime.now(UTC)
    confirmed_at = published.confirmed_at
    words = f"As of {published.as_of:%a %d %b}, read {age(confirmed_at, now)}"
    is_old = confirmed_at is not None and now - confirmed_at > _watch.max_age
    banner = _banner(confirmed_at, now) if is_old and confirmed_at else ""
    return mo.Html(f'{banner}<i class="ip-fresh" data-words="{escape(words)}" hidden></i>')


def _banner(confirmed_at: datetime, now: datetime) -> str:
    old = f"This data is old: the account was last read {age(confirmed_at, now)}, {instant(confirmed_at)}."
    return f'<p class="ip-banner" role="alert"><b>{escape(old)}</b> {escape(_watch.explain())}</p>'

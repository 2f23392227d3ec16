"""What the cells of `notebooks/dashboard.py` show besides the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import marimo as mo

from inventory_planner_dashboard.formats import age, instant
from inventory_planner_dashboard.notices import no_orders, not_published, unreadable
from inventory_planner_dashboard.published import Published, ReadError, attach


def open_published(file: Path) -> Published:
    """The published file; if there is nothing to show, the cell stops with a message."""
    mo.stop(not file.exists(), not_published(file))
    try:
        published = attach(file)
    except ReadError as error:
        mo.stop(predicate=True, output=unreadable(error))
    mo.stop(published.as_of is None, no_orders())
    return published


def data_age(published: Published) -> mo.Html:
    """When a run last confirmed the data, when it was published, and the day that it looks from."""
    confirmed = age(published.confirmed_at, datetime.now(UTC))
    published_at = instant(published.published_at)
    return mo.Html(
        f'<p class="ip-age">Confirmed {confirmed}<br>Published {published_at}<br>As of {published.as_of}</p>'
    )

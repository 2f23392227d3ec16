"""What the cells of `notebooks/dashboard.py` show besides the pages."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import marimo as mo

from inventory_planner.data_folder import DataFolder
from inventory_planner_dashboard.formats import age, instant
from inventory_planner_dashboard.notices import no_orders, not_published, unreadable
from inventory_planner_dashboard.published import Published, attach


def open_published(folder: DataFolder) -> Published:
    """The published file; if there is nothing to show, the cell stops with a message."""
    mo.stop(not folder.analytics.exists(), not_published(folder.analytics))
    try:
        published = attach(folder)
    except duckdb.Error as error:
        mo.stop(predicate=True, output=unreadable(error))
    mo.stop(published.as_of is None, no_orders())
    return published


def data_age(published: Published) -> mo.Html:
    """When a run last confirmed the data, when it was published, and the day that the marts look from."""
    confirmed_at = published.confirmed_at
    confirmed = f"Confirmed {age(confirmed_at, datetime.now(UTC))}" if confirmed_at else "Not confirmed by a run"
    published_at = instant(published.published_at)
    return mo.Html(f'<p class="ip-age">{confirmed}<br>Published {published_at}<br>As of {published.as_of}</p>')

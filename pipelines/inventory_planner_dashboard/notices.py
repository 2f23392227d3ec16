"""Messages in place of a page: there is no file, it can't be read, or it has no orders."""

from __future__ import annotations

from html import escape
from pathlib import Path

import marimo as mo

from inventory_planner_dashboard.layout import notice


def not_published(file: Path) -> mo.Html:
    """What to do when nothing has been published yet."""
    return notice(
        "Nothing is published yet",
        f"There is no file at <code>{escape(str(file))}</code>. Create it from your account with"
        " <code>inventory-planner run</code>, or from a made-up account with <code>inventory-planner demo</code>."
        " It appears here as soon as it is published.",
    )


def unreadable(error: Exception) -> mo.Html:
    """What to do when this version can't read the file."""
    return notice(
        "This version can't read the published file",
        "Another version of Inventory Planner wrote it. Start the dashboard with that version, or publish again with"
        f" this one: <code>inventory-planner run</code>.<br><small>{escape(str(error))}</small>",
    )


def no_orders() -> mo.Html:
    """What an account without orders shows."""
    return notice("The account has no orders yet", "They appear here after the first run that finds some.")

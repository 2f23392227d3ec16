"""Data health: how old the data is, and how far it can be trusted."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import marimo as mo

import charts
import queries
from figures import Column, Tile, age, day, instant, number, rate, section, shelf, table, text, tiles, words
from published import View

CHECKS = {
    "check_name": Column("Check", words),
    "checked_rows": Column("Of"),
    "count_checked": Column("Checked", number),
    "count_found": Column("Found", number),
    "found_rate": Column("Share", rate),
}
STATUSES = {
    "status": Column("Status in the account"),
    "status_type": Column("Read as"),
    "count_orders": Column("Orders", number),
    "last_sent_date": Column("Last ordered", day),
}
EXCEPTIONS = {
    "exception_rule": Column("Rule", words),
    "severity": Column("Severity"),
    "count_found": Column("Found", number),
    "value_at_stake": Column("Value at stake", number),
}
CHECKED = "When a run last read the account and found it as shown here, or made it so; a dash if none since then."
PUBLISHED = "When the file that this page shows was made."
UNMAPPED = "Orders whose status has no type; they count as active."


def page(view: View) -> mo.Html:
    """The age of the data, the checks, the statuses and the exceptions."""
    return mo.vstack(
        [
            _tiles(view),
            section(
                "Checks",
                charts.checks(view.rows(queries.CHECKS_WITH_FINDINGS)),
                table(view, queries.CHECKS, CHECKS),
                about="A finding is no failure: it says what the measures rest on. Of the whole account.",
            ),
            section("Statuses", table(view, queries.STATUSES, STATUSES)),
            section(f"Exceptions, value in {view.money}", table(view, queries.EXCEPTIONS_BY_RULE, EXCEPTIONS)),
        ]
    )


def _tiles(view: View) -> mo.Html:
    found, written, now = view.row(queries.NEWEST_CHANGE), view.published.written, datetime.now(UTC)
    checked = view.published.checked
    shown = [
        Tile("Current", "checked", text, instant(checked), meaning=CHECKED),
        Tile("Published", "published", text, instant(written), meaning=PUBLISHED),
        Tile("Newest change", "modified_at", partial(age, now=now), instant(found["modified_at"])),
        Tile("Orders", "count_orders", number, f"{number(found['count_lines'])} lines"),
        Tile("Unmapped statuses", "count_unknown", number, "orders", meaning=UNMAPPED),
    ]
    ages = {"checked": age(checked, now), "published": age(written, now)}
    return shelf(tiles(view, queries.NEWEST_CHANGE, {**found, **ages}, shown))

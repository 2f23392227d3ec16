"""Data health: how old the data is, and how far it can be trusted."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Final

import marimo as mo

from inventory_planner_dashboard.charts import draw_code_bars
from inventory_planner_dashboard.encodings import PERCENT
from inventory_planner_dashboard.formats import age, day, instant, number, rate, text, words
from inventory_planner_dashboard.layout import section
from inventory_planner_dashboard.tables import Column, table
from inventory_planner_dashboard.tiles import Tile, tile_row, tiles
from inventory_planner_dashboard.view import View

_CHECKS: Final = """
    select * from marts.data_health order by found_rate desc, check_name
"""
_CHECKS_WITH_FINDINGS: Final = """
    select * from marts.data_health where count_found > 0
"""
_STATUSES: Final = """
    select status, status_type, count(*) as count_orders, max(sent_date) as last_sent_date
    from marts.purchase_orders group by 1, 2 order by status_type = 'unknown' desc, count_orders desc, status
"""
_EXCEPTIONS_BY_RULE: Final = """
    select exception_title, severity, currency_code, count(*) as count_found,
        count(*) filter (where is_current) as count_current, sum(value_at_stake) as value_at_stake
    from marts.exceptions group by 1, 2, 3 order by count_found desc, exception_title
"""
_UNLINKED_LINES: Final = """
    select reason, currency_code, count(*) as count_lines, sum(quantity_open) as quantity_open,
        sum(open_value) as open_value, max(days_open) as days_open
    from marts.unlinked_lines group by 1, 2 order by count_lines desc, reason
"""
_ORDERS: Final = """
    select max(modified_at) as modified_at,
        count(*) filter (where status_type = 'unknown') as count_unknown,
        count(*) as count_orders, sum(count_lines) as count_lines
    from published.marts.purchase_orders
"""
_WRITES: Final = """
    select * from published.marts.writes order by is_in_doubt desc, recorded_at desc
"""
_CHECK_COLUMNS: Final = {
    "check_name": Column("Check", words),
    "checked_rows": Column("Rows"),
    "count_checked": Column("Checked", number),
    "count_found": Column("Found", number),
    "found_rate": Column("Share", rate),
}
_STATUS_COLUMNS: Final = {
    "status": Column("Status in the account"),
    "status_type": Column("Status type"),
    "count_orders": Column("Orders", number),
    "last_sent_date": Column("Last sent", day, meaning="The day the newest order was sent."),
}
_EXCEPTION_COLUMNS: Final = {
    "exception_title": Column("Finding"),
    "severity": Column("Severity"),
    "count_current": Column("Open or recent", number, meaning="Findings that somebody can still act on."),
    "count_found": Column("All", number),
    "value_at_stake": Column("Value at stake", number),
}
_UNLINKED_COLUMNS: Final = {
    "reason": Column("Reason", words),
    "count_lines": Column("Lines", number),
    "quantity_open": Column("Open units", number),
    "open_value": Column("Open value", number),
    "days_open": Column("Oldest, days open", number),
}
_WRITE_COLUMNS: Final = {
    "recorded_at": Column("When", instant),
    "purchase_order_number": Column("Order"),
    "action": Column("Change", words),
    "state": Column("State"),
    "message": Column("Outcome"),
    "user_name": Column("By"),
}
_CONFIRMED: Final = "When a run last found that these reports show the account as it is."
_PUBLISHED: Final = "When these reports were built."
_UNMAPPED: Final = "Orders whose status has no known type; they count as active."


def render(view: View) -> mo.Html:
    """The age of the data, the checks, the statuses and the exceptions."""
    return mo.vstack(
        [
            _tiles(view),
            section(
                "Checks",
                draw_code_bars(
                    view.rows(_CHECKS_WITH_FINDINGS),
                    "check_name",
                    ("found_rate", "Found, share of rows checked"),
                    "count_found",
                    PERCENT,
                ),
                table(view, _CHECKS, _CHECK_COLUMNS),
                about="These are not errors; they show how complete the data is. Whole account.",
            ),
            section("Statuses", table(view, _STATUSES, _STATUS_COLUMNS)),
            section(
                "Changes sent to the account",
                table(view, _WRITES, _WRITE_COLUMNS, if_empty="Nothing has been sent from here yet."),
                about="Unconfirmed changes come first: repeat the command, and it checks whether they were applied.",
            ),
            section(
                f"Open lines that no other system can match, value in {view.currency_of(_UNLINKED_LINES)}",
                table(view, _UNLINKED_LINES, _UNLINKED_COLUMNS, if_empty="None of these lines."),
                about="By reason; a line can have several. `inventory-planner links check` lists them.",
            ),
            section(
                f"Exceptions, value in {view.currency_of(_EXCEPTIONS_BY_RULE)}",
                table(view, _EXCEPTIONS_BY_RULE, _EXCEPTION_COLUMNS),
            ),
        ]
    )


def _tiles(view: View) -> mo.Html:
    row, now = view.row(_ORDERS), datetime.now(UTC)
    confirmed_at, published_at = view.published.confirmed_at, view.published.published_at
    figures = [
        Tile("Confirmed", "confirmed", text, instant(confirmed_at), meaning=_CONFIRMED),
        Tile("Published", "published", text, instant(published_at), meaning=_PUBLISHED),
        Tile("Newest change", "modified_at", partial(age, now=now), instant(row["modified_at"])),
        Tile("Orders", "count_orders", number, f"{number(row['count_lines'])} lines"),
        Tile("Unmapped statuses", "count_unknown", number, "orders", meaning=_UNMAPPED),
    ]
    ages = {"confirmed": age(confirmed_at, now), "published": age(published_at, now)}
    return tile_row(tiles(view, _ORDERS, {**row, **ages}, figures))

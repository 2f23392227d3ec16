"""Overdue and ageing: how late, how much, and what to do about it."""

from __future__ import annotations

import marimo as mo

import charts
import queries
from figures import Column, Tile, day, days, filter_notes, number, section, shelf, table, tiles
from published import View

LINES = {
    "recommended_action": Column("Action"),
    "purchase_order_number": Column("Order"),
    "sku": Column("SKU"),
    "vendor_name": Column("Vendor"),
    "quantity_open": Column("Open", number),
    "open_value": Column("Open value", number),
    "days_overdue": Column("Days overdue", days),
    "promise_current": Column("Promised", day),
    "last_receipt_date": Column("Last receipt", day),
    "forecast_receipt_date": Column("Expected", day),
    "warehouse_name": Column("Warehouse"),
}


def page(view: View) -> mo.Html:
    """How much is late, with whom, since when, and each line that needs somebody."""
    return mo.vstack(
        [
            _tiles(view),
            section(
                "Open value by age", charts.ageing(charts.largest(view.rows(queries.AGEING), "open_value"), view.money)
            ),
            section(
                "Open and overdue, day by day",
                charts.open_by_day(view.rows(queries.OPEN_BY_DAY), view.money),
                *filter_notes(view, queries.OPEN_BY_DAY),
                about="Known from the first build of the warehouse on.",
            ),
            section(
                f"Lines that are overdue, stale or without a promise, value in {view.money}",
                table(view, queries.OPEN_LINES, LINES),
            ),
        ]
    )


def _tiles(view: View) -> mo.Html:
    found = view.row(queries.OVERDUE)
    lines = f"{number(found['count_lines'])} lines"
    most = f"at most {days(found['days_overdue_most'])}; {lines}"
    shown = [
        Tile("Overdue value", "open_value", number, lines, view.money),
        Tile("Overdue quantity", "quantity_open", number, lines, "units"),
        Tile("Overdue by, median", "days_overdue", days, most, "days"),
        Tile("Stale lines", "count_stale", number, f"of {lines}", meaning=view.meaning("is_stale", queries.OVERDUE)),
    ]
    return shelf(tiles(view, queries.OVERDUE, found, shown))

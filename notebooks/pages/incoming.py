"""Incoming stock: what comes when, as promised and as it can be expected."""

from __future__ import annotations

import marimo as mo

import charts
import queries
from figures import Column, beside, day, number, section, table
from published import View

VARIANTS = {
    "sku": Column("SKU"),
    "title": Column("Title"),
    "warehouse_name": Column("Warehouse"),
    "quantity_open": Column("On order", number),
    "open_value": Column("Open value", number),
    "count_lines": Column("Lines", number),
    "next_promise": Column("Next promise", day),
    "forecast_receipt_date": Column("Expected", day),
    "orders": Column("Orders"),
}


def page(view: View) -> mo.Html:
    """A calendar of vendors and weeks, promise against forecast, volume, and each variant."""
    return mo.vstack(
        [
            section(
                "Units by week and vendor",
                charts.week_by_vendor(charts.largest(view.rows(queries.INCOMING_BY_VENDOR), "open_value")),
                about="By the promise; what is overdue or has no promise is on the page of overdue orders.",
            ),
            beside(
                section(
                    "Promised and expected, units",
                    charts.promised_and_forecast(view.rows(queries.PROMISED_AND_FORECAST)),
                    about=view.meaning("forecast_receipt_date", queries.PROMISED_AND_FORECAST),
                ),
                section(
                    "Volume by expected week",
                    charts.volume(view.rows(queries.VOLUME_BY_WEEK)),
                    about="Of lines that have a volume.",
                ),
            ),
            section(f"By variant, value in {view.money}", table(view, queries.INCOMING_VARIANTS, VARIANTS)),
        ]
    )

"""Vendor scorecard: who delivers, against the targets."""

from __future__ import annotations

from collections.abc import Callable

import marimo as mo

import charts
import queries
from choices import address
from figures import (
    Column,
    beside,
    days,
    decimal,
    filter_notes,
    links,
    number,
    rate,
    section,
    table,
    tabs,
    yes,
)
from filters import addressed
from published import View

PERIODS = {"Last 365 days": "365", "Last 90 days": "90", "All time": "all"}
SCORECARD = {
    "vendor_name": Column("Vendor"),
    "grade": Column("Grade"),
    "score": Column("Score", number),
    "otif_line_rate": Column("OTIF", rated=True),
    "count_due_lines": Column("Due lines", number),
    "on_time_rate": Column("On time", rated=True),
    "in_full_rate": Column("In full", rated=True),
    "fill_rate": Column("Fill rate", rated=True),
    "lead_time_median_days": Column("Lead time, median", days),
    "lead_time_cv": Column("Lead time, CV", decimal),
    "price_variance_rate": Column("Price variance", rate),
    "canceled_order_rate": Column("Canceled", rate),
    "ordered_value": Column("Ordered value", number),
    "spend_share": Column("Share", rate),
    "is_low_sample": Column("Few orders", yes),
}


def page(view: View) -> mo.Html:
    """The ranking, its chart against the targets, spend against reliability, and the last twelve months."""
    return mo.vstack(
        [
            tabs({title: _period(view, period) for title, period in PERIODS.items()}),
            section(
                "OTIF of the last twelve months",
                charts.otif_by_month(charts.largest(view.rows(queries.VENDOR_MONTHS), "count_due_lines")),
                *filter_notes(view, queries.VENDOR_MONTHS),
                about="By the month of the promise.",
            ),
        ]
    )


def _period(view: View, period: str) -> Callable[[], mo.Html]:
    def shown() -> mo.Html:
        rows = charts.largest(view.rows(queries.SCORECARD, period=period), "ordered_value")
        return mo.vstack(
            [
                section(
                    f"Ranking, value in {view.money}",
                    table(view, queries.SCORECARD, SCORECARD, period=period),
                    links(
                        {
                            name: address(vendor=addressed([name])) + "#/vendor"
                            for name in rows.column("vendor_name").to_pylist()
                        }
                    ),
                ),
                beside(
                    section("OTIF against the targets of 90 and 80 %", charts.bullets(rows)),
                    section("Spend and reliability", charts.spend_and_otif(rows, view.money)),
                ),
            ]
        )

    return shown

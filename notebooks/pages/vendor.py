"""Vendor detail: each delivery of one vendor, its lead times, open orders and prices."""

from __future__ import annotations

from typing import Any

import marimo as mo

import charts
import queries
from figures import (
    Column,
    Tile,
    beside,
    day,
    days,
    empty,
    filter_notes,
    number,
    rate,
    section,
    shelf,
    table,
    text,
    tiles,
    words,
)
from published import View

MOST_DELIVERIES = 40  # more bars than this could not be told apart
MOST_SKUS = 6  # lines of one chart that can be told apart
OPEN_ORDERS = {
    "purchase_order_number": Column("Order"),
    "lifecycle_state": Column("State", words),
    "sent_date": Column("Ordered on", day),
    "promise_current": Column("Promised", day),
    "count_promise_changes": Column("Re-dated", number),
    "quantity_open": Column("Open", number),
    "open_value": Column("Open value", number),
    "days_overdue": Column("Days overdue", days),
}


def page(view: View) -> mo.Html:
    """One vendor: the one of the filter, or the largest of those that it leaves."""
    name = _vendor(view)
    if name is None:
        return empty()
    several = len(view.filters.vendors) != 1
    how = "The largest; choose another in the filters, or in the scorecard." if several else ""
    periods = {row["period"]: row for row in view.rows(queries.VENDOR_PERIODS, vendor=name).to_pylist()}
    year = periods.get("365", {})
    deliveries = view.rows(queries.DELIVERIES, vendor=name, most=MOST_DELIVERIES)
    return mo.vstack(
        [
            section(name, _tiles(view, periods), *filter_notes(view, queries.VENDOR_PERIODS), about=how),
            section(
                "Deliveries",
                charts.deliveries(deliveries),
                *filter_notes(view, queries.DELIVERIES),
                about=f"The last {MOST_DELIVERIES} complete orders; the grey line is the planned lead time.",
            ),
            section("Quantities of the same orders", charts.received_shares(deliveries)),
            beside(
                section(
                    "Lead times",
                    charts.lead_time_histogram(
                        view.rows(queries.LEAD_TIMES_OF_VENDOR, vendor=name),
                        year.get("lead_time_mean_days"),
                        year.get("lead_time_p90_days"),
                    ),
                    about="Complete orders. Mean and P90: of the last 365 days.",
                ),
                section(
                    "Price history",
                    charts.unit_costs(view.rows(queries.PRICES_OF_VENDOR, vendor=name, most=MOST_SKUS), view.money),
                    *filter_notes(view, queries.PRICES_OF_VENDOR),
                    about=f"The {MOST_SKUS} variants on which most was spent.",
                ),
            ),
            section(
                f"Open orders, value in {view.money}",
                table(view, queries.OPEN_ORDERS_OF_VENDOR, OPEN_ORDERS, vendor=name),
            ),
        ]
    )


def _vendor(view: View) -> str | None:
    found = view.rows(queries.LARGEST_VENDOR).to_pylist()
    return found[0]["vendor_name"] if found else None


def _tiles(view: View, periods: dict[str, dict[str, Any]]) -> mo.Html:
    year, ever = periods.get("365", {}), periods.get("all", {})

    def over(column: str, what: str) -> str:
        return f"{number(year.get(column))} {what} in 365 days"

    shown = [
        Tile("Grade", "grade", text, f"score {number(year.get('score'))} of 100"),
        Tile("OTIF", "otif_line_rate", rate, over("count_due_lines", "due lines"), rated=True),
        Tile("Fill rate", "fill_rate", rate, over("count_lines", "lines"), rated=True),
        Tile("Lead time, median", "lead_time_median_days", days, over("count_lead_times", "orders"), "days"),
        Tile("Ordered", "ordered_value", number, over("count_orders", "orders"), view.money),
    ]
    still_open = [Tile("Open", "open_value", number, f"{number(ever.get('count_open_lines'))} lines", view.money)]
    return shelf(
        tiles(view, queries.VENDOR_PERIODS, year, shown), tiles(view, queries.VENDOR_PERIODS, ever, still_open)
    )

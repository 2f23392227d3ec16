"""Spend and cash: on whom the money goes, and when it falls due."""

from __future__ import annotations

from collections.abc import Callable

import marimo as mo

import charts
import queries
from figures import (
    Column,
    Tile,
    beside,
    day,
    decimal,
    filter_notes,
    number,
    rate,
    section,
    shelf,
    table,
    tabs,
    tiles,
    words,
)
from published import View

MOST_BARS = 40  # in a Pareto chart: what comes after is the long tail
SPEND = {
    "spend_rank": Column("Rank", number),
    "spend_name": Column("Name"),
    "abc_class": Column("Class"),
    "ordered_value": Column("Ordered value", number),
    "spend_share": Column("Share", rate),
    "cumulative_spend_share": Column("Together", rate),
}
CASH = {
    "week_start": Column("Week of", day),
    "due_basis": Column("Due by", words),
    "count_orders": Column("Orders", number),
    "open_value": Column("Open value", number),
    "ordered_value": Column("Ordered value", number),
    "received_value": Column("Received value", number),
    "order_total": Column("Order total", number),
}


def page(view: View) -> mo.Html:
    """Totals, concentration, spend by month, and the calendar of payments."""
    return mo.vstack(
        [
            _tiles(view),
            *filter_notes(view, queries.SPEND_TOTALS, "Ordered, received and open"),
            *filter_notes(view, queries.PARETO, "Concentration"),
            section(
                f"Concentration of the last 365 days, {view.money}",
                tabs({title: _pareto(view, by) for title, by in (("Vendors", "vendor"), ("Variants", "variant"))}),
            ),
            beside(
                section("Spend by month of the order", charts.spend(view.rows(queries.SPEND_BY_MONTH), view.money)),
                section(
                    "Cash calendar",
                    charts.cash(view.rows(queries.CASH_BY_WEEK), view.money),
                    *filter_notes(view, queries.CASH_BY_WEEK),
                ),
            ),
            section(f"Cash calendar, in {view.money}", table(view, queries.CASH, CASH)),
        ]
    )


def _tiles(view: View) -> mo.Html:
    found, vendors = view.row(queries.SPEND_TOTALS), view.rows(queries.PARETO, by="vendor").to_pylist()
    orders = f"{number(found['count_orders'])} orders"
    money = [
        Tile("Ordered", "ordered_value", number, orders, view.money),
        Tile("Received", "received_value", number, orders, view.money),
        Tile("Open", "open_value", number, orders, view.money),
    ]
    concentration = [Tile("Concentration, HHI", "hhi", decimal, f"{number(len(vendors))} vendors, 365 days")]
    return shelf(
        tiles(view, queries.SPEND_TOTALS, found, money),
        tiles(view, queries.PARETO, vendors[0] if vendors else {}, concentration),
    )


def _pareto(view: View, by: str) -> Callable[[], mo.Html]:
    def shown() -> mo.Html:
        largest = view.rows(queries.PARETO, by=by).slice(0, MOST_BARS)
        return mo.vstack([charts.pareto(largest, view.money), table(view, queries.PARETO, SPEND, by=by)])

    return shown

"""Price and landed cost: which prices changed, with which vendors, and what freight and duties add."""

from __future__ import annotations

from typing import Final

import altair as alt
import marimo as mo
import pyarrow as pa

from inventory_planner_dashboard.charts import by_currency, draw_unit_costs, height_of_rows, largest, show, with_links
from inventory_planner_dashboard.encodings import UNITS, amount, tooltip, vendors
from inventory_planner_dashboard.formats import day, decimal, number, rate, signed_rate
from inventory_planner_dashboard.layout import filter_notes, section, side_by_side, widened_notes
from inventory_planner_dashboard.palette import BLUE, VERMILION
from inventory_planner_dashboard.subjects import VENDOR
from inventory_planner_dashboard.summaries import summarize
from inventory_planner_dashboard.tables import ITEM, Column, table
from inventory_planner_dashboard.tiles import Tile, tile_row, tiles
from inventory_planner_dashboard.view import View

_VARIANCE_BY_VENDOR: Final = """
    select vendor_name, currency_code, sum(price_variance) as price_variance,
        sum(price_variance) / nullif(sum(price_baseline), 0) as price_variance_rate,
        count(price_variance) as count_lines
    from marts.price_history where vendor_name is not null
    group by 1, 2 having count(price_variance) > 0 order by 3 desc
"""
_TOTALS: Final = """
    select sum(price_variance) as price_variance,
        sum(price_variance) / nullif(sum(price_baseline), 0) as price_variance_rate,
        count(price_variance) as count_compared,
        avg(landed_uplift_rate) as landed_uplift_rate, count(landed_uplift_rate) as count_landed,
        count(*) as count_lines
    from marts.price_history
"""
_MOST_CHANGED: Final = """
    select sku, currency_code, sent_date, avg(unit_cost) as unit_cost from marts.price_history
    where (sku, currency_code) in (
        select sku, currency_code from marts.price_history
        group by sku, currency_code order by sum(abs(price_variance)) desc nulls last, sku limit $most
    )
    group by sku, currency_code, sent_date order by sent_date, sku
"""
_CHANGES: Final = """
    select * from marts.price_history where price_change_rate <> 0
    order by abs(price_variance) desc nulls last, sent_date desc, purchase_order_number
"""
_LANDED_BY_VENDOR: Final = """
    select vendor_name, landed_uplift_rate, count_lines, landed_uplift_value from marts.vendor_scorecard
    where period = '365' and landed_uplift_rate is not null order by landed_uplift_rate desc
"""
_CHANGE_COLUMNS: Final = {
    ITEM: Column("Item"),
    "price_change_rate": Column("Change", signed_rate),
    "previous_unit_cost": Column("Before", decimal),
    "unit_cost": Column("Now", decimal),
    "price_variance": Column("Variance", number),
    "sent_date": Column("Sent", day),
    "vendor_name": Column("Vendor"),
    "purchase_order_number": Column("Order"),
}
_MAX_VARIANTS: Final = 6  # lines that can be distinguished in one chart


def render(view: View) -> mo.Html:
    """Price variance, landed cost, unit costs over time, and the largest changes."""
    return mo.vstack(
        [
            _tiles(view),
            *widened_notes(view, _TOTALS),
            side_by_side(
                section(
                    "Price variance by vendor",
                    by_currency(
                        view,
                        _VARIANCE_BY_VENDOR,
                        lambda rows, currency: _draw_variances(with_links(view, rows, VENDOR), currency),
                    ),
                    about="Change against the previous order. Bars to the right: you paid more.",
                ),
                section(
                    "Landed cost above net cost",
                    _draw_landed_uplifts(
                        with_links(view, largest(view.rows(_LANDED_BY_VENDOR), "count_lines"), VENDOR)
                    ),
                    *filter_notes(view, _LANDED_BY_VENDOR),
                    about="Orders of the last 365 days.",
                ),
            ),
            section(
                "Unit costs that changed most",
                by_currency(view, _MOST_CHANGED, draw_unit_costs, most=_MAX_VARIANTS),
            ),
            section(f"Price changes, in {view.currency_of(_CHANGES)}", table(view, _CHANGES, _CHANGE_COLUMNS)),
        ]
    )


def _tiles(view: View) -> mo.Html:
    row = view.row(_TOTALS)
    compared = f"{number(row['count_compared'])} of {number(row['count_lines'])} lines compared"
    figures = [
        Tile("Price variance", "price_variance", number, compared, view.currency, counted="count_compared"),
        Tile("Price variance, rate", "price_variance_rate", signed_rate, compared),
        Tile("Average landed-cost uplift", "landed_uplift_rate", rate, f"{number(row['count_landed'])} lines"),
    ]
    return tile_row(tiles(view, _TOTALS, row, figures))


def _draw_variances(rows: pa.Table, currency: str) -> mo.Html:
    """What each vendor charged more or less than at the previous orders."""
    rows = largest(rows, "count_lines")
    bars = alt.Chart(rows).mark_bar()
    return show(
        bars.encode(
            x=amount("price_variance", f"Price variance, {currency}", alt.X),
            y=vendors("-x"),
            href="address:N",
            color=alt.condition("datum.price_variance > 0", alt.value(VERMILION), alt.value(BLUE)),
            tooltip=[
                tooltip("vendor_name:N", "Vendor"),
                tooltip("price_variance:Q", f"Variance, {currency}", UNITS),
                tooltip("price_variance_rate:Q", "Share of the cost at previous prices", "+.2%"),
                tooltip("count_lines:Q", "Lines compared", UNITS),
            ],
        ),
        rows,
        height_of_rows(rows),
        summary=summarize(f"Price variance by vendor, {currency}", rows, "vendor_name", "price_variance"),
    )


def _draw_landed_uplifts(rows: pa.Table) -> mo.Html:
    """How much freight and duties add to the cost of each vendor's goods."""
    bars = alt.Chart(rows).mark_bar(color=BLUE)
    return show(
        bars.encode(
            x=alt.X("landed_uplift_rate:Q", title="Landed above net cost", axis=alt.Axis(format=".1%")),
            y=vendors("-x"),
            href="address:N",
            tooltip=[
                tooltip("vendor_name:N", "Vendor"),
                tooltip("landed_uplift_rate:Q", "Uplift", ".2%"),
                tooltip("count_lines:Q", "Lines", UNITS),
            ],
        ),
        rows,
        height_of_rows(rows),
        summary=summarize("Landed above net cost, by vendor", rows, "vendor_name", "landed_uplift_rate", ".1%"),
    )

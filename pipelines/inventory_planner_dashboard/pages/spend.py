"""Spend and cash: which vendors and variants the money goes to, and when it falls due."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import altair as alt
import marimo as mo
import pyarrow as pa

from inventory_planner_dashboard.charts import show
from inventory_planner_dashboard.encodings import (
    UNITS,
    amount,
    colours,
    months,
    percent_axis,
    slanted_axis,
    tooltip,
    weeks,
)
from inventory_planner_dashboard.formats import day, decimal, number, rate, words
from inventory_planner_dashboard.layout import filter_notes, section, side_by_side, tabs
from inventory_planner_dashboard.palette import BLUE, GREY, LIGHT_GREY, ORANGE, SKY, VERMILION
from inventory_planner_dashboard.summaries import summarize
from inventory_planner_dashboard.tables import Column, table
from inventory_planner_dashboard.tiles import Tile, tile_row, tiles
from inventory_planner_dashboard.view import View

_TOTALS: Final = """
    select sum(ordered_value) filter (where is_vendor_order) as ordered_value, sum(received_value) as received_value,
        sum(received_value) filter (where not is_vendor_order) as received_value_canceled,
        sum(open_value) as open_value, count(*) filter (where is_vendor_order) as count_orders
    from marts.purchase_orders where is_in_spend
"""
_PARETO: Final = """
    select * from marts.spend_concentration
    where spend_by = $by and period = '365' and value_basis = 'order' order by spend_rank
"""
_BY_MONTH: Final = """
    select date_trunc('month', sent_date) as report_month,
        sum(ordered_value) filter (where is_vendor_order) as ordered_value,
        sum(received_value) as received_value, count(*) filter (where is_vendor_order) as count_orders
    from marts.purchase_orders where is_in_spend and sent_date is not null
    group by 1 order by 1
"""
_CASH_BY_WEEK: Final = """
    select week_start, payment_basis, sum(payable_value) as payable_value, sum(open_value) as open_value,
        sum(count_orders) as count_orders
    from marts.cash_calendar where count_orders > 0 and week_start is not null group by 1, 2 order by 1, 2
"""
_CASH: Final = """
    select * from marts.cash_calendar where count_orders > 0 order by week_start nulls last, payment_basis
"""
_PASSED: Final = """
    select * from marts.payables where is_passed order by due_date desc, payable_value desc, purchase_order_number
"""
_SPEND_COLUMNS: Final = {
    "spend_rank": Column("Rank", number),
    "spend_name": Column("Name"),
    "abc_class": Column("Class"),
    "ordered_value": Column("Ordered value", number),
    "spend_share": Column("Share", rate),
    "cumulative_spend_share": Column("Cumulative share", rate),
}
_CASH_COLUMNS: Final = {
    "week_start": Column("Week of", day),
    "payment_basis": Column("Due by", words),
    "count_orders": Column("Orders", number),
    "payable_value": Column("To pay", number),
    "received_value": Column("Received value", number),
    "open_value": Column("Open value", number),
}
_PASSED_COLUMNS: Final = {
    "due_date": Column("Due", day),
    "payment_basis": Column("Due by", words),
    "purchase_order_number": Column("Order"),
    "vendor_name": Column("Vendor"),
    "status": Column("Status"),
    "payment_terms": Column("Terms"),
    "payable_value": Column("To pay", number),
}
_MAX_BARS: Final = 40  # in a Pareto chart: what follows is the long tail
_BASIS_COLOURS: Final = {
    "payment date": BLUE,
    "terms": SKY,
    "expected date": ORANGE,
    "receipt date": GREY,
}


def render(view: View) -> mo.Html:
    """Totals, concentration, spend by month, and the calendar of payments."""
    return mo.vstack(
        [
            _tiles(view),
            *filter_notes(view, _TOTALS, "Ordered, received and open"),
            *filter_notes(view, _PARETO, "Concentration"),
            section(
                f"Concentration of the last 365 days, {view.currency}",
                tabs(
                    view,
                    "spend",
                    {title: _pareto(view, by) for title, by in (("Vendors", "vendor"), ("Variants", "variant"))},
                ),
            ),
            side_by_side(
                section("Spend by month sent", _draw_months(view.rows(_BY_MONTH), view.currency)),
                section(
                    "Cash calendar",
                    _draw_cash(view.rows(_CASH_BY_WEEK), view.currency),
                    *filter_notes(view, _CASH_BY_WEEK),
                ),
            ),
            section(f"Cash calendar, in {view.currency}", table(view, _CASH, _CASH_COLUMNS)),
            section(
                f"Payment dates that have passed, in {view.currency}",
                table(view, _PASSED, _PASSED_COLUMNS),
                about="Inventory Planner doesn't say what was paid: check these. The calendar leaves them out.",
            ),
        ]
    )


def _tiles(view: View) -> mo.Html:
    row, vendors = view.row(_TOTALS), view.rows(_PARETO, by="vendor").to_pylist()
    orders = f"{number(row['count_orders'])} orders"
    canceled = f"{number(row['received_value_canceled'] or 0)} of it on canceled orders"
    totals = [
        Tile("Ordered", "ordered_value", number, orders, view.currency),
        Tile("Received", "received_value", number, canceled, view.currency, link=view.link("#/receipts")),
        Tile("Open", "open_value", number, orders, view.currency, link=view.link("#/incoming")),
    ]
    concentration = Tile("Concentration, HHI", "hhi", decimal, f"{number(len(vendors))} vendors, 365 days")
    return tile_row(
        tiles(view, _TOTALS, row, totals),
        tiles(view, _PARETO, vendors[0] if vendors else {}, [concentration]),
    )


def _pareto(view: View, by: str) -> Callable[[], mo.Html]:
    def render_pareto() -> mo.Html:
        highest = view.rows(_PARETO, by=by).slice(0, _MAX_BARS)
        return mo.vstack([_draw_pareto(highest, view.currency), table(view, _PARETO, _SPEND_COLUMNS, by=by)])

    return render_pareto


def _draw_pareto(rows: pa.Table, currency: str) -> mo.Html:
    """The spend on each, highest first, and the cumulative share, with rules at 80 and 95%."""
    names = alt.X("spend_name:N", sort=None, title=None, axis=slanted_axis())
    bars = alt.Chart(rows).mark_bar()
    spend = bars.encode(
        x=names,
        y=amount("ordered_value", f"Ordered value, {currency}"),
        color=colours("abc_class", {"A": BLUE, "B": SKY, "C": GREY}),
        tooltip=[
            tooltip("spend_name:N", " "),
            tooltip("ordered_value:Q", f"Ordered value, {currency}", UNITS),
            tooltip("spend_share:Q", "Share", ".1%"),
            tooltip("cumulative_spend_share:Q", "Cumulative share", ".1%"),
        ],
    )
    line = alt.Chart(rows).mark_line(color=VERMILION, point=alt.OverlayMarkDef(color=VERMILION, size=20))
    scale = alt.Scale(domain=[0, 1])
    share = alt.Y("cumulative_spend_share:Q", title="Cumulative share", scale=scale, axis=percent_axis())
    rules = alt.Chart(pa.table({"mark": [0.8, 0.95]})).mark_rule(color=GREY, strokeDash=[4, 3]).encode(y="mark:Q")
    cumulative = alt.layer(line.encode(x=names, y=share), rules)
    return show(
        alt.layer(spend, cumulative).resolve_scale(y="independent"),
        rows,
        summary=summarize(f"Ordered value, highest first, {currency}", rows, "spend_name", "ordered_value"),
    )


def _draw_months(rows: pa.Table, currency: str) -> mo.Html:
    """The value ordered in each month, and the value received of those orders."""
    both = alt.Chart(rows).transform_fold(["ordered_value", "received_value"], ["kind", "value"])
    bars = both.transform_calculate(kind="datum.kind == 'ordered_value' ? 'ordered' : 'received'").mark_bar()
    return show(
        bars.encode(
            x=months(),
            xOffset=alt.XOffset("kind:N", sort=["ordered", "received"]),
            y=amount("value", f"Value, {currency}"),
            color=colours("kind", {"ordered": LIGHT_GREY, "received": BLUE}),
            tooltip=[
                tooltip("yearmonth(report_month):T", "Month sent"),
                tooltip("kind:N", " "),
                tooltip("value:Q", f"Value, {currency}", UNITS),
                tooltip("count_orders:Q", "Orders", UNITS),
            ],
        ),
        rows,
        summary=summarize(f"Ordered value by month, {currency}", rows, "report_month", "ordered_value"),
    )


def _draw_cash(rows: pa.Table, currency: str) -> mo.Html:
    """What has to be paid in each week, by what the date rests on."""
    due_by = pa.array([words(basis) for basis in rows.column("payment_basis").to_pylist()], pa.string())
    bars = alt.Chart(rows.append_column("due_by", due_by)).mark_bar()
    return show(
        bars.encode(
            x=weeks(rows),
            y=amount("payable_value", f"To pay, {currency}"),
            color=colours("due_by", _BASIS_COLOURS),
            tooltip=[
                tooltip("week_start:T", "Week of"),
                tooltip("due_by:N", "Due by"),
                tooltip("payable_value:Q", f"To pay, {currency}", UNITS),
                tooltip("open_value:Q", f"Goods still to arrive, {currency}", UNITS),
                tooltip("count_orders:Q", "Orders", UNITS),
            ],
        ),
        rows,
        summary=summarize(f"To pay by week, {currency}", rows, "week_start", "payable_value"),
    )

"""Spend and cash: which vendors and variants the money goes to, and when it falls due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import altair as alt
import marimo as mo
import pyarrow as pa

from inventory_planner_dashboard.charts import by_currency, show, with_links, with_periods
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
from inventory_planner_dashboard.layout import filter_notes, section, side_by_side, tabs, widened_notes
from inventory_planner_dashboard.palette import BLUE, GREY, LIGHT_GREY, SKY, VERMILION
from inventory_planner_dashboard.subjects import VARIANT, VENDOR
from inventory_planner_dashboard.summaries import summarize
from inventory_planner_dashboard.tables import Column, table
from inventory_planner_dashboard.tiles import Tile, money, tile_row, tiles
from inventory_planner_dashboard.view import View

_TOTALS: Final = """
    select sum(ordered_value) filter (where is_vendor_order) as ordered_value, sum(received_value) as received_value,
        sum(received_value) filter (where not is_vendor_order) as received_value_canceled,
        sum(open_value) as open_value, count(*) filter (where is_vendor_order) as count_orders,
        count(*) filter (where quantity_received > 0) as count_received_orders,
        count(*) filter (where quantity_open > 0) as count_open_orders
    from marts.purchase_orders where is_in_spend
"""
_PARETO: Final = """
    select *, spend_name as vendor_name, spend_name as sku from marts.spend_concentration
    where spend_by = $by and period = '365' and value_basis = 'order' order by currency_code, spend_rank
"""
_BY_MONTH: Final = """
    select date_trunc('month', sent_date) as report_month, currency_code,
        sum(ordered_value) filter (where is_vendor_order) as ordered_value,
        sum(received_value) as received_value, count(*) filter (where is_vendor_order) as count_orders
    from marts.purchase_orders where is_in_spend and sent_date is not null
    group by 1, 2 order by 1
"""
_CASH_BY_WEEK: Final = """
    select week_start, payment_basis, currency_code, sum(payable_value) as payable_value,
        sum(received_value) as received_value, sum(open_value) as open_value, sum(count_orders) as count_orders
    from marts.cash_calendar where count_orders > 0 and week_start is not null group by 1, 2, 3 order by 1, 2
"""
_UNPAID: Final = """
    select sum(payable_value) as payable_value, sum(received_value) as received_value,
        count(distinct (account_id, purchase_order_id)) as count_orders,
        count(distinct (account_id, purchase_order_id)) filter (where received_value > 0) as count_received_orders
    from marts.payables where not is_passed
"""
_CASH: Final = """
    select * from marts.cash_calendar where count_orders > 0 order by week_start nulls last, payment_basis
"""
_PASSED: Final = """
    select * from marts.payables where is_passed order by due_date desc, payable_value desc, purchase_order_number
"""
_NAMES: Final = {"vendor": {"vendor_name": Column("Vendor")}, "variant": {"sku": Column("SKU")}}
_SPEND_COLUMNS: Final = {
    "spend_rank": Column("Rank", number),
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
_ARRIVED: Final = "arrived, to pay"
_TO_COME: Final = "still to arrive"


def render(view: View) -> mo.Html:
    """Totals, concentration, spend by month, and the calendar of payments."""
    return mo.vstack(
        [
            _tiles(view),
            *widened_notes(view, _TOTALS),
            section(
                f"Concentration of the last 365 days, {view.currency_of(_PARETO)}",
                tabs(
                    view,
                    "spend",
                    {title: _pareto(view, by) for title, by in (("Vendors", "vendor"), ("Variants", "variant"))},
                ),
            ),
            side_by_side(
                section(
                    "Spend by month sent",
                    by_currency(
                        view,
                        _BY_MONTH,
                        lambda rows, currency: _draw_months(_of_month(view, rows), currency),
                        over="report_month",
                    ),
                ),
                section(
                    "Cash calendar",
                    by_currency(view, _CASH_BY_WEEK, _draw_cash, over="week_start"),
                    *filter_notes(view, _CASH_BY_WEEK),
                    about="What falls due from today on, for goods that have arrived and goods still to arrive.",
                ),
            ),
            section(f"Cash calendar, in {view.currency_of(_CASH)}", table(view, _CASH, _CASH_COLUMNS)),
            section(
                f"Payment dates that have passed, in {view.currency_of(_PASSED)}",
                table(view, _PASSED, _PASSED_COLUMNS),
                about="Inventory Planner doesn't say what was paid: check these. The calendar leaves them out.",
            ),
        ]
    )


def _tiles(view: View) -> mo.Html:
    row, vendors = view.row(_TOTALS), view.rows(_PARETO, by="vendor").to_pylist()
    receipts = view.link("#/receipts")
    canceled = f"{money(view, _TOTALS, 'received_value_canceled')} of it on canceled orders"
    received = f"{number(row['count_received_orders'])} orders"
    totals = [
        replace(_orders_tile(view, row, "Ordered", "ordered_value", "count_orders"), link=view.link("#/received")),
        Tile(
            "Received",
            "received_value",
            number,
            canceled if row["received_value_canceled"] else received,
            view.currency,
            counted="count_received_orders",
            link=receipts,
        ),
        replace(_orders_tile(view, row, "Open", "open_value", "count_open_orders"), link=view.link("#/incoming")),
    ]
    unpaid = view.row(_UNPAID)
    payable = [
        _orders_tile(view, unpaid, "To pay", "payable_value", "count_orders"),
        _orders_tile(view, unpaid, "Arrived, to pay", "received_value", "count_received_orders"),
    ]
    concentration = Tile("Concentration, HHI", "hhi", decimal, f"{number(len(vendors))} vendors, 365 days")
    return tile_row(
        tiles(view, _TOTALS, row, totals),
        tiles(view, _UNPAID, unpaid, payable),
        tiles(view, _PARETO, vendors[0] if vendors else {}, [concentration]),
    )


def _orders_tile(view: View, row: dict[str, Any], label: str, column: str, counted: str) -> Tile:
    return Tile(label, column, number, f"{number(row[counted])} orders", view.currency, counted=counted)


def _of_month(view: View, rows: pa.Table) -> pa.Table:
    return with_periods(view, rows, "report_month", "#/received", "sent")


def _pareto(view: View, by: str) -> Callable[[], mo.Html]:
    def render_pareto() -> mo.Html:
        subject = replace(VENDOR if by == "vendor" else VARIANT, key="spend_name")

        def draw(rows: pa.Table, currency: str) -> mo.Html:
            return _draw_pareto(with_links(view, rows, subject), currency)

        return mo.vstack(
            [by_currency(view, _PARETO, draw, by=by), table(view, _PARETO, _NAMES[by] | _SPEND_COLUMNS, name=by, by=by)]
        )

    return render_pareto


def _draw_pareto(rows: pa.Table, currency: str) -> mo.Html:
    """The spend on each, highest first, and the cumulative share, with rules at 80 and 95%."""
    rows = rows.slice(0, _MAX_BARS)
    names = alt.X("spend_name:N", sort=None, title=None, axis=slanted_axis())
    bars = alt.Chart(rows).mark_bar()
    spend = bars.encode(
        x=names,
        y=amount("ordered_value", f"Ordered value, {currency}"),
        color=colours("abc_class", {"A": BLUE, "B": SKY, "C": GREY}),
        href="address:N",
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
            href="address:N",
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
    """What has to be paid in each week, for goods that arrived and for goods still to arrive."""
    due_by = pa.array([words(basis) for basis in rows.column("payment_basis").to_pylist()], pa.string())
    bars = alt.Chart(rows.append_column("due_by", due_by)).mark_bar()
    still_to_come = "datum.payable_value - min(datum.received_value, datum.payable_value)"
    both = bars.transform_calculate(**{_TO_COME: still_to_come, _ARRIVED: f"datum.payable_value - ({still_to_come})"})
    return show(
        both.transform_fold([_ARRIVED, _TO_COME], ["goods", "value"]).encode(
            x=weeks(rows),
            y=amount("value", f"To pay, {currency}"),
            color=colours("goods", {_ARRIVED: BLUE, _TO_COME: SKY}),
            tooltip=[
                tooltip("week_start:T", "Week of"),
                tooltip("goods:N", "Goods"),
                tooltip("value:Q", f"To pay, {currency}", UNITS),
                tooltip("due_by:N", "Due by"),
                tooltip("count_orders:Q", "Orders", UNITS),
            ],
        ),
        rows,
        summary=summarize(f"To pay by week, {currency}", rows, "week_start", "payable_value"),
    )

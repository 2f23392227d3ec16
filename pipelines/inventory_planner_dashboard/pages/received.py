"""Received vs ordered: what was ordered, what was received, and what is missing."""

from __future__ import annotations

from typing import Final

import altair as alt
import marimo as mo
import pyarrow as pa

from inventory_planner_dashboard.actions.panel import complete_actions
from inventory_planner_dashboard.address import TAB
from inventory_planner_dashboard.charts import by_currency, draw_code_bars, show
from inventory_planner_dashboard.encodings import UNITS, amount, colours, months, percent_axis, tooltip
from inventory_planner_dashboard.formats import day, days, number, rate, words
from inventory_planner_dashboard.layout import empty, section, side_by_side, tabs, widened_notes
from inventory_planner_dashboard.palette import BLUE, GREY, LIGHT_GREY, ORANGE, PINK, SKY, VERMILION
from inventory_planner_dashboard.summaries import summarize
from inventory_planner_dashboard.tables import ITEM, Column, table
from inventory_planner_dashboard.tiles import Tile, tile_row, tiles
from inventory_planner_dashboard.view import View

_BY_MONTH: Final = """
    select date_trunc('month', coalesce(promise_date, sent_date)) as report_month,
        sum(quantity_ordered) as quantity_ordered, sum(quantity_received) as quantity_received,
        sum(quantity_capped) filter (where has_begun) / nullif(sum(basis_quantity) filter (where has_begun), 0)
            as fill_rate,
        count(*) as count_lines
    from (
        select *, coalesce(promise_date, sent_date) <= getvariable('as_of_date') as has_begun
        from marts.purchase_order_lines
    )
    where is_placed
    group by 1 order by 1
"""
_QUANTITIES: Final = """
    select count(*) as count_lines, count(*) filter (where quantity_received > 0) as count_received_lines,
        count(*) filter (where quantity_open > 0) as count_open_lines,
        sum(quantity_ordered) as quantity_ordered, sum(quantity_received) as quantity_received,
        sum(quantity_capped) as quantity_capped, sum(quantity_open) as quantity_open,
        sum(quantity_short) as quantity_short, sum(quantity_canceled) as quantity_canceled,
        sum(quantity_draft) as quantity_draft, sum(quantity_over) as quantity_over,
        sum(quantity_capped) filter (where is_due) / nullif(sum(basis_quantity) filter (where is_due), 0)
            as due_fill_rate,
        count(*) filter (where is_otif) / nullif(count(*) filter (where is_due), 0) as otif_line_rate,
        count(*) filter (where is_due) as count_due_lines
    from marts.purchase_order_lines
"""
_BY_LIFECYCLE: Final = """
    select lifecycle_state, currency_code, sum(ordered_value) as ordered_value, count(*) as count_orders
    from marts.purchase_orders group by 1, 2
"""
_BY_VENDOR: Final = """
    select vendor_name, count(*) as count_lines, sum(quantity_ordered) as quantity_ordered,
        sum(quantity_received) as quantity_received, sum(quantity_open) as quantity_open,
        sum(quantity_short) as quantity_short, sum(quantity_over) as quantity_over,
        sum(quantity_capped) filter (where is_due) / nullif(sum(basis_quantity) filter (where is_due), 0)
            as due_fill_rate,
        max(last_receipt_date) as last_receipt_date
    from marts.purchase_order_lines where is_placed
    group by 1 order by quantity_ordered desc, vendor_name
"""
_BY_ORDER: Final = """
    select *, case when is_due then fill_rate end as due_fill_rate
    from marts.purchase_orders order by sent_date desc, purchase_order_number desc
"""
_ORDERS_TO_CLOSE: Final = """
    select * from marts.purchase_orders where lifecycle_state = 'received_not_closed'
    order by last_receipt_date, purchase_order_number
"""
_BY_LINE: Final = """
    select *, case when is_due then fill_rate end as due_fill_rate
    from marts.received_vs_ordered order by sent_date desc, purchase_order_number desc, line_number
"""
_QUANTITY_COLUMNS: Final = {
    "quantity_open": Column("Open", number),
    "quantity_short": Column("Short", number),
    "quantity_ordered": Column("Ordered", number),
    "quantity_received": Column("Received", number),
    "due_fill_rate": Column("Fill rate", rate, has_target=True),
    "quantity_over": Column("Over", number),
    "last_receipt_date": Column("Last receipt", day),
}
_VENDOR_COLUMNS: Final = {
    "vendor_name": Column("Vendor"),
    **_QUANTITY_COLUMNS,
    "count_lines": Column("Lines", number),
}
_ORDER_COLUMNS: Final = {
    "purchase_order_number": Column("Order"),
    **_QUANTITY_COLUMNS,
    "promise_date": Column("Promised", day),
    "vendor_name": Column("Vendor"),
    "lifecycle_state": Column("State", words),
    "sent_date": Column("Sent", day),
    "count_lines": Column("Lines", number),
    "warehouse_name": Column("Warehouse"),
}
_TO_CLOSE_COLUMNS: Final = {
    "purchase_order_number": Column("Order"),
    "vendor_name": Column("Vendor"),
    "last_receipt_date": Column("Last receipt", day),
    "ordered_value": Column("Ordered value", number),
    "quantity_received": Column("Received", number),
    "quantity_over": Column("Over", number),
    "status": Column("Status"),
    "warehouse_name": Column("Warehouse"),
}
_LINE_COLUMNS: Final = {
    "purchase_order_number": Column("Order"),
    ITEM: Column("Item"),
    **_QUANTITY_COLUMNS,
    "days_late": Column("Days late", days),
    "promise_date": Column("Promised", day),
    "vendor_name": Column("Vendor"),
    "line_number": Column("Line", number),
}


TO_CLOSE: Final = "To close"  # the tab that the briefing leads to
_LINES: Final = "Lines"  # the tab that the units ordered lead to


def render(view: View) -> mo.Html:
    """Months, the steps from ordered to received, and states; then vendors, orders and lines."""
    return mo.vstack(
        [
            _tiles(view),
            *widened_notes(view, _QUANTITIES),
            section(
                "Units by promised month",
                _draw_months(view.rows(_BY_MONTH)),
                about="By the month sent where there is no promise. Drafts and canceled orders are excluded.",
            ),
            side_by_side(
                section("From ordered to received, units", _draw_waterfall(view)),
                section(
                    f"Orders by state, {view.currency_of(_BY_LIFECYCLE)}",
                    by_currency(view, _BY_LIFECYCLE, _draw_states),
                ),
            ),
            section(
                "In detail",
                tabs(
                    view,
                    "received",
                    {
                        "Vendors": lambda: table(view, _BY_VENDOR, _VENDOR_COLUMNS, name="vendors"),
                        "Orders": lambda: table(view, _BY_ORDER, _ORDER_COLUMNS, name="orders"),
                        _LINES: lambda: table(view, _BY_LINE, _LINE_COLUMNS, name="lines"),
                        TO_CLOSE: lambda: _to_close(view),
                    },
                ),
                about="Fill rate: of lines that are due. A dash: nothing is due yet.",
            ),
        ]
    )


def _to_close(view: View) -> mo.Html:
    """The orders of which everything has arrived, and where they can be closed."""
    orders = table(
        view, _ORDERS_TO_CLOSE, _TO_CLOSE_COLUMNS, name="to_close", if_empty="No complete order is still open."
    )
    return mo.vstack([*complete_actions(view), orders])


def _tiles(view: View) -> mo.Html:
    row = view.row(_QUANTITIES)
    due = f"{number(row['count_due_lines'])} due lines"
    receipts, scorecard = view.link("#/receipts"), view.link("#/scorecard")
    lines = view.link(**{f"{TAB}received": _LINES})
    figures = [
        Tile("Ordered", "quantity_ordered", number, unit="units", counted="count_lines", link=lines),
        Tile("Received", "quantity_received", number, unit="units", counted="count_received_lines", link=receipts),
        Tile("Open", "quantity_open", number, unit="units", counted="count_open_lines", link=view.link("#/incoming")),
        Tile("Fill rate", "due_fill_rate", rate, due, has_target=True, link=scorecard),
        Tile("OTIF", "otif_line_rate", rate, due, has_target=True, link=scorecard),
    ]
    return tile_row(tiles(view, _BY_LINE, row, figures))


def _draw_states(rows: pa.Table, currency: str) -> mo.Html:
    value = ("ordered_value", f"Ordered value, {currency}")
    return draw_code_bars(rows, "lifecycle_state", value, "count_orders")


def _draw_months(rows: pa.Table) -> mo.Html:
    """Units ordered beside units received by month, and the fill rate as a line with its own axis."""
    both = alt.Chart(rows).transform_fold(["quantity_ordered", "quantity_received"], ["kind", "units"])
    bars = both.transform_calculate(kind="datum.kind == 'quantity_ordered' ? 'ordered' : 'received'").mark_bar()
    month = tooltip("yearmonth(report_month):T", "Month")
    units = bars.encode(
        x=months(),
        xOffset=alt.XOffset("kind:N", sort=["ordered", "received"]),
        y=amount("units", "Units"),
        color=colours("kind", {"ordered": LIGHT_GREY, "received": BLUE}),
        tooltip=[month, tooltip("kind:N", " "), tooltip("units:Q", "Units", UNITS)],
    )
    line = alt.Chart(rows).mark_line(color=VERMILION, point=alt.OverlayMarkDef(color=VERMILION, size=25))
    fill_rate = line.encode(
        x=months(),
        y=alt.Y("fill_rate:Q", title="Fill rate", scale=alt.Scale(domain=[0, 1]), axis=percent_axis(VERMILION)),
        tooltip=[month, tooltip("fill_rate:Q", "Fill rate", ".1%"), tooltip("count_lines:Q", "Lines", UNITS)],
    )
    summary = summarize("Units ordered by promised month", rows, "report_month", "quantity_ordered")
    return show(alt.layer(units, fill_rate).resolve_scale(y="independent"), rows, summary=summary)


def _draw_waterfall(view: View) -> mo.Html:
    """From the units ordered down to those received, with the units over the order on top."""
    row = {name: value or 0 for name, value in view.row(_QUANTITIES).items()}
    steps, top = [("Ordered", 0.0, row["quantity_ordered"], GREY)], row["quantity_ordered"]
    for label, name, colour in (
        ("Draft", "quantity_draft", GREY),
        ("Canceled", "quantity_canceled", PINK),
        ("Short", "quantity_short", VERMILION),
        ("Open", "quantity_open", ORANGE),
    ):
        steps.append((label, top, top - row[name], colour))
        top -= row[name]
    steps.append(("Over", row["quantity_capped"], row["quantity_capped"] + row["quantity_over"], SKY))
    steps.append(("Received", 0.0, row["quantity_received"], BLUE))
    return _draw_steps(steps)


def _draw_steps(steps: list[tuple[str, float, float, str]]) -> mo.Html:
    """A waterfall of steps, each with its name, where it begins and ends, and its colour."""
    if not any(end for _, _, end, _ in steps):
        return empty()
    names = ["step", "begins", "ends", "colour"]
    rows = pa.table({name: list(values) for name, values in zip(names, zip(*steps, strict=True), strict=True)})
    bars = alt.Chart(rows).transform_calculate(units="abs(datum.ends - datum.begins)").mark_bar()
    return show(
        bars.encode(
            x=alt.X("step:N", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
            y=amount("begins", "Units"),
            y2="ends:Q",
            color=alt.Color("colour:N", scale=None),
            tooltip=[tooltip("step:N", " "), tooltip("units:Q", "Units", UNITS)],
        ),
        rows,
        summary=f"Units: {', '.join(f'{name.lower()} {abs(end - begin):,.0f}' for name, begin, end, _ in steps)}.",
    )

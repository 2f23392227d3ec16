"""Receipts timeline: what was received when, and how one order was received in parts."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import altair as alt
import marimo as mo
import pyarrow as pa

from inventory_planner_dashboard.charts import show, with_level, with_periods
from inventory_planner_dashboard.encodings import UNITS, amount, categories, tooltip, weeks
from inventory_planner_dashboard.formats import day, days, decimal, number, rate, yes
from inventory_planner_dashboard.layout import filter_notes, section, widened_notes
from inventory_planner_dashboard.palette import BLUE, VERMILION
from inventory_planner_dashboard.summaries import summarize
from inventory_planner_dashboard.tables import Column, table
from inventory_planner_dashboard.tiles import Tile, tile_row, tiles
from inventory_planner_dashboard.view import View

_BY_WEEK: Final = """
    select date_trunc('week', receipt_date) as week_start, warehouse_name,
        sum(quantity_received) as quantity_received, count(*) as count_receipts
    from marts.goods_receipts where receipt_date is not null group by 1, 2 order by 1, 2
"""
_SPLIT_LINES: Final = """
    select count(*) as count_lines, count(*) filter (where is_split) / nullif(count(*), 0) as split_rate,
        avg(count_receipts) as receipts_mean
    from marts.purchase_order_lines where count_receipts > 0
"""
_LATEST_SPLIT_ORDER: Final = """
    select purchase_order_id, purchase_order_number, vendor_name, promise_date, quantity_ordered
    from marts.purchase_orders
    where last_receipt_date is not null
    order by last_receipt_date > first_receipt_date desc, last_receipt_date desc, purchase_order_number desc limit 1
"""
_ORDER_TIMELINE: Final = """
    select receipt_date, sum(quantity_received) as quantity_received,
        sum(sum(quantity_received)) over (order by receipt_date) as quantity_received_to_date
    from (
        select sent_date as receipt_date, 0 as quantity_received
        from marts.purchase_orders where purchase_order_id = $order
        union all
        select receipt_date, quantity_received from marts.goods_receipts where purchase_order_id = $order
    )
    where receipt_date is not null
    group by 1 order by 1
"""
_RECEIPTS: Final = """
    select * from marts.goods_receipts
    order by receipt_date desc nulls last, purchase_order_number, sku, receipt_number
"""
_RECEIPT_COLUMNS: Final = {
    "receipt_date": Column("Received", day),
    "purchase_order_number": Column("Order"),
    "sku": Column("SKU"),
    "quantity_received": Column("Units", number),
    "received_value": Column("Value", number),
    "days_after_promise": Column("Days late", days),
    "vendor_name": Column("Vendor"),
    "quantity_received_to_date": Column("To date", number),
    "warehouse_name": Column("Warehouse"),
    "receipt_number": Column("Receipt", number),
    "is_correction": Column("Correction", yes),
    "is_reconstructed": Column("Reconstructed", yes),
}


def render(view: View) -> mo.Html:
    """Receipts by week, the share of split lines, one order's timeline, and every receipt."""
    return mo.vstack(
        [
            _tiles(view),
            *widened_notes(view, _SPLIT_LINES),
            section(
                "Units received by week",
                _draw_weeks(with_periods(view, view.rows(_BY_WEEK), "week_start", "#/receipts", "received")),
                *filter_notes(view, _BY_WEEK),
            ),
            *(_timeline(view, order) for order in view.rows(_LATEST_SPLIT_ORDER).to_pylist()),
            section(f"Receipts, value in {view.currency_of(_RECEIPTS)}", table(view, _RECEIPTS, _RECEIPT_COLUMNS)),
        ]
    )


def _tiles(view: View) -> mo.Html:
    row = view.row(_SPLIT_LINES)
    lines = f"of {number(row['count_lines'])} lines with receipts"
    split, receipts = "Lines received in more than one receipt.", "Over the lines with at least one receipt."
    figures = [
        Tile("Split lines", "split_rate", rate, lines, meaning=split, link=view.link("#/received")),
        Tile(
            "Receipts per line, average",
            "receipts_mean",
            decimal,
            lines,
            meaning=receipts,
            link=view.link("#/received"),
        ),
    ]
    return tile_row(tiles(view, _SPLIT_LINES, row, figures))


def _timeline(view: View, order: dict[str, Any]) -> mo.Html:
    rows = view.rows(_ORDER_TIMELINE, order=order["purchase_order_id"])
    return section(
        f"Order {order['purchase_order_number']}, {order['vendor_name'] or 'no vendor'}",
        _draw_timeline(rows, order["quantity_ordered"], order["promise_date"]),
        about="Latest split delivery; search for another order by its number. Vertical line: promised date.",
    )


def _draw_weeks(rows: pa.Table) -> mo.Html:
    """Units received by week, stacked by warehouse."""
    bars = alt.Chart(rows).mark_bar()
    return show(
        bars.encode(
            x=weeks(rows),
            y=amount("quantity_received", "Units"),
            color=categories("warehouse_name"),
            href="address:N",
            tooltip=[
                tooltip("week_start:T", "Week of"),
                tooltip("warehouse_name:N", "Warehouse"),
                tooltip("quantity_received:Q", "Units", UNITS),
                tooltip("count_receipts:Q", "Receipts", UNITS),
            ],
        ),
        rows,
        summary=summarize("Units received by week", rows, "week_start", "quantity_received"),
    )


def _draw_timeline(rows: pa.Table, ordered: float, promise: date | None) -> mo.Html:
    """The units received to date, receipt by receipt, against those ordered and the promised date."""
    steps = alt.Chart(rows).mark_line(interpolate="step-after", color=BLUE, point=alt.OverlayMarkDef(color=BLUE))
    received = steps.encode(
        x=alt.X("receipt_date:T", title=None, axis=alt.Axis(format="%Y-%m-%d", labelOverlap=True, tickCount=6)),
        y=alt.Y("quantity_received_to_date:Q", title="Units to date", scale=alt.Scale(zero=True)),
        tooltip=[
            tooltip("receipt_date:T", "Received"),
            tooltip("quantity_received:Q", "Units", UNITS),
            tooltip("quantity_received_to_date:Q", "To date", UNITS),
        ],
    )
    dates = alt.Chart(pa.table({"promise_date": pa.array([promise], pa.date32())}))
    promised = [dates.mark_rule(color=VERMILION).encode(x="promise_date:T")] if promise else []
    both = with_level(alt.layer(received, *promised), ordered, ["ordered", f"{ordered:,.0f}"])
    to_date = max(rows.column("quantity_received_to_date").to_pylist(), default=0)
    return show(both, rows, summary=f"Units received to date: {to_date:,.0f} of {ordered:,.0f} ordered.")

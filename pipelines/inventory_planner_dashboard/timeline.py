"""The time line of a variant: what came, what is on order, and the stock that the two leave."""

from __future__ import annotations

from datetime import date
from typing import Final

import altair as alt
import marimo as mo
import pyarrow as pa

from inventory_planner_dashboard.charts import Chart, draw_labels, show
from inventory_planner_dashboard.encodings import UNITS, amount, colours, tooltip
from inventory_planner_dashboard.layout import empty
from inventory_planner_dashboard.palette import BLUE, GREY, LIGHT_GREY, ORANGE, VERMILION

_COLOURS: Final = {"received": LIGHT_GREY, "on order": ORANGE, "projected stock": BLUE, "nothing left": VERMILION}
_HEIGHT: Final = 280  # pixels


def draw_time_line(stock: pa.Table, gaps: pa.Table, goods: pa.Table, as_of: date | None) -> mo.Html:
    """Receipts and open orders as bars, the projected stock as a line, the days without stock shaded.

    Args:
        stock: the corners of the line: `moment`, `quantity`, and `step` for their order.
        gaps: `since`, `until`, `gap_days` and `quantity_short` of each time without stock.
        goods: `moment`, `kind`, `quantity`, `purchase_order_number` and `vendor_name` of what came and is to come.
        as_of: the day that the marts look from.
    """
    if stock.num_rows == 0 and goods.num_rows == 0:
        return empty("No stock is stated, and nothing was received or is on order.")
    layers = alt.layer(_draw_gaps(gaps), _draw_goods(goods), _draw_stock(stock), _draw_today(as_of))
    received, coming = (
        sum(each["quantity"] for each in goods.to_pylist() if each["kind"] == kind) for kind in ("received", "on order")
    )
    gap = f"{gaps.num_rows} times without stock" if gaps.num_rows else "No time without stock"
    summary = f"Stock as projected. Received: {received:,.0f} units; on order: {coming:,.0f} units. {gap}."
    return show(layers, goods if goods.num_rows else stock, _HEIGHT, summary=summary)


def _draw_gaps(gaps: pa.Table) -> Chart:
    lines = [
        tooltip("since:T", "Nothing left from"),
        tooltip("gap_days:Q", "Days", UNITS),
        tooltip("quantity_short:Q", "Units short", UNITS),
    ]
    shades = alt.Chart(gaps).mark_rect(color=_COLOURS["nothing left"], opacity=0.22)
    return shades.encode(x="since:T", x2="until:T", tooltip=lines)


def _draw_goods(goods: pa.Table) -> Chart:
    lines = [
        tooltip("kind:N", " "),
        tooltip("moment:T", "Date"),
        tooltip("quantity:Q", "Units", UNITS),
        tooltip("purchase_order_number:N", "Order"),
        tooltip("vendor_name:N", "Vendor"),
    ]
    bars = alt.Chart(goods).mark_bar(width=5)
    return bars.encode(
        x=_days(), y=amount("quantity", "Units"), color=colours("kind", _COLOURS, columns=2), tooltip=lines
    )


def _draw_stock(stock: pa.Table) -> Chart:
    lines = [tooltip("moment:T", "Date"), tooltip("quantity:Q", "Projected stock", UNITS)]
    level = alt.Chart(stock).mark_line(strokeWidth=2, color=_COLOURS["projected stock"])
    return level.encode(x=_days(), y="quantity:Q", order="step:Q", tooltip=lines)


def _draw_today(as_of: date | None) -> Chart:
    today = alt.Chart(pa.table({"moment": [f"{as_of}T00:00:00"], "label": [f"as of {as_of}"]}))
    rule = today.mark_rule(color=GREY, strokeDash=[4, 3]).encode(x="moment:T")
    name = draw_labels(today.encode(x="moment:T", y=alt.value(8), text="label:N"), align="right", dx=-4)
    return alt.layer(rule, name)


def _days() -> alt.X:
    return alt.X("moment:T", title=None, axis=alt.Axis(format="%Y-%m-%d", labelOverlap=True, tickCount=8))

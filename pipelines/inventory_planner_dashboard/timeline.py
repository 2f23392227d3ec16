"""The time line of a variant: what came, what is on order, and the stock that the two leave."""

from __future__ import annotations

from datetime import date
from typing import Final

import altair as alt
import marimo as mo
import pyarrow as pa

from inventory_planner_dashboard.charts import show
from inventory_planner_dashboard.encodings import UNITS, amount, colours, tooltip
from inventory_planner_dashboard.layout import empty
from inventory_planner_dashboard.palette import BLUE, GREY, LIGHT_GREY, ORANGE, VERMILION

_COLOURS: Final = {"received": LIGHT_GREY, "on order": ORANGE, "projected stock": BLUE, "nothing left": VERMILION}
_HEIGHT: Final = 280  # pixels


def draw_time_line(stock: pa.Table, gaps: pa.Table, goods: pa.Table, as_of: date | None) -> mo.Html:
    """Receipts and open orders as bars, the projected stock as a line, the days without stock shaded."""
    if stock.num_rows == 0 and goods.num_rows == 0:
        return empty("No stock is stated, and nothing was received or is on order.")
    at = alt.X("at:T", title=None, axis=alt.Axis(format="%Y-%m-%d", labelOverlap=True, tickCount=8))
    lines = [
        tooltip("kind:N", " "),
        tooltip("at:T", "Date"),
        tooltip("quantity:Q", "Units", UNITS),
    ]
    order = [tooltip("purchase_order_number:N", "Order"), tooltip("vendor_name:N", "Vendor")]
    bars = (
        alt.Chart(goods)
        .mark_bar(width=5)
        .encode(x=at, y=amount("quantity", "Units"), color=colours("kind", _COLOURS), tooltip=[*lines, *order])
    )
    level = (
        alt.Chart(_of_kind(stock, "projected stock"))
        .mark_line(strokeWidth=2)
        .encode(x=at, y="quantity:Q", color=colours("kind", _COLOURS), order="step:Q", tooltip=lines)
    )
    shades = (
        alt.Chart(_of_kind(gaps, "nothing left"))
        .mark_rect(opacity=0.22)
        .encode(
            x="since:T",
            x2="until:T",
            color=colours("kind", _COLOURS),
            tooltip=[
                tooltip("since:T", "Nothing left from"),
                tooltip("gap_days:Q", "Days", UNITS),
                tooltip("quantity_short:Q", "Units short", UNITS),
            ],
        )
    )
    today = alt.Chart(pa.table({"at": [f"{as_of}T00:00:00"], "label": [f"as of {as_of}"]}))
    rule = today.mark_rule(color=GREY, strokeDash=[4, 3]).encode(x="at:T")
    name = today.mark_text(align="right", dx=-4, color=GREY).encode(x="at:T", y=alt.value(8), text="label:N")
    return show(alt.layer(shades, bars, level, rule, name), goods if goods.num_rows else stock, _HEIGHT)


def _of_kind(rows: pa.Table, kind: str) -> pa.Table:
    return rows.append_column("kind", pa.array([kind] * rows.num_rows, pa.string()))

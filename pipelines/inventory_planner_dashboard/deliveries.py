"""Charts of a vendor's deliveries: how long they took, and how much of the order they brought."""

from __future__ import annotations

from collections import Counter
from typing import Final

import altair as alt
import marimo as mo
import pyarrow as pa
import pyarrow.compute as pc

from inventory_planner_dashboard.charts import Chart, show
from inventory_planner_dashboard.encodings import UNITS, colours, percent_axis, slanted_axis, tooltip
from inventory_planner_dashboard.formats import days
from inventory_planner_dashboard.layout import empty
from inventory_planner_dashboard.palette import BLUE, GREY, ORANGE, SKY, VERMILION
from inventory_planner_dashboard.summaries import summarize

_DELIVERY_COLOURS: Final = {"early": SKY, "on time": BLUE, "late": VERMILION, "no promise": GREY}
_QUANTITY_COLOURS: Final = {"short": VERMILION, "over": ORANGE}


def draw_deliveries(rows: pa.Table) -> mo.Html:
    """A bar for each delivery, as long as its lead time, and the planned lead time as a line."""
    orders = alt.X("order_label:N", sort=None, title="Orders by completion", axis=slanted_axis())
    bars = alt.Chart(rows).mark_bar()
    actual = bars.encode(
        x=orders,
        y=alt.Y("observed_lead_time_days:Q", title="Days from sent to complete"),
        color=colours("delivery", _DELIVERY_COLOURS),
        href="address:N",
        tooltip=[
            tooltip("order_label:N", "Order"),
            tooltip("completion_date:T", "Complete"),
            tooltip("observed_lead_time_days:Q", "Days"),
            tooltip("planned_lead_time_days:Q", "Planned"),
            tooltip("days_late:Q", "Days late"),
        ],
    )
    line = alt.Chart(rows).mark_line(color=GREY, interpolate="step", strokeWidth=2)
    planned = line.encode(x=orders, y="planned_lead_time_days:Q")
    return show(alt.layer(actual, planned), rows, summary=_summarize_deliveries(rows))


def _summarize_deliveries(rows: pa.Table) -> str:
    deliveries = Counter(rows.column("delivery").to_pylist())
    return f"The last {rows.num_rows} deliveries: {', '.join(f'{count} {name}' for name, count in deliveries.items())}."


def draw_quantities(deliveries: pa.Table) -> mo.Html:
    """How much was received of the deliveries that were short or over."""
    rows = deliveries.filter(pc.field("quantity") != "full")
    if deliveries.num_rows and not rows.num_rows:
        return empty(f"All of the last {deliveries.num_rows} deliveries had exactly what was ordered.")
    bars = alt.Chart(rows).mark_bar()
    return show(
        bars.encode(
            x=alt.X("order_label:N", sort=None, title="Orders by completion", axis=slanted_axis()),
            y=alt.Y("receipt_ratio:Q", title="Received of ordered", axis=percent_axis()),
            color=colours("quantity", _QUANTITY_COLOURS),
            href="address:N",
            tooltip=[
                tooltip("order_label:N", "Order"),
                tooltip("receipt_ratio:Q", "Received of ordered", ".1%"),
                tooltip("quantity:N", "Quantity"),
            ],
        ),
        rows,
        160,
        summary=summarize("Received of ordered, by order", rows, "order_label", "receipt_ratio", ".1%"),
    )


def draw_lead_times(rows: pa.Table, mean: float | None, p90: float | None) -> mo.Html:
    """How many orders took how long, with the mean and the 90th percentile."""
    bars = alt.Chart(rows).mark_bar(color=BLUE)
    orders = bars.encode(
        x=alt.X(
            "observed_lead_time_days:Q",
            bin=alt.Bin(maxbins=24, minstep=1),
            title="Days from sent to complete",
            axis=alt.Axis(format="d", tickMinStep=1, labelOverlap=True),
        ),
        y=alt.Y("sum(count_orders):Q", title="Orders"),
        tooltip=[
            tooltip("observed_lead_time_days:Q", "Days", "d", bin=True),
            tooltip("sum(count_orders):Q", "Orders", UNITS),
        ],
    )
    marks = {name: value for name, value in (("mean", mean), ("P90", p90)) if value is not None}
    lines = [_named_value(value, f"{name} {days(value)}", offset) for offset, (name, value) in enumerate(marks.items())]
    summary = summarize("Orders by days from sent to complete", rows, "observed_lead_time_days", "count_orders")
    return show(alt.layer(orders, *lines).resolve_axis(x="independent"), rows, summary=summary)


def _named_value(value: float, label: str, row: int) -> Chart:
    """A vertical line, named above the chart in this row."""
    axis = alt.Axis(
        orient="top", values=[value], labelExpr=f"'{label}'", offset=14 * row, title=None, domain=False, ticks=False
    )
    rule = alt.Chart(pa.table({"value": [value]})).mark_rule(color=VERMILION, strokeWidth=2)
    return rule.encode(x=alt.X("value:Q", axis=axis))

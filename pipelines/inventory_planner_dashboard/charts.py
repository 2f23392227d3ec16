"""Charts as pages show them, and those that several pages draw."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import marimo as mo
import pyarrow as pa
import pyarrow.compute as pc

from inventory_planner_dashboard.encodings import UNITS, categories, tooltip
from inventory_planner_dashboard.layout import empty
from inventory_planner_dashboard.palette import BLUE, GREY
from inventory_planner_dashboard.subjects import Subject
from inventory_planner_dashboard.view import View

Chart = Any  # altair's charts have no common class with the methods used here

HEIGHT: Final = 240  # pixels
ROW_HEIGHT: Final = 26  # pixels of a row in a chart with a row for each vendor or state
MAX_VENDORS: Final = 30  # in one chart: more could not be distinguished
_NO_MENU: Final = {"embedOptions": {"actions": False}}  # the menu links to an editor on another host


def show(chart: Chart, rows: pa.Table, height: int = HEIGHT) -> mo.Html:
    """A chart as wide as its place, or a placeholder if there are no rows."""
    if rows.num_rows == 0:
        return empty()
    return mo.as_html(
        chart.properties(width="container", height=height, background="transparent", usermeta=_NO_MENU)
        .configure_view(strokeWidth=0)
        .configure_axis(
            gridColor=GREY, gridOpacity=0.2, domainColor=GREY, tickColor=GREY, labelFontSize=11, titleFontWeight=500
        )
        .configure_legend(labelFontSize=11, titleFontWeight=500)
    )


def with_links(view: View, rows: pa.Table, subject: Subject) -> pa.Table:
    """The rows with the page of each in the column `address`, which a mark links to with `href="address:N"`."""
    values = rows.column(subject.key).to_pylist()
    addresses = [subject.link(view, each) if each else None for each in values]
    return rows.append_column("address", pa.array(addresses, pa.string()))


def height_of_rows(rows: pa.Table, field: str = "vendor_name") -> int:
    """The height of a chart with a row for each value of a field."""
    return max(3, len(set(rows.column(field).to_pylist()))) * ROW_HEIGHT


def largest(rows: pa.Table, amount: str) -> pa.Table:
    """The rows of the vendors with the highest total of an amount, as many as one chart can show."""
    totals = rows.group_by("vendor_name").aggregate([(amount, "sum")]).sort_by([(f"{amount}_sum", "descending")])
    names = totals.column("vendor_name").slice(0, MAX_VENDORS).combine_chunks()
    return rows.filter(pc.is_in(rows.column("vendor_name"), value_set=names))


def labelled_level(value: float, label: str) -> Chart:
    """A dashed line across a chart at this height."""
    level = alt.Chart(pa.table({"value": [float(value)], "label": [label]}))
    rule = level.mark_rule(color=GREY, strokeDash=[4, 3]).encode(y="value:Q")
    text = level.mark_text(align="left", dx=4, dy=-6, color=GREY).encode(x=alt.value(0), y="value:Q", text="label:N")
    return alt.layer(rule, text)


def draw_code_bars(rows: pa.Table, code: str, amount: tuple[str, str], count: str, form: str = UNITS) -> mo.Html:
    """A horizontal bar for each value of a column of codes.

    Args:
        rows: one row a code.
        code: the column of codes such as `received_not_closed`.
        amount: the column that the bars are as long as, and its title.
        count: a column for the tooltip.
        form: the format of the amount.
    """
    field, title = amount
    label = alt.Axis(labelExpr="replace(datum.label, /_/g, ' ')", labelLimit=220)
    bars = alt.Chart(rows).mark_bar(color=BLUE)
    return show(
        bars.encode(
            x=alt.X(f"{field}:Q", title=title, axis=alt.Axis(format=form, tickCount=5)),
            y=alt.Y(f"{code}:N", title=None, sort="-x", axis=label),
            tooltip=[
                tooltip(f"{code}:N", " "),
                tooltip(f"{field}:Q", title, ".1%" if "%" in form else UNITS),
                tooltip(f"{count}:Q", "Count", UNITS),
            ],
        ),
        rows,
        height_of_rows(rows, code),
    )


def draw_unit_costs(rows: pa.Table, currency: str) -> mo.Html:
    """The unit cost of each variant, order by order."""
    lines = alt.Chart(rows).mark_line(interpolate="step-after", point=alt.OverlayMarkDef(size=20))
    return show(
        lines.encode(
            x=alt.X("sent_date:T", title=None, axis=alt.Axis(format="%b %Y", labelOverlap=True, tickCount=6)),
            y=alt.Y("unit_cost:Q", title=f"Unit cost, {currency}", scale=alt.Scale(zero=False)),
            color=categories("sku"),
            tooltip=[
                tooltip("sku:N", "SKU"),
                tooltip("sent_date:T", "Sent"),
                tooltip("unit_cost:Q", f"Unit cost, {currency}", ",.2f"),
            ],
        ),
        rows,
    )

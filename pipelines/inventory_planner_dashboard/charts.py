"""Charts as pages show them, and those that several pages draw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final

import altair as alt
import marimo as mo
import pyarrow as pa
import pyarrow.compute as pc

from inventory_planner_dashboard.encodings import UNITS, tooltip
from inventory_planner_dashboard.filters import NO_VENDOR, join_names
from inventory_planner_dashboard.formats import decimal, signed_rate
from inventory_planner_dashboard.layout import empty, multiples
from inventory_planner_dashboard.palette import BLUE, GREY, MIDDLE_GREY
from inventory_planner_dashboard.subjects import Subject
from inventory_planner_dashboard.summaries import summarize
from inventory_planner_dashboard.view import View

Chart = Any  # altair's charts have no common class with the methods used here

HEIGHT: Final = 240  # pixels
ROW_HEIGHT: Final = 26  # pixels of a row in a chart with a row for each vendor or state
_MULTIPLE_HEIGHT: Final = 90  # pixels of a chart among several small ones
_NUMBER_WIDTH: Final = 24  # pixels of a cell that has a number in it
MAX_VENDORS: Final = 30  # in one chart: more could not be distinguished
_NO_MENU: Final = {"embedOptions": {"actions": False}}  # the menu links to an editor on another host


def show(chart: Chart, rows: pa.Table, height: int = HEIGHT, *, summary: str = "") -> mo.Html:
    """A chart as wide as its place, or a placeholder if there are no rows.

    Args:
        chart: what to draw.
        rows: what it is drawn from.
        height: its height in pixels, without the axes.
        summary: what it shows, for readers who can't see it; see `summarize`.
    """
    if rows.num_rows == 0:
        return empty()
    return mo.as_html(
        chart.properties(width="container", height=height, background="transparent", usermeta=_NO_MENU)
        .properties(description=summary)
        .configure_view(strokeWidth=0)
        .configure_axis(
            gridColor=GREY, gridOpacity=0.2, domainColor=GREY, tickColor=GREY, labelFontSize=11, titleFontWeight=500
        )
        .configure_legend(labelFontSize=11, titleFontWeight=500)
    )


def with_links(view: View, rows: pa.Table, subject: Subject) -> pa.Table:
    """The rows with the page of each in the column `address`, which a mark links to with `href="address:N"`."""
    values = rows.column(subject.key).to_pylist()
    return _with_addresses(rows, [subject.link(view, each) if each and each != NO_VENDOR else None for each in values])


def with_periods(view: View, rows: pa.Table, column: str, page: str, basis: str) -> pa.Table:
    """The same, with a page of the lines of the week or month that begins in a column; overdue ones where none does.

    If the rows have vendors, the page is filtered by the vendor as well.
    """
    addresses = []
    for row in rows.to_pylist():
        vendor = {"vendor": join_names([row["vendor_name"]])} if row.get("vendor_name") else {}
        dates = {"basis": basis, "period": "", "dates": _period(column, row[column])} if row[column] else {}
        addresses.append(view.link(page, **dates, **vendor) if dates else view.link("#/overdue", overdue="yes"))
    return _with_addresses(rows, addresses)


def _with_addresses(rows: pa.Table, addresses: Sequence[str | None]) -> pa.Table:
    return rows.append_column("address", pa.array(addresses, pa.string()))


def _period(column: str, first: date) -> str:
    """The dates of a week or month as the address has them; the column says which it is."""
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return f"{first:%Y-%m-%d}..{last if 'month' in column else first + timedelta(days=6):%Y-%m-%d}"


def by_currency(
    view: View, sql: str, draw: Callable[[pa.Table, str], mo.Html], *, over: str = "", **parameters: Any
) -> mo.Html:
    """A chart of the money in a query, drawn from its rows and their currency: one for each if they are in several.

    Args:
        view: the marts.
        sql: the query.
        draw: draws the rows in one currency.
        over: the column of weeks or months; each chart then has those of all currencies, so that they can be compared.
        parameters: those of the query.
    """
    rows = view.rows(sql, **parameters)
    in_rows = set(rows.column("currency_code").to_pylist())
    found = [each for each in view.published.currencies if each in in_rows]  # in the same order on every page
    if len(found) < 2:
        return draw(rows, found[0] if found else view.currency_of(sql))
    return mo.vstack([draw(_of_currency(rows, each, over), each) for each in found])


def _of_currency(rows: pa.Table, currency: str, over: str) -> pa.Table:
    """The rows in one currency, and one of zeros for each time that only the others have."""
    own = rows.filter(pc.field("currency_code") == currency)
    first = own.slice(0, 1).to_pylist()[0]
    blank = {name: 0 if isinstance(value, int | float) else value for name, value in first.items()}
    times = set(rows.column(over).to_pylist()) - set(own.column(over).to_pylist()) - {None} if over else set()
    return pa.concat_tables([own, pa.Table.from_pylist([{**blank, over: each} for each in times], own.schema)])


def height_of_rows(rows: pa.Table, field: str = "vendor_name") -> int:
    """The height of a chart with a row for each value of a field."""
    return max(3, len(set(rows.column(field).to_pylist()))) * ROW_HEIGHT


def largest(rows: pa.Table, amount: str) -> pa.Table:
    """The rows of the vendors with the highest total of an amount, as many as one chart can show."""
    totals = rows.group_by("vendor_name").aggregate([(amount, "sum")]).sort_by([(f"{amount}_sum", "descending")])
    names = totals.column("vendor_name").slice(0, MAX_VENDORS).combine_chunks()
    return rows.filter(pc.is_in(rows.column("vendor_name"), value_set=names))


def with_level(chart: Chart, value: float, label: Sequence[str]) -> Chart:
    """A chart with a dashed line at this height, named beside the chart, where nothing is drawn over it."""
    axis = alt.Axis(orient="right", values=[value], labelExpr=str(list(label)), title=None, domain=False, ticks=False)
    level = alt.Chart(pa.table({"value": [float(value)]})).mark_rule(color=GREY, strokeDash=[4, 3])
    return alt.layer(chart, level.encode(y=alt.Y("value:Q", axis=axis))).resolve_axis(y="independent")


def draw_labels(labels: Chart, **options: Any) -> Chart:
    """Labels in a chart, in a grey that reads on white and on black: a chart can't know which it is on."""
    return labels.mark_text(color=MIDDLE_GREY, fontWeight=600, **options)


def label_cells(cells: Chart, field: str, form: str, columns: int, is_dark: str) -> Chart:
    """The numbers in the cells of a heat map with this many columns; none where they would not fit.

    Args:
        cells: the chart with its two axes.
        field: what is in the cells.
        form: how it reads.
        columns: how many cells stand beside each other.
        is_dark: the condition for a cell that is too dark for black.
    """
    return cells.mark_text(fontSize=10).encode(
        text=alt.Text(field, format=form),
        color=alt.condition(is_dark, alt.value("white"), alt.value("black")),
        opacity=alt.condition(f"width > {columns * _NUMBER_WIDTH}", alt.value(1), alt.value(0)),
    )


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
        summary=summarize(title, rows, code, field, ".1%" if "%" in form else UNITS),
    )


def draw_unit_costs(rows: pa.Table, currency: str) -> mo.Html:
    """A small chart of unit costs for each variant, under its SKU and how much its cost changed."""
    if rows.num_rows == 0:
        return empty()
    skus = pc.unique(rows.column("sku")).to_pylist()
    of_each = {sku: rows.filter(pc.field("sku") == sku) for sku in skus if sku}
    return multiples({_change(sku, each, currency): _draw_unit_cost(each, currency) for sku, each in of_each.items()})


def _change(sku: str, rows: pa.Table, currency: str) -> str:
    costs = [cost for cost in rows.column("unit_cost").to_pylist() if cost]
    if not costs:
        return sku
    first, last = costs[0], costs[-1]
    change = f"{decimal(first)} to {decimal(last)} {currency}, {signed_rate(last / first - 1)}"
    return f"{sku}: {f'{decimal(last)} {currency}' if first == last else change}"


def _draw_unit_cost(rows: pa.Table, currency: str) -> mo.Html:
    line = alt.Chart(rows).mark_line(
        interpolate="step-after", color=BLUE, point=alt.OverlayMarkDef(size=20, color=BLUE)
    )
    return show(
        line.encode(
            x=alt.X("sent_date:T", title=None, axis=alt.Axis(format="%b %Y", labelOverlap=True, tickCount=3)),
            y=alt.Y("unit_cost:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(format=",.2f", tickCount=3)),
            tooltip=[
                tooltip("sku:N", "SKU"),
                tooltip("sent_date:T", "Sent"),
                tooltip("unit_cost:Q", f"Unit cost, {currency}", ",.2f"),
            ],
        ),
        rows,
        _MULTIPLE_HEIGHT,
        summary=f"Unit cost by date sent. {_change(rows.column('sku')[0].as_py(), rows, currency)}.",
    )

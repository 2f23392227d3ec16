"""Overdue and ageing: how late, how much, and what to do about it."""

from __future__ import annotations

from functools import partial
from typing import Final

import altair as alt
import marimo as mo
import pyarrow as pa

from inventory_planner_dashboard.actions.panel import closing_actions
from inventory_planner_dashboard.charts import by_currency, height_of_rows, largest, show, with_links
from inventory_planner_dashboard.chase import chase, reminders
from inventory_planner_dashboard.encodings import UNITS, amount, colours, day_axis, tooltip, vendors
from inventory_planner_dashboard.formats import day, days, next_step, number, words
from inventory_planner_dashboard.layout import empty, filter_notes, link, section
from inventory_planner_dashboard.palette import BLUE, GREY, VERMILION
from inventory_planner_dashboard.subjects import VENDOR
from inventory_planner_dashboard.summaries import summarize
from inventory_planner_dashboard.tables import Column, table
from inventory_planner_dashboard.tiles import Tile, tile_row, tiles
from inventory_planner_dashboard.view import View
from inventory_planner_dashboard.worklists import worklists

_AGEING: Final = """
    select ageing_bucket, vendor_name, currency_code, sum(open_value) as open_value,
        sum(quantity_open) as quantity_open, count(*) as count_lines
    from marts.open_lines group by 1, 2, 3
"""
_OVERDUE: Final = """
    select count(*) filter (where is_overdue) as count_lines, sum(open_value) filter (where is_overdue) as open_value,
        sum(quantity_open) filter (where is_overdue) as quantity_open,
        median(days_overdue) as days_overdue, coalesce(max(days_overdue), 0) as days_overdue_max,
        count(*) filter (where is_stale) as count_stale, count(*) filter (where is_at_risk) as count_at_risk,
        sum(open_value) filter (where is_at_risk) as at_risk_value
    from marts.open_lines
"""
_OPEN_BY_DAY: Final = """
    select report_date, currency_code, sum(open_value) as open_value,
        coalesce(sum(open_value) filter (where is_overdue), 0) as overdue_value, count(*) as count_orders
    from marts.open_order_days group by 1, 2 order by 1
"""
LINES: Final = """
    select * from marts.open_lines where is_overdue or promise_current is null or is_stale
    order by open_value desc nulls last, purchase_order_number, line_number
"""
_BY_VENDOR: Final = """
    select vendor_name, currency_code, sum(open_value) as open_value, sum(quantity_open) as quantity_open,
        count(*) as count_lines, max(days_overdue) as days_overdue,
        count(distinct (account_id, purchase_order_id)) as count_orders
    from marts.open_lines where is_overdue group by 1, 2 order by open_value desc nulls last, vendor_name
"""
_TO_CHASE: Final = """
    select vendor_name from marts.open_lines where is_overdue and order_type = 'po' and vendor_name is not null
    group by 1 order by count(*) desc, 1
"""
AT_RISK: Final = """
    select purchase_order_number, vendor_name, buyer, currency_code, promise_current,
        max(forecast_receipt_date) as forecast_receipt_date, max(days_at_risk) as days_at_risk,
        count(*) as count_lines, sum(quantity_open) as quantity_open, sum(open_value) as open_value
    from marts.open_lines where is_at_risk
    group by account_id, purchase_order_id, 1, 2, 3, 4, 5
    order by days_at_risk desc, open_value desc nulls last, purchase_order_number
"""
_AT_RISK_COLUMNS: Final = {
    "purchase_order_number": Column("Order"),
    "days_at_risk": Column("Days at risk", days),
    "open_value": Column("Open value", number),
    "promise_current": Column("Promised", day),
    "forecast_receipt_date": Column("Forecast", day),
    "vendor_name": Column("Vendor"),
    "quantity_open": Column("Units", number),
    "count_lines": Column("Lines", number),
    "buyer": Column("Buyer"),
}
_VENDOR_COLUMNS: Final = {
    "vendor_name": Column("Vendor"),
    "open_value": Column("Overdue value", number),
    "days_overdue": Column("Longest, days", days),
    "count_orders": Column("Orders", number),
    "count_lines": Column("Lines", number),
    "quantity_open": Column("Units", number),
}
_LINE_COLUMNS: Final = {
    "purchase_order_number": Column("Order"),
    "sku": Column("SKU"),
    "days_overdue": Column("Days overdue", days),
    "open_value": Column("Open value", number),
    "recommended_action": Column("Next step", next_step),
    "promise_current": Column("Promised", day),
    "quantity_open": Column("Open", number),
    "vendor_name": Column("Vendor"),
    "forecast_receipt_date": Column("Forecast", day),
    "latest_receipt_date": Column("Latest", day),
    "last_receipt_date": Column("Last receipt", day),
    "warehouse_name": Column("Warehouse"),
    "forecast_basis": Column("Forecast by", words),
}
_MAX_REMINDERS: Final = 20  # vendors; the filter and the vendor pages lead to the others
_AGE_COLOURS: Final = {
    "no promise": GREY,
    "not due": "#9ec5e6",
    "1-7": "#f8d08b",
    "8-14": "#f5b041",
    "15-30": "#f08c00",
    "31-60": "#e8590c",
    "61-90": "#d9480f",
    "over 90": "#c92a2a",  # the worst stands out on white and on black
}


def render(view: View) -> mo.Html:
    """How much is late, by vendor and by day, and each line that needs action."""
    return mo.vstack(
        [
            _tiles(view),
            section(
                f"Who is late, value in {view.currency_of(_BY_VENDOR)}",
                table(view, _BY_VENDOR, _VENDOR_COLUMNS, name="vendors", if_empty="Nothing is overdue."),
            ),
            section("Open value by age", by_currency(view, _AGEING, partial(_draw_ageing, view))),
            section(
                "Open and overdue, day by day",
                _open_by_day(view),
                *filter_notes(view, _OPEN_BY_DAY),
                about="History starts with the first build.",
            ),
            section(
                f"Lines that are overdue, stale or without a promise, value in {view.currency}",
                *closing_actions(view),
                table(view, LINES, _LINE_COLUMNS, name="lines"),
                worklists(view, LINES, "overdue"),
            ),
            at_risk(view),
            *_chase(view),
        ]
    )


def _chase(view: View) -> list[mo.Html]:
    """A reminder for each vendor with overdue lines."""
    vendors = [row["vendor_name"] for row in view.rows(_TO_CHASE).to_pylist()]
    if not vendors:
        return []
    shown = reminders(view, vendors[:_MAX_REMINDERS])
    more = f" These are the {_MAX_REMINDERS} of {len(vendors)} vendors with the most overdue lines." * (
        len(vendors) > _MAX_REMINDERS
    )
    return [
        section(
            "Chase the vendors",
            *(
                part
                for name in vendors
                if name in shown
                for part in (link(name, VENDOR.link(view, name)), *map(chase, shown[name]))
            ),
            about=f"Each reminder has all of the vendor's overdue and due-soon lines, regardless of the filters.{more}",
        )
    ]


def at_risk(view: View) -> mo.Html:
    """Orders that are not yet due, but will be late, judging by their vendors' history."""
    return section(
        f"At risk, value in {view.currency_of(AT_RISK)}",
        table(view, AT_RISK, _AT_RISK_COLUMNS, name="at_risk"),
        about="Not yet due, but judging by the vendor's history they will be late: ask the vendor, or re-date them.",
    )


def _tiles(view: View) -> mo.Html:
    row, overdue = view.row(_OVERDUE), view.link("#/overdue", overdue="yes")
    lines = f"{number(row['count_lines'])} lines"
    longest = f"max {days(row['days_overdue_max'])} · {lines}"
    stale, risk = view.meaning("is_stale", _OVERDUE), view.meaning("is_at_risk", _OVERDUE)
    figures = [
        Tile("Overdue value", "open_value", number, unit=view.currency, counted="count_lines", link=overdue),
        Tile("Overdue quantity", "quantity_open", number, unit="units", counted="count_lines", link=overdue),
        Tile("Overdue by, median", "days_overdue", days, longest, "days", link=overdue),
        Tile("Stale lines", "count_stale", number, f"of {lines}", meaning=stale),
        Tile("At risk", "at_risk_value", number, unit=view.currency, meaning=risk, counted="count_at_risk"),
    ]
    return tile_row(tiles(view, _OVERDUE, row, figures))


def _draw_ageing(view: View, rows: pa.Table, currency: str) -> mo.Html:
    """Open value by vendor, stacked by how long it is overdue."""
    rows = with_links(view, largest(rows, "open_value"), VENDOR)
    bars = alt.Chart(rows).mark_bar().transform_calculate(age=f"indexof({list(_AGE_COLOURS)}, datum.ageing_bucket)")
    return show(
        bars.encode(
            x=amount("sum(open_value)", f"Open value, {currency}", alt.X),
            y=vendors("-x"),
            color=alt.Color(
                "ageing_bucket:N",
                title="Days overdue",
                scale=alt.Scale(domain=list(_AGE_COLOURS), range=list(_AGE_COLOURS.values())),
                legend=alt.Legend(orient="top", columns=3),
            ),
            order=alt.Order("age:Q"),
            href="address:N",
            tooltip=[
                tooltip("vendor_name:N", "Vendor"),
                tooltip("ageing_bucket:N", "Days overdue"),
                tooltip("sum(open_value):Q", f"Open value, {currency}", UNITS),
                tooltip("sum(count_lines):Q", "Lines", UNITS),
            ],
        ),
        rows,
        height_of_rows(rows),
        summary=summarize(f"Open value by days overdue, {currency}", rows, "ageing_bucket", "open_value"),
    )


def _open_by_day(view: View) -> mo.Html:
    if len(view.rows(_OPEN_BY_DAY).column("report_date").unique()) == 1:
        return empty("Only one day is recorded so far. From tomorrow, a line shows how open orders grow or shrink.")
    return by_currency(view, _OPEN_BY_DAY, _draw_open_by_day)


def _draw_open_by_day(rows: pa.Table, currency: str) -> mo.Html:
    """Open value and the overdue part of it, day by day."""
    both = alt.Chart(rows).transform_fold(["open_value", "overdue_value"], ["kind", "value"])
    lines = both.transform_calculate(kind="datum.kind == 'open_value' ? 'open' : 'overdue'").mark_line(point=True)
    return show(
        lines.encode(
            x=alt.X("yearmonthdate(report_date):O", title=None, axis=day_axis()),
            y=amount("value", f"Value, {currency}"),
            color=colours("kind", {"open": BLUE, "overdue": VERMILION}),
            tooltip=[
                tooltip("report_date:T", "Day"),
                tooltip("kind:N", " "),
                tooltip("value:Q", f"Value, {currency}", UNITS),
                tooltip("count_orders:Q", "Orders", UNITS),
            ],
        ),
        rows,
        summary=_summarize_days(rows, currency),
    )


def _summarize_days(rows: pa.Table, currency: str) -> str:
    subject = f"Open and overdue value day by day, {currency}."
    last = next(reversed(rows.to_pylist()), None)
    if last is None:
        return subject
    figures = f"{last['open_value'] or 0:{UNITS}} open, {last['overdue_value'] or 0:{UNITS}} of it overdue"
    return f"{subject} On {last['report_date']}: {figures}."

"""Monday briefing: what was received, what is coming, what is late, and what needs action."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

import altair as alt
import marimo as mo
import pyarrow as pa

from inventory_planner_dashboard.address import TAB
from inventory_planner_dashboard.charts import by_currency, show, with_periods
from inventory_planner_dashboard.encodings import UNITS, amount, categories, labelled_weeks, tooltip, week_label
from inventory_planner_dashboard.filters import last_working_day
from inventory_planner_dashboard.formats import day, days, number, rate
from inventory_planner_dashboard.layout import links, section, tabs
from inventory_planner_dashboard.pages.overdue import at_risk
from inventory_planner_dashboard.pages.received import TO_CLOSE
from inventory_planner_dashboard.summaries import summarize
from inventory_planner_dashboard.tables import Column, table
from inventory_planner_dashboard.tiles import Tile, money, tile_row, tiles
from inventory_planner_dashboard.view import View

_OPEN_LINES: Final = """
    select count(*) as count_lines, sum(open_value) as open_value,
        count(*) filter (where is_at_risk) as count_at_risk,
        sum(open_value) filter (where is_at_risk) as at_risk_value,
        count(*) filter (where is_overdue) as count_overdue,
        sum(open_value) filter (where is_overdue) as overdue_value,
        count(*) filter (where is_due_soon) as count_due_soon,
        sum(open_value) filter (where is_due_soon) as due_soon_value,
        coalesce(sum(quantity_open) filter (where is_due_soon), 0) as quantity_due_soon
    from marts.open_lines
"""
_LAST_TWO_WEEKS: Final = """
    select sum(received_value) filter (where is_last_week) as received_value,
        sum(received_value) filter (where not is_last_week) as value_week_before,
        coalesce(sum(quantity_received) filter (where is_last_week), 0) as quantity_received,
        count(*) filter (where is_last_week) as count_receipts
    from (
        select *, receipt_date > as_of_date - 7 as is_last_week
        from marts.goods_receipts where receipt_date > as_of_date - 14
    )
"""
_RATES_BY_PERIOD: Final = """
    select period,
        sum(count_otif_lines) / nullif(sum(count_due_lines), 0) as otif_line_rate,
        sum(count_due_lines) as count_due_lines,
        sum(quantity_capped) / nullif(sum(basis_quantity), 0) as fill_rate,
        sum(count_lines) as count_lines
    from marts.vendor_scorecard group by period
"""
_ORDERS_TO_CLOSE: Final = """
    select count(*) as count_orders, sum(ordered_value) as ordered_value
    from marts.purchase_orders where lifecycle_state = 'received_not_closed'
"""
FINDINGS: Final = """
    select *, max(days_overdue) over of_vendor is not null as is_vendor_overdue,
        min(promise_current) over of_vendor as vendor_promise
    from (
        select account_id, purchase_order_id, purchase_order_number, vendor_name, buyer, currency_code,
            string_agg(exception_title, ', ' order by urgency) as exception_title,
            first(next_step order by urgency) as next_step, max(value_at_stake) as value_at_stake,
            nullif(max(count_lines), 0) as count_lines, max(days_overdue) as days_overdue
        from (
            select account_id, purchase_order_id, purchase_order_number, vendor_name, buyer, currency_code,
                exception_title, next_step, urgency, sum(value_at_stake) as value_at_stake,
                count(distinct purchase_order_line_id) as count_lines, max(days_overdue) as days_overdue
            from marts.exceptions
            where is_current = $current and (not $current or is_connection_fault = $connections)
            group by all
        )
        group by all
    )
    left join (
        select account_id, purchase_order_id, sum(quantity_open) as quantity_open,
            min(promise_current) as promise_current, max(forecast_receipt_date) as forecast_receipt_date
        from marts.open_lines group by all
    ) using (account_id, purchase_order_id)
    window of_vendor as (partition by vendor_name)
    order by is_vendor_overdue desc, vendor_promise nulls last, vendor_name nulls last, days_overdue desc nulls last,
        promise_current nulls last, value_at_stake desc nulls last, purchase_order_number
"""
_COUNT_OLDER: Final = """
    select count(*) as count_older from marts.exceptions where not is_current
"""
_CHANGES: Final = """
    select * from marts.order_changes where change_date >= $since
    order by change_date desc, change_kind, vendor_name, purchase_order_number
"""
INCOMING_BY_WEEK: Final = """
    select case when not is_overdue then date_trunc('week', promise_current) end as week_start, warehouse_name,
        currency_code,
        sum(open_value) as open_value, sum(quantity_open) as quantity_open, count(*) as count_lines
    from marts.open_lines
    where is_overdue or promise_current < date_trunc('week', as_of_date) + interval 8 week
    group by 1, 2, 3 order by 1 nulls first, 2
"""
_FINDING_COLUMNS: Final = {
    "purchase_order_number": Column("Order"),
    "next_step": Column("Next step"),
    "days_overdue": Column("Overdue", days),
    "value_at_stake": Column("Value", number),
    "vendor_name": Column("Vendor"),
    "promise_current": Column("Promised", day),
    "forecast_receipt_date": Column("Forecast", day),
    "quantity_open": Column("Units", number),
    "count_lines": Column("Lines", number),
    "exception_title": Column("What is wrong"),
    "buyer": Column("Buyer"),
}
_CHANGE_COLUMNS: Final = {
    "purchase_order_number": Column("Order"),
    "change_kind": Column("Change"),
    "changed_quantity": Column("Units", number),
    "changed_value": Column("Value", number),
    "vendor_name": Column("Vendor"),
    "previous_promise": Column("Promised", day),
    "promise": Column("Now", day),
    "promise_slip_days": Column("Later", days),
    "change_date": Column("Date", day),
}
_OLDER: Final = "Older"  # the tab
_OVERDUE: Final = "Overdue"  # label of the bar before all weeks


def render(view: View) -> mo.Html:
    """The figures of the week, what needs action, what may be late, what is new, and incoming goods."""
    return mo.vstack(
        [
            tile_row(_open_tiles(view), _received_tile(view), _rate_tiles(view), _to_close_tile(view)),
            _needs_action(view),
            at_risk(view),
            _changes(view),
            section(
                "Incoming, next eight weeks",
                by_currency(
                    view,
                    INCOMING_BY_WEEK,
                    lambda rows, currency: _draw_incoming(
                        with_periods(view, rows, "week_start", "#/incoming", "promised"), currency
                    ),
                    over="week_start",
                ),
            ),
        ]
    )


def _needs_action(view: View) -> mo.Html:
    older = view.row(_COUNT_OLDER)["count_older"]
    parts = {
        "Orders": lambda: _findings(view, "orders", current=True, connections=False),
        "Connections": lambda: _findings(view, "connections", current=True, connections=True),
        _OLDER: lambda: _findings(view, "older", current=False, connections=False),
    }
    more = {f"{number(older)} older findings": view.link(**{f"{TAB}findings": _OLDER})} if older else {}
    return section(
        f"Needs action, value in {view.currency_of(FINDINGS)}",
        tabs(view, "findings", parts),
        links(more),
        about="By vendor and order, overdue first. Older findings are on closed orders that have not changed recently.",
    )


def _findings(view: View, name: str, *, current: bool, connections: bool) -> mo.Html:
    return table(view, FINDINGS, _FINDING_COLUMNS, name=name, current=current, connections=connections)


def _changes(view: View) -> mo.Html:
    since = view.filters.since or last_working_day(view.published.as_of or date.max)
    return section(
        f"New since {since}, value in {view.currency_of(_CHANGES)}",
        table(view, _CHANGES, _CHANGE_COLUMNS, since=since),
        about="Orders re-dated, received or canceled. Choose another day in the filters.",
    )


def _open_tiles(view: View) -> str:
    row = view.row(_OPEN_LINES)
    due_soon = f"{number(row['quantity_due_soon'])} units, {number(row['count_due_soon'])} lines"
    incoming = view.link("#/incoming")
    due_soon_means, at_risk_means = (view.meaning(name, _OPEN_LINES) for name in ("is_due_soon", "is_at_risk"))
    tile = partial(Tile, format=number, unit=view.currency)
    figures = [
        tile("Open", "open_value", counted="count_lines", link=incoming),
        tile(
            "Due soon",
            "due_soon_value",
            note=due_soon,
            meaning=due_soon_means,
            counted="count_due_soon",
            link=incoming,
        ),
        tile("Overdue", "overdue_value", counted="count_overdue", link=view.link("#/overdue")),
        tile("At risk", "at_risk_value", meaning=at_risk_means, counted="count_at_risk", link=view.link("#/overdue")),
    ]
    return tiles(view, _OPEN_LINES, row, figures)


def _received_tile(view: View) -> str:
    row = view.row(_LAST_TWO_WEEKS)
    note = f"{number(row['quantity_received'])} units; week before {money(view, _LAST_TWO_WEEKS, 'value_week_before')}"
    meaning = "Value received in the last seven days. Below: in the seven days before."
    figure = Tile("Received in 7 days", "received_value", number, note, view.currency)
    address = view.link("#/receipts", basis="received", period="7", dates="")
    figure = replace(figure, meaning=meaning, counted="count_receipts", link=address)
    return tiles(view, _LAST_TWO_WEEKS, row, [figure])


def _rate_tiles(view: View) -> str:
    periods = {row["period"]: row for row in view.rows(_RATES_BY_PERIOD).to_pylist()}
    row, year = periods.get("90", {}), periods.get("365", {})
    due = f"{number(row.get('count_due_lines'))} due lines; year {rate(year.get('otif_line_rate'))}"
    lines = f"{number(row.get('count_lines'))} lines; year {rate(year.get('fill_rate'))}"
    figures = [
        Tile("OTIF, 90 days", "otif_line_rate", rate, due, has_target=True, link=view.link("#/scorecard")),
        Tile("Fill rate, 90 days", "fill_rate", rate, lines, has_target=True, link=view.link("#/scorecard")),
    ]
    return tiles(view, _RATES_BY_PERIOD, row, figures)


def _to_close_tile(view: View) -> str:
    row = view.row(_ORDERS_TO_CLOSE)
    value = money(view, _ORDERS_TO_CLOSE, "ordered_value")
    meaning = "Orders that are fully received but still open in Inventory Planner."
    address = view.link("#/received", **{f"{TAB}received": TO_CLOSE})
    figure = Tile("Orders to close", "count_orders", number, value, meaning=meaning, link=address)
    return tiles(view, _ORDERS_TO_CLOSE, row, [figure])


def _draw_incoming(rows: pa.Table, currency: str) -> mo.Html:
    """Open value by promised week, stacked by warehouse, with overdue lines before all weeks."""
    labels = [week_label(each) if each else _OVERDUE for each in rows.column("week_start").to_pylist()]
    by_week = rows.append_column("week", pa.array(labels, pa.string()))
    bars = alt.Chart(by_week).mark_bar()
    return show(
        bars.encode(
            x=labelled_weeks(by_week, _OVERDUE),
            y=amount("sum(open_value)", f"Open value, {currency}"),
            color=categories("warehouse_name"),
            href="address:N",
            tooltip=[
                tooltip("week:O", "Week of"),
                tooltip("warehouse_name:N", "Warehouse"),
                tooltip("sum(open_value):Q", f"Open value, {currency}", UNITS),
                tooltip("sum(quantity_open):Q", "Units", UNITS),
                tooltip("sum(count_lines):Q", "Lines", UNITS),
            ],
        ),
        rows,
        summary=summarize(f"Open value by promised week, {currency}", by_week, "week", "open_value"),
    )

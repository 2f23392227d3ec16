"""Monday briefing: what was received, what is coming, what is late, and what needs action."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import altair as alt
import marimo as mo
import pyarrow as pa

from inventory_planner_dashboard.charts import show
from inventory_planner_dashboard.encodings import UNITS, amount, categories, labelled_weeks, tooltip, week_label
from inventory_planner_dashboard.formats import days, number, rate, words
from inventory_planner_dashboard.layout import filter_notes, section
from inventory_planner_dashboard.summaries import summarize
from inventory_planner_dashboard.tables import Column, table
from inventory_planner_dashboard.tiles import Tile, tile_row, tiles
from inventory_planner_dashboard.view import View

_OPEN_LINES: Final = """
    select count(*) as count_lines, sum(open_value) as open_value, sum(quantity_open) as quantity_open,
        count(*) filter (where is_overdue) as count_overdue,
        sum(open_value) filter (where is_overdue) as overdue_value,
        count(*) filter (where is_due_soon) as count_arriving,
        sum(open_value) filter (where is_due_soon) as arriving_value,
        sum(quantity_open) filter (where is_due_soon) as quantity_arriving
    from (
        select *, promise_current between as_of_date and as_of_date + 6 as is_due_soon from marts.open_lines
    )
"""
_LAST_TWO_WEEKS: Final = """
    select sum(received_value) filter (where is_last_week) as received_value,
        sum(received_value) filter (where not is_last_week) as value_week_before,
        sum(quantity_received) filter (where is_last_week) as quantity_received
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
NEEDS_ACTION: Final = """
    select * from marts.exceptions
    order by case severity when 'high' then 1 when 'medium' then 2 else 3 end,
        value_at_stake desc nulls last, purchase_order_number, exception_rule
"""
INCOMING_BY_WEEK: Final = """
    select date_trunc('week', promise_current) as week_start, is_overdue, warehouse_name,
        sum(open_value) as open_value, sum(quantity_open) as quantity_open, count(*) as count_lines
    from marts.open_lines
    where is_overdue or promise_current < date_trunc('week', as_of_date) + interval 8 week
    group by 1, 2, 3 order by 1, 3
"""
_NEEDS_ACTION_COLUMNS: Final = {
    "purchase_order_number": Column("Order"),
    "exception_rule": Column("Exception", words),
    "days_overdue": Column("Days overdue", days),
    "value_at_stake": Column("Value at stake", number),
    "vendor_name": Column("Vendor"),
    "sku": Column("SKU"),
    "severity": Column("Severity"),
}
_OVERDUE: Final = "Overdue"  # in place of a week


def render(view: View) -> mo.Html:
    """The figures of the week, incoming goods, and what needs action."""
    return mo.vstack(
        [
            tile_row(_open_tiles(view), _received_tile(view), _rate_tiles(view), _to_close_tile(view)),
            *filter_notes(view, _LAST_TWO_WEEKS, "Received in 7 days"),
            *filter_notes(view, _RATES_BY_PERIOD, "OTIF and fill rate"),
            *filter_notes(view, _ORDERS_TO_CLOSE, "Orders to close"),
            section("Incoming, next eight weeks", _draw_incoming(view.rows(INCOMING_BY_WEEK), view.currency)),
            section(f"Needs action, value in {view.currency}", table(view, NEEDS_ACTION, _NEEDS_ACTION_COLUMNS)),
        ]
    )


def _open_tiles(view: View) -> str:
    row = view.row(_OPEN_LINES)
    arriving = f"{number(row['quantity_arriving'])} units, {number(row['count_arriving'])} lines"
    overdue, incoming = f"{number(row['count_overdue'])} lines", view.link("#/incoming")
    meaning = "Open lines promised within seven days, today included."
    figures = [
        Tile("Open", "open_value", number, f"{number(row['count_lines'])} lines", view.currency, link=incoming),
        Tile("Due in 7 days", "arriving_value", number, arriving, view.currency, meaning=meaning, link=incoming),
        Tile("Overdue", "overdue_value", number, overdue, view.currency, link=view.link("#/overdue", overdue="yes")),
    ]
    return tiles(view, _OPEN_LINES, row, figures)


def _received_tile(view: View) -> str:
    row = view.row(_LAST_TWO_WEEKS)
    note = f"{number(row['quantity_received'])} units; week before {number(row['value_week_before'])}"
    meaning = "Value received in the last seven days. Below: in the seven days before."
    address = view.link("#/receipts", basis="received", dates=_last_week(view))
    figure = Tile("Received in 7 days", "received_value", number, note, view.currency, meaning=meaning, link=address)
    return tiles(view, _LAST_TWO_WEEKS, row, [figure])


def _last_week(view: View) -> str:
    last = view.published.as_of
    return f"{last - timedelta(days=6)}..{last}" if last else ""


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
    value = f"{number(row['ordered_value'])} {view.currency}"
    meaning = "Orders that are fully received but still open in Inventory Planner."
    figure = Tile("Orders to close", "count_orders", number, value, meaning=meaning, link=view.link("#/received"))
    return tiles(view, _ORDERS_TO_CLOSE, row, [figure])


def _draw_incoming(rows: pa.Table, currency: str) -> mo.Html:
    """Open value by promised week, stacked by warehouse, with overdue lines before all weeks."""
    labels = [_OVERDUE if row["is_overdue"] else week_label(row["week_start"]) for row in rows.to_pylist()]
    by_week = rows.append_column("week", pa.array(labels, pa.string()))
    bars = alt.Chart(by_week).mark_bar()
    return show(
        bars.encode(
            x=labelled_weeks(by_week, _OVERDUE),
            y=amount("sum(open_value)", f"Open value, {currency}"),
            color=categories("warehouse_name"),
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

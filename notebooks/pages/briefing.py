"""Monday briefing: what came, what is coming, what is late, what to do."""

from __future__ import annotations

import marimo as mo

import charts
import queries
from figures import Column, Tile, days, filter_notes, number, rate, section, shelf, table, tiles, words
from published import View

NEEDS_ACTION = {
    "severity": Column("Severity"),
    "exception_rule": Column("What", words),
    "purchase_order_number": Column("Order"),
    "sku": Column("SKU"),
    "vendor_name": Column("Vendor"),
    "value_at_stake": Column("Value at stake", number),
    "days_overdue": Column("Days overdue", days),
}
ARRIVING = "Open lines promised from today on for seven days."
WEEKS = "Value of what came in the last seven days; below, in the seven days before."
TO_CLOSE = "Orders that have come in full but are still open in the account."


def page(view: View) -> mo.Html:
    """The figures of the week, what arrives, and what needs somebody."""
    return mo.vstack(
        [
            shelf(_open(view), _received(view), _rates(view), _to_close(view)),
            *filter_notes(view, queries.RECEIVED_IN_WEEKS, "Received in 7 days"),
            *filter_notes(view, queries.RATES_BY_PERIOD, "OTIF and fill rate"),
            *filter_notes(view, queries.ORDERS_TO_CLOSE, "Orders to close"),
            section("Incoming, next eight weeks", charts.incoming(view.rows(queries.INCOMING_BY_WEEK), view.money)),
            section(f"Needs action, value in {view.money}", table(view, queries.NEEDS_ACTION, NEEDS_ACTION)),
        ]
    )


def _open(view: View) -> str:
    now = view.row(queries.OPEN_NOW)
    arriving = f"{number(now['quantity_arriving'])} units, {number(now['count_arriving'])} lines"
    shown = [
        Tile("Open", "open_value", number, f"{number(now['count_lines'])} lines", view.money),
        Tile("Due in 7 days", "arriving_value", number, arriving, view.money, meaning=ARRIVING),
        Tile("Overdue", "overdue_value", number, f"{number(now['count_overdue'])} lines", view.money),
    ]
    return tiles(view, queries.OPEN_NOW, now, shown)


def _received(view: View) -> str:
    weeks = view.row(queries.RECEIVED_IN_WEEKS)
    note = f"{number(weeks['quantity_received'])} units; week before {number(weeks['value_week_before'])}"
    return tiles(
        view,
        queries.RECEIVED_IN_WEEKS,
        weeks,
        [Tile("Received in 7 days", "received_value", number, note, view.money, meaning=WEEKS)],
    )


def _rates(view: View) -> str:
    periods = {row["period"]: row for row in view.rows(queries.RATES_BY_PERIOD).to_pylist()}
    now, year = periods.get("90", {}), periods.get("365", {})
    due, lines = f"{number(now.get('count_due_lines'))} due lines", f"{number(now.get('count_lines'))} lines"
    shown = [
        Tile("OTIF, 90 days", "otif_line_rate", rate, f"{due}; year {rate(year.get('otif_line_rate'))}", rated=True),
        Tile("Fill rate, 90 days", "fill_rate", rate, f"{lines}; year {rate(year.get('fill_rate'))}", rated=True),
    ]
    return tiles(view, queries.RATES_BY_PERIOD, now, shown)


def _to_close(view: View) -> str:
    found = view.row(queries.ORDERS_TO_CLOSE)
    note = f"{number(found['ordered_value'])} {view.money}"
    shown = [Tile("Orders to close", "count_orders", number, note, meaning=TO_CLOSE)]
    return tiles(view, queries.ORDERS_TO_CLOSE, found, shown)

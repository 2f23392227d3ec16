"""Receipts timeline: what came in when, and how one order came in bit by bit."""

from __future__ import annotations

import marimo as mo

import charts
import queries
from figures import Column, Tile, day, days, decimal, filter_notes, number, rate, section, shelf, table, tiles, yes
from published import View

RECEIPTS = {
    "receipt_date": Column("Received", day),
    "purchase_order_number": Column("Order"),
    "sku": Column("SKU"),
    "vendor_name": Column("Vendor"),
    "warehouse_name": Column("Warehouse"),
    "receipt_number": Column("Receipt", number),
    "quantity_received": Column("Units", number),
    "quantity_received_to_date": Column("To date", number),
    "received_value": Column("Value", number),
    "days_after_promise": Column("Days after promise", days),
    "is_correction": Column("Correction", yes),
    "is_reconstructed": Column("Reconstructed", yes),
}


def page(view: View) -> mo.Html:
    """Receipts by week, how many lines come split, one order's timeline, and every receipt."""
    return mo.vstack(
        [
            _tiles(view),
            *filter_notes(view, queries.SPLIT_RECEIPTS, "Split lines"),
            section(
                "Units received by week",
                charts.receipts(view.rows(queries.RECEIPTS_BY_WEEK)),
                *filter_notes(view, queries.RECEIPTS_BY_WEEK),
            ),
            *_timeline(view),
            section(f"Receipts, value in {view.money}", table(view, queries.RECEIPT_LIST, RECEIPTS)),
        ]
    )


def _tiles(view: View) -> mo.Html:
    found = view.row(queries.SPLIT_RECEIPTS)
    lines = f"of {number(found['count_lines'])} lines with receipts"
    shown = [
        Tile("Split lines", "split_rate", rate, lines, meaning="Lines that came in more than one receipt."),
        Tile("Receipts of a line, mean", "receipts_mean", decimal, lines, meaning="Receipts of lines that have any."),
    ]
    return shelf(tiles(view, queries.SPLIT_RECEIPTS, found, shown))


def _timeline(view: View) -> list[mo.Html]:
    orders = view.rows(queries.LATEST_SPLIT_ORDER).to_pylist()
    return [_order(view, order) for order in orders]


def _order(view: View, order: dict[str, object]) -> mo.Html:
    rows = view.rows(queries.ORDER_TIMELINE, order=order["purchase_order_id"])
    return section(
        f"Order {order['purchase_order_number']}, {order['vendor_name'] or 'no vendor'}",
        charts.order_timeline(rows, order["quantity_ordered"], order["promise_date"]),
        about="The latest that came in parts; find another by its number. The upright line is the promise.",
    )

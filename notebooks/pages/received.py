"""Received vs ordered: what was ordered, what came of it, and what is still missing."""

from __future__ import annotations

import marimo as mo

import charts
import queries
from figures import (
    Column,
    Tile,
    beside,
    day,
    days,
    filter_notes,
    number,
    rate,
    section,
    shelf,
    table,
    tabs,
    tiles,
    words,
)
from published import View

QUANTITIES = {
    "quantity_ordered": Column("Ordered", number),
    "quantity_received": Column("Received", number),
    "quantity_open": Column("Open", number),
    "quantity_short": Column("Short", number),
    "quantity_over": Column("Over", number),
    "fill_rate": Column("Fill rate", rated=True),
    "last_receipt_date": Column("Last receipt", day),
}
BY_VENDOR = {"vendor_name": Column("Vendor"), "count_lines": Column("Lines", number), **QUANTITIES}
BY_ORDER = {
    "purchase_order_number": Column("Order"),
    "vendor_name": Column("Vendor"),
    "warehouse_name": Column("Warehouse"),
    "lifecycle_state": Column("State", words),
    "sent_date": Column("Ordered on", day),
    "promise_date": Column("Promised", day),
    "count_lines": Column("Lines", number),
    **QUANTITIES,
}
BY_LINE = {
    "purchase_order_number": Column("Order"),
    "line_number": Column("Line", number),
    "sku": Column("SKU"),
    "title": Column("Title"),
    "vendor_name": Column("Vendor"),
    "promise_date": Column("Promised", day),
    **QUANTITIES,
    "days_late": Column("Days late", days),
}


def page(view: View) -> mo.Html:
    """Months, states and the way from ordered to received; then vendors, orders and lines."""
    return mo.vstack(
        [
            _tiles(view),
            *filter_notes(view, queries.QUANTITIES),
            section(
                "Units by month of the promise",
                charts.ordered_and_received(view.rows(queries.BY_MONTH)),
                about="Without a promise: by the month of the order. Drafts and canceled orders are left out.",
            ),
            beside(
                section("From ordered to received, units", _waterfall(view)),
                section(
                    f"Orders by state, {view.money}",
                    charts.by_state(view.rows(queries.BY_LIFECYCLE), view.money),
                ),
            ),
            section(
                "In detail",
                tabs(
                    {
                        "Vendors": lambda: table(view, queries.BY_VENDOR, BY_VENDOR),
                        "Orders": lambda: table(view, queries.BY_ORDER, BY_ORDER),
                        "Lines": lambda: table(view, queries.BY_LINE, BY_LINE),
                    }
                ),
            ),
        ]
    )


def _tiles(view: View) -> mo.Html:
    found = view.row(queries.QUANTITIES)
    lines = f"{number(found['count_lines'])} lines"
    shown = [
        Tile("Ordered", "quantity_ordered", number, lines, "units"),
        Tile("Received", "quantity_received", number, lines, "units"),
        Tile("Open", "quantity_open", number, lines, "units"),
        Tile("Fill rate", "fill_rate", rate, f"{number(found['count_placed_lines'])} lines", rated=True),
        Tile("OTIF", "otif_line_rate", rate, f"{number(found['count_due_lines'])} due lines", rated=True),
    ]
    return shelf(tiles(view, queries.BY_LINE, found, shown))


def _waterfall(view: View) -> object:
    """From what was ordered down to what came of it, with what came beyond on top."""
    found = {name: value or 0 for name, value in view.row(queries.QUANTITIES).items()}
    steps, top = [("Ordered", 0.0, found["quantity_ordered"], charts.GREY)], found["quantity_ordered"]
    for label, name, colour in (
        ("Draft", "quantity_draft", charts.GREY),
        ("Canceled", "quantity_canceled", charts.PINK),
        ("Short", "quantity_short", charts.VERMILION),
        ("Open", "quantity_open", charts.ORANGE),
    ):
        steps.append((label, top, top - found[name], colour))
        top -= found[name]
    steps.append(("Over", found["quantity_capped"], found["quantity_capped"] + found["quantity_over"], charts.SKY))
    steps.append(("Received", 0.0, found["quantity_received"], charts.BLUE))
    return charts.quantities(steps)

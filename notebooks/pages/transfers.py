"""Transfers and assemblies: goods between our own warehouses, and what is put together."""

from __future__ import annotations

import marimo as mo

import queries
from figures import Column, day, days, number, section, table, tabs, yes
from published import View

LANES = {
    "source_warehouse_name": Column("From"),
    "warehouse_name": Column("To"),
    "count_lines": Column("Lines", number),
    "quantity_ordered": Column("To move", number),
    "quantity_received": Column("Received", number),
    "quantity_open": Column("Open", number),
    "fill_rate": Column("Fill rate", rated=True),
    "on_time_rate": Column("On time", rated=True),
    "count_due_lines": Column("Due lines", number),
    "transit_mean_days": Column("Days in transit, mean", days),
    "count_overdue_lines": Column("Overdue", number),
}
TRANSFERS = {
    "purchase_order_number": Column("Transfer"),
    "source_warehouse_name": Column("From"),
    "warehouse_name": Column("To"),
    "sku": Column("SKU"),
    "title": Column("Title"),
    "quantity_ordered": Column("To move", number),
    "quantity_received": Column("Received", number),
    "quantity_open": Column("Open", number),
    "shipment_date": Column("Shipped", day),
    "promise_date": Column("Promised", day),
    "completion_date": Column("Complete", day),
    "transit_days": Column("Days in transit", days),
    "is_overdue": Column("Overdue", yes),
}
COMPONENTS = {
    "component_sku": Column("Component"),
    "component_title": Column("Title"),
    "quantity_needed": Column("Needed", number),
    "quantity_used": Column("Used", number),
    "quantity_still_needed": Column("Still needed", number),
}
ASSEMBLIES = {
    "purchase_order_number": Column("Assembly"),
    "sku": Column("SKU"),
    "title": Column("Title"),
    "warehouse_name": Column("Warehouse"),
    "quantity_ordered": Column("To build", number),
    "quantity_built": Column("Built", number),
    "component_sku": Column("Component"),
    "quantity_still_needed": Column("Still needed", number),
    "promise_date": Column("Promised", day),
    "is_complete": Column("Complete", yes),
}


def page(view: View) -> mo.Html:
    """Lanes and their transfers; components still needed and the assemblies that need them."""
    return mo.vstack(
        [
            section("Lanes", table(view, queries.LANES, LANES)),
            section("Transfers", table(view, queries.TRANSFERS, TRANSFERS)),
            section(
                "Assemblies",
                tabs(
                    {
                        "Components still needed": lambda: table(view, queries.COMPONENTS, COMPONENTS),
                        "Assembly orders": lambda: table(view, queries.ASSEMBLIES, ASSEMBLIES),
                    }
                ),
            ),
        ]
    )

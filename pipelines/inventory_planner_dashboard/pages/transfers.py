"""Transfers and assemblies: goods between warehouses, and what is assembled from components."""

from __future__ import annotations

from typing import Final

import marimo as mo

from inventory_planner_dashboard.formats import day, days, number, rate, yes
from inventory_planner_dashboard.layout import section, tabs
from inventory_planner_dashboard.tables import ITEM, Column, table
from inventory_planner_dashboard.view import View

_LANES: Final = """
    select source_warehouse_name, warehouse_name, sum(count_lines) as count_lines,
        sum(count_overdue_lines) as count_overdue_lines, sum(quantity_ordered) as quantity_ordered,
        sum(quantity_received) as quantity_received, sum(quantity_open) as quantity_open,
        sum(quantity_capped) / nullif(sum(basis_quantity), 0) as fill_rate,
        sum(count_on_time_lines) / nullif(sum(count_due_lines), 0) as on_time_rate,
        sum(count_due_lines) as count_due_lines,
        sum(transit_mean_days * count_transit_days) / nullif(sum(count_transit_days), 0) as transit_mean_days
    from marts.transfer_lanes group by 1, 2 order by quantity_ordered desc
"""
_TRANSFERS: Final = """
    select * from marts.transfers order by is_overdue desc, sent_date desc, purchase_order_number
"""
_COMPONENTS: Final = """
    select component_sku, max(component_title) as component_title, sum(quantity_needed) as quantity_needed,
        sum(quantity_used) as quantity_used, sum(quantity_still_needed) as quantity_still_needed
    from marts.assemblies where component_sku is not null
    group by 1 having sum(quantity_still_needed) > 0 order by quantity_still_needed desc, component_sku
"""
_ASSEMBLIES: Final = """
    select * from marts.assemblies order by is_complete, promise_date, purchase_order_number, component_sku
"""
_LANE_COLUMNS: Final = {
    "source_warehouse_name": Column("From"),
    "warehouse_name": Column("To"),
    "quantity_open": Column("Open", number),
    "count_overdue_lines": Column("Overdue", number),
    "on_time_rate": Column("On time", rate, has_target=True),
    "fill_rate": Column("Fill rate", rate, has_target=True),
    "transit_mean_days": Column("Transit days", days),
    "quantity_ordered": Column("To move", number),
    "quantity_received": Column("Received", number),
    "count_lines": Column("Lines", number),
    "count_due_lines": Column("Due lines", number),
}
_TRANSFER_COLUMNS: Final = {
    "purchase_order_number": Column("Transfer"),
    ITEM: Column("Item"),
    "quantity_open": Column("Open", number),
    "promise_date": Column("Promised", day),
    "is_overdue": Column("Overdue", yes),
    "source_warehouse_name": Column("From"),
    "warehouse_name": Column("To"),
    "quantity_ordered": Column("To move", number),
    "quantity_received": Column("Received", number),
    "shipment_date": Column("Shipped", day),
    "completion_date": Column("Complete", day),
    "transit_days": Column("Transit days", days),
}
_COMPONENT_COLUMNS: Final = {
    "component_sku": Column("Component"),
    "component_title": Column("Title"),
    "quantity_needed": Column("Needed", number),
    "quantity_used": Column("Used", number),
    "quantity_still_needed": Column("Still needed", number),
}
_ASSEMBLY_COLUMNS: Final = {
    "purchase_order_number": Column("Assembly"),
    ITEM: Column("Item"),
    "component_sku": Column("Component"),
    "quantity_still_needed": Column("Still needed", number),
    "promise_date": Column("Promised", day),
    "quantity_ordered": Column("To build", number),
    "quantity_built": Column("Built", number),
    "is_complete": Column("Complete", yes),
    "warehouse_name": Column("Warehouse"),
}


def render(view: View) -> mo.Html:
    """Lanes and their transfers; components still needed and the assembly orders that need them."""
    return mo.vstack(
        [
            section("Lanes", table(view, _LANES, _LANE_COLUMNS)),
            section("Transfers", table(view, _TRANSFERS, _TRANSFER_COLUMNS)),
            section(
                "Assemblies",
                tabs(
                    view,
                    "transfers",
                    {
                        "Components still needed": lambda: table(
                            view,
                            _COMPONENTS,
                            _COMPONENT_COLUMNS,
                            name="components",
                            if_empty="No open assembly order needs components.",
                        ),
                        "Assembly orders": lambda: table(view, _ASSEMBLIES, _ASSEMBLY_COLUMNS),
                    },
                ),
            ),
        ]
    )

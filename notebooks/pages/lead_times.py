"""Lead times and safety days: how long goods take, and how many days of demand to hold against the spread."""

from __future__ import annotations

import marimo as mo

import charts
import queries
from figures import Column, beside, days, number, section, table, words
from published import View

SAFETY_DAYS = {
    "vendor_name": Column("Vendor"),
    "sku": Column("SKU"),
    "title": Column("Title"),
    "warehouse_name": Column("Warehouse"),
    "lead_time_basis": Column("Basis", words),
    "count_variant_orders": Column("Orders", number),
    "lead_time_median_days": Column("Median", days),
    "lead_time_p90_days": Column("P90", days),
    "planned_lead_time_mean_days": Column("Planned, mean", days),
    "safety_days_90": Column("Safety, 90 %", days),
    "safety_days_95": Column("Safety, 95 %", days),
    "safety_days_98": Column("Safety, 98 %", days),
    "safety_days_99": Column("Safety, 99 %", days),
}


def page(view: View) -> mo.Html:
    """The spread of each vendor, plan against practice, and the safety days of each variant."""
    rows = charts.largest(view.rows(queries.LEAD_TIMES_BY_VENDOR), "count_orders")
    return mo.vstack(
        [
            beside(
                section(
                    "Lead times",
                    charts.lead_time_boxes(rows),
                    about="Box: the middle half of the orders. Line: P10 to P90. Tick: median.",
                ),
                section("Planned and actual, mean days", charts.planned_and_actual(rows)),
            ),
            section(
                "Safety days by variant",
                table(view, queries.SAFETY_DAYS, SAFETY_DAYS),
                about="Days of demand that cover the spread of the lead time alone, at each service level.",
            ),
        ]
    )

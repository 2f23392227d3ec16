"""Running out: what sells out before it arrives, which order to expedite, and what is on order without need."""

from __future__ import annotations

from typing import Final

import altair as alt
import marimo as mo
import pyarrow as pa

from inventory_planner_dashboard.catalog import (
    BIAS,
    MAPE,
    NO_HISTORY,
    WAPE,
    in_other_currencies,
    missing_from_catalog,
)
from inventory_planner_dashboard.charts import by_currency, height_of_rows, largest, show, with_links
from inventory_planner_dashboard.encodings import UNITS, amount, colours, tooltip, vendors
from inventory_planner_dashboard.formats import day, decimal, number, rate, signed_rate
from inventory_planner_dashboard.layout import empty, section, tabs, widened_notes
from inventory_planner_dashboard.palette import BLUE, ORANGE, PINK, VERMILION
from inventory_planner_dashboard.subjects import VENDOR
from inventory_planner_dashboard.summaries import summarize
from inventory_planner_dashboard.tables import ITEM, Column, table
from inventory_planner_dashboard.tiles import Tile, tile_row, tiles
from inventory_planner_dashboard.view import View

TOTALS: Final = """
    select count(distinct (account_id, variant_id)) filter (where first_gap_in_days <= lead_time_days)
            as count_variants,
        count(distinct (account_id, variant_id)) as count_variants_in_horizon,
        sum(quantity_lost) as quantity_lost, sum(revenue_at_risk) as revenue_at_risk,
        count(*) filter (where revenue_at_risk is null) as count_unpriced,
        count(distinct (account_id, purchase_order_id)) filter (where recommended_action like 'expedite%')
            as count_orders,
        count(*) filter (where recommended_action like 'expedite%') as count_expedite
    from marts.stockout_risk where first_gap_date is not null
"""
BY_VENDOR: Final = """
    select coalesce(order_vendor_name, vendor_name, '(no vendor)') as vendor_name, recommended_action,
        currency_code, sum(revenue_at_risk) as revenue_at_risk, sum(quantity_lost) as quantity_lost,
        count(*) as count_gaps
    from marts.stockout_risk where revenue_at_risk > 0 group by 1, 2, 3
"""
GAPS: Final = """
    select risks.*, coalesce(risks.order_vendor_name, risks.vendor_name) as contact_name,
        case when risks.order_vendor_name is null then variants.vendor_email else risks.order_vendor_email end
            as contact_email
    from marts.stockout_risk as risks
    left join marts.variants as variants
        on risks.account_id = variants.account_id and risks.variant_id = variants.variant_id
            and coalesce(risks.warehouse_id, '') = coalesce(variants.warehouse_id, '')
    where risks.first_gap_date is not null
    order by risks.revenue_at_risk desc nulls last, risks.quantity_lost desc, risks.first_gap_in_days, risks.sku,
        risks.warehouse_name
"""
EXCESS: Final = """
    select * from marts.replenishment_cover where quantity_excess > 0
    order by excess_value desc nulls last, quantity_excess desc, sku, warehouse_name
"""
EXCESS_TOTALS: Final = """
    select sum(quantity_excess) as quantity_excess, sum(excess_value) as excess_value,
        sum(quantity_incoming) as quantity_incoming, count(*) as count_items,
        count(*) filter (where excess_value is null) as count_unpriced,
        count(distinct (account_id, purchase_order_id)) as count_orders
    from marts.replenishment_cover where quantity_excess > 0
"""
ACCURACY: Final = """
    select vendor_name, sum(quantity_forecast) as quantity_forecast, sum(quantity_sold) as quantity_sold,
        sum(quantity_error) / nullif(sum(quantity_sold), 0) as bias,
        sum(quantity_error_absolute) / nullif(sum(quantity_sold), 0) as wape, avg(error_rate_absolute) as mape,
        count(distinct (account_id, variant_id)) as count_variants
    from marts.forecast_accuracy group by 1 order by quantity_sold desc, vendor_name
"""
_GAP_COLUMNS: Final = {
    ITEM: Column("Item"),
    "first_gap_in_days": Column("Days left", number),
    "revenue_at_risk": Column("At risk", number),
    "recommended_action": Column("Action"),
    "purchase_order_number": Column("Order"),
    "days_after_gap": Column("Days late", number),
    "contact_name": Column(
        "Call", meaning="Whom to call: the vendor of the order, or else the vendor the item is bought from."
    ),
    "contact_email": Column("Email", meaning="The email address of the vendor to call."),
    "first_gap_date": Column("Out from", day),
    "order_receipt_date": Column("Arrives", day),
    "quantity_lost": Column("Lost", number),
    "order_by_date": Column("Order by", day),
    "warehouse_name": Column("Warehouse"),
    "quantity_in_stock": Column("In stock", number),
    "demand_per_day": Column("A day", decimal),
    "lead_time_days": Column("Lead time", number),
    "priority": Column("Rank", number),
}
_EXCESS_COLUMNS: Final = {
    ITEM: Column("Item"),
    "excess_value": Column("Excess", number),
    "quantity_excess": Column("Units", number),
    "recommended_action": Column("Action"),
    "purchase_order_number": Column("Order"),
    "order_receipt_date": Column("Arrives", day),
    "cover_days_with_open_orders": Column("Cover, days", number),
    "planning_days": Column("Needed", number),
    "order_vendor_name": Column("Vendor"),
    "warehouse_name": Column("Warehouse"),
    "quantity_in_stock": Column("In stock", number),
    "quantity_incoming": Column("On order", number),
    "cover_days": Column("Cover of stock", number),
    "quantity_to_order": Column("Recommended", number),
}
_ACCURACY_COLUMNS: Final = {
    "vendor_name": Column("Vendor"),
    "quantity_forecast": Column("Forecast", number),
    "quantity_sold": Column("Sold", number),
    "bias": Column("Bias", signed_rate, meaning=BIAS),
    "wape": Column("WAPE", rate, meaning=WAPE),
    "mape": Column("MAPE", rate, meaning=MAPE),
    "count_variants": Column("Variants", number, meaning="How many items these figures cover."),
}
_ACTION_COLOURS: Final = {
    "expedite": VERMILION,
    "expedite and order": PINK,
    "get a date": ORANGE,
    "order now": BLUE,
}


def render(view: View) -> mo.Html:
    """What runs out, what is ordered without need, and how good the forecasts are that both rest on."""
    parts = {
        "Running out": lambda: _gaps(view),
        "On order and not needed": lambda: _excess(view),
        "Forecast accuracy": lambda: _accuracy(view),
    }
    return mo.vstack([*missing_from_catalog(view), *in_other_currencies(view), tabs(view, "running-out", parts)])


def _gaps(view: View) -> mo.Html:
    return mo.vstack(
        [
            _gap_tiles(view),
            *widened_notes(view, TOTALS),
            section(
                f"Revenue at risk by vendor to call, {view.currency_of(BY_VENDOR)}",
                by_currency(
                    view, BY_VENDOR, lambda rows, currency: _draw_vendors(with_links(view, rows, VENDOR), currency)
                ),
                about="The vendor of the order to act on; if there is none, the vendor that the item is bought from.",
            ),
            section(
                f"What runs out first by value, in {view.currency_of(GAPS)}",
                table(view, GAPS, _GAP_COLUMNS),
                about="Days left: until demand exceeds stock. Days late: from then until the order arrives."
                " Items that are safe if you order in time come last.",
            ),
        ]
    )


def _gap_tiles(view: View) -> mo.Html:
    row = view.row(TOTALS)
    within = "Variants that run out no later than an order placed today would arrive, in at least one warehouse."
    late = "Open orders that would close a gap, but arrive after it began."
    unpriced = f"{number(row['count_unpriced'])} items without a price" if row["count_unpriced"] else "all items priced"
    in_horizon = f"of {number(row['count_variants_in_horizon'])} that run out at all"
    figures = [
        Tile("Out within the lead time", "count_variants", number, in_horizon, "variants", meaning=within),
        Tile(
            "Units lost",
            "quantity_lost",
            number,
            "before a new order could arrive",
            "units",
            counted="count_variants_in_horizon",
        ),
        Tile(
            "Revenue at risk", "revenue_at_risk", number, unpriced, view.currency, counted="count_variants_in_horizon"
        ),
        Tile(
            "Orders to expedite",
            "count_orders",
            number,
            f"for {number(row['count_expedite'])} items",
            meaning=late,
            link=view.link("#/incoming"),
        ),
    ]
    return tile_row(tiles(view, TOTALS, row, figures))


def _excess(view: View) -> mo.Html:
    row = view.row(EXCESS_TOTALS)
    unpriced = f", {number(row['count_unpriced'])} without a cost" if row["count_unpriced"] else ""
    items, incoming = f"{number(row['count_items'])} items{unpriced}", number(row["quantity_incoming"] or 0)
    orders = "Open orders that arrive last for an item with an excess: the ones to cancel, cut or push out."
    figures = [
        Tile("Not needed", "excess_value", number, items, view.currency, counted="count_items"),
        Tile("Units", "quantity_excess", number, f"of {incoming} on order", "units", counted="count_items"),
        Tile(
            "Orders", "count_orders", number, "to cancel, cut or push out", meaning=orders, link=view.link("#/incoming")
        ),
    ]
    return section(
        f"Open units that are not needed, value in {view.currency_of(EXCESS)}",
        tile_row(tiles(view, EXCESS_TOTALS, row, figures)),
        table(view, EXCESS, _EXCESS_COLUMNS),
        about=view.meaning("quantity_excess", EXCESS),
    )


def _accuracy(view: View) -> mo.Html:
    has_history = view.rows(ACCURACY).num_rows > 0
    return section(
        "Forecast and sales by vendor",
        table(view, ACCURACY, _ACCURACY_COLUMNS) if has_history else empty(NO_HISTORY),
        about="Bias: forecast minus sold, of sold. WAPE: the same with each item's miss counted without its sign.",
    )


def _draw_vendors(rows: pa.Table, currency: str) -> mo.Html:
    """Revenue at risk of each vendor, stacked by what to do."""
    rows = largest(rows, "revenue_at_risk")
    bars = alt.Chart(rows).mark_bar()
    return show(
        bars.encode(
            x=amount("sum(revenue_at_risk)", f"Revenue at risk, {currency}", alt.X),
            y=vendors("-x"),
            color=colours("recommended_action", _ACTION_COLOURS, columns=2),
            href="address:N",
            tooltip=[
                tooltip("vendor_name:N", "Vendor"),
                tooltip("recommended_action:N", "Action"),
                tooltip("sum(revenue_at_risk):Q", f"At risk, {currency}", UNITS),
                tooltip("sum(quantity_lost):Q", "Units lost", UNITS),
                tooltip("sum(count_gaps):Q", "Items", UNITS),
            ],
        ),
        rows,
        height_of_rows(rows),
        summary=summarize(f"Revenue at risk by vendor, {currency}", rows, "vendor_name", "revenue_at_risk"),
    )

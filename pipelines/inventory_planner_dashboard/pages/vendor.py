"""Vendor detail: one vendor's deliveries, lead times, open orders and prices."""

from __future__ import annotations

from typing import Any, Final

import marimo as mo

from inventory_planner_dashboard.charts import by_currency, draw_unit_costs, with_links
from inventory_planner_dashboard.chase import chase, reminders
from inventory_planner_dashboard.deliveries import draw_deliveries, draw_lead_times, draw_quantities
from inventory_planner_dashboard.filters import NO_VENDOR, join_names
from inventory_planner_dashboard.formats import day, days, decimal, next_step, number, rate, text, words
from inventory_planner_dashboard.layout import (
    empty,
    facts,
    filter_notes,
    note,
    open_in,
    section,
    side_by_side,
    widened_notes,
)
from inventory_planner_dashboard.subjects import ORDER
from inventory_planner_dashboard.tables import Column, table
from inventory_planner_dashboard.tiles import Tile, tile_row, tiles
from inventory_planner_dashboard.view import View
from inventory_planner_dashboard.worklists import worklists

_CONTACTS: Final = """
    select * from published.marts.vendors where vendor_name = $vendor
    order by last_sent_date desc nulls last, account_id, vendor_id
"""
_CATALOG: Final = """
    select account_id, vendor_id, vendor_name, max(vendor_email) as vendor_email,
        string_agg(distinct currency_code, ', ' order by currency_code) as currency_codes,
        count(distinct variant_id) as count_variants
    from published.marts.variants where vendor_name = $vendor and not is_removed
    group by all order by account_id, vendor_id
"""
DUE: Final = """
    select * from marts.open_lines where vendor_name = $vendor and order_type = 'po' and (is_overdue or is_due_soon)
    order by is_overdue desc, days_overdue desc nulls last, promise_current, purchase_order_number, line_number
"""
BOUGHT: Final = """
    select * from marts.variant_sources where vendor_name = $vendor
    order by ordered_value desc nulls last, sku, variant_id
"""
_LARGEST_VENDOR: Final = """
    select vendor_name from marts.purchase_orders where vendor_name is not null
    group by 1 order by count(*) desc, 1 limit 1
"""
_PERIODS: Final = """
    select * from marts.vendor_scorecard where vendor_name = $vendor
    order by count_orders desc, account_id, currency_code
"""
DELIVERIES: Final = """
    select *,
        case when count(*) over same_number = 1 then purchase_order_number
            else concat(purchase_order_number, ' (', row_number() over (same_number order by completion_date,
                purchase_order_id), ')') end as order_label
    from (
        select purchase_order_id, purchase_order_number, completion_date, observed_lead_time_days,
            planned_lead_time_days, days_late, receipt_ratio,
            case when days_late is null then 'no promise' when not is_on_time then 'late'
                when days_late < 0 then 'early' else 'on time' end as delivery,
            case when receipt_ratio < 1 then 'short' when receipt_ratio = 1 then 'full' else 'over' end as quantity
        from marts.purchase_orders where vendor_name = $vendor and observed_lead_time_days is not null
        order by completion_date desc, purchase_order_number desc limit $most
    )
    window same_number as (partition by purchase_order_number)
    order by completion_date, purchase_order_number, purchase_order_id
"""
_LEAD_TIMES: Final = """
    select observed_lead_time_days, count(*) as count_orders from marts.purchase_orders
    where vendor_name = $vendor and observed_lead_time_days is not null group by 1 order by 1
"""
_OPEN_ORDERS: Final = """
    select * from marts.purchase_orders where vendor_name = $vendor and is_on_order and quantity_open > 0
    order by promise_current nulls last, purchase_order_number
"""
_PRICES: Final = """
    select sku, currency_code, sent_date, avg(unit_cost) as unit_cost from marts.price_history
    where vendor_name = $vendor and (sku, currency_code) in (
        select sku, currency_code from marts.price_history where vendor_name = $vendor
        group by sku, currency_code order by sum(quantity_ordered * unit_cost) desc nulls last, sku limit $most
    )
    group by sku, currency_code, sent_date order by sent_date, sku
"""
_DUE_COLUMNS: Final = {
    "purchase_order_number": Column("Order"),
    "item": Column("Item"),
    "days_overdue": Column("Days overdue", days),
    "quantity_open": Column("Open", number),
    "open_value": Column("Open value", number),
    "promise_current": Column("Promised", day),
    "forecast_receipt_date": Column("Forecast", day),
    "recommended_action": Column("Next step", next_step),
    "warehouse_name": Column("Warehouse"),
}
_BOUGHT_COLUMNS: Final = {
    "item": Column("Item"),
    "ordered_value": Column("Ordered value", number),
    "quantity_ordered": Column("Units", number),
    "last_unit_cost": Column("Last cost", decimal),
    "minimum_quantity": Column("Minimum", number),
    "last_sent_date": Column("Last order", day),
    "count_vendors": Column("Vendors", number),
    "mean_unit_landed_cost": Column("Landed, mean", decimal),
    "currency_code": Column("Currency"),
}
_OPEN_ORDER_COLUMNS: Final = {
    "purchase_order_number": Column("Order"),
    "days_overdue": Column("Days overdue", days),
    "promise_current": Column("Promised", day),
    "open_value": Column("Open value", number),
    "quantity_open": Column("Open", number),
    "lifecycle_state": Column("State", words),
    "count_promise_changes": Column("Re-dated", number),
    "sent_date": Column("Sent", day),
}
_MAX_DELIVERIES: Final = 40  # bars that can be distinguished in one chart
_MAX_VARIANTS: Final = 6  # lines that can be distinguished in one chart


def render(view: View) -> mo.Html:
    """The vendor that the filters select, whatever the others leave of it, or the largest of several."""
    chosen = view.filters.vendors
    if len(chosen) == 1 and chosen[0] != NO_VENDOR:
        return _vendor(view, chosen[0])
    found = view.rows(_LARGEST_VENDOR).to_pylist()
    return _vendor(view, found[0]["vendor_name"]) if found else empty()


def _vendor(view: View, name: str) -> mo.Html:
    about = "The largest vendor; choose another in the filters or on the scorecard."
    contacts = view.rows(_CONTACTS, vendor=name).to_pylist()
    periods = view.rows(_PERIODS, vendor=name).to_pylist()
    years = [row for row in periods if row["period"] == "365"]
    deliveries = with_links(view, view.rows(DELIVERIES, vendor=name, most=_MAX_DELIVERIES), ORDER)
    return mo.vstack(
        [
            section(
                name,
                *(part for each in contacts for part in (*open_in("vendor", each), _contact(each))),
                *([] if contacts else _of_catalog(view, name)),
                *(_tiles(view, years, all_time) for all_time in periods if all_time["period"] == "all"),
                *widened_notes(view, _PERIODS),
                about=about if len(view.filters.vendors) != 1 else "",
            ),
            _due(view, name),
            section(
                "Deliveries",
                draw_deliveries(deliveries),
                *filter_notes(view, DELIVERIES),
                about=f"The last {_MAX_DELIVERIES} complete orders; the grey line is the planned lead time.",
            ),
            section(
                "Deliveries that were short or over",
                draw_quantities(deliveries),
                about=f"Of the last {_MAX_DELIVERIES} complete orders.",
            ),
            side_by_side(_lead_times(view, name, years[0] if years else {}), _prices(view, name)),
            section(
                f"Open orders, value in {view.currency_of(_OPEN_ORDERS)}",
                table(view, _OPEN_ORDERS, _OPEN_ORDER_COLUMNS, vendor=name),
            ),
            section(
                f"Bought in 365 days, value in {view.currency_of(BOUGHT)}",
                table(view, BOUGHT, _BOUGHT_COLUMNS, vendor=name),
                about="Minimum: the smallest quantity that the vendor sells, as the catalog states it.",
            ),
        ]
    )


def _contact(vendor: dict[str, Any]) -> mo.Html:
    known: dict[str, str | mo.Html | None] = {
        "Email": vendor["vendor_email"],
        "Payment terms": vendor["payment_terms"],
        "Currency": vendor["last_currency_code"],
        "Orders": f"{number(vendor['count_orders'])}, {number(vendor['count_open_orders'])} open",
        "First order": day(vendor["first_sent_date"]),
        "Last order": day(vendor["last_sent_date"]),
        "Account": vendor["account_id"],
    }
    return facts(known)


def _of_catalog(view: View, name: str) -> list[mo.Html]:
    """What the catalog knows about a vendor that no purchase order names."""
    found = view.rows(_CATALOG, vendor=name).to_pylist() if "variants" in view.published.columns else []
    parts = (part for each in found for part in (*open_in("vendor", each), _catalog_contact(each)))
    return [note("No purchase order names this vendor."), *parts]


def _catalog_contact(vendor: dict[str, Any]) -> mo.Html:
    return facts(
        {
            "Email": vendor["vendor_email"],
            "Currency": vendor["currency_codes"],
            "Variants": f"{number(vendor['count_variants'])} in the catalog, with this vendor first",
            "Account": vendor["account_id"],
        }
    )


def _due(view: View, name: str) -> mo.Html:
    return section(
        f"Overdue and due soon, value in {view.currency_of(DUE)}",
        table(view, DUE, _DUE_COLUMNS, if_empty="Nothing is overdue or due soon.", vendor=name),
        *map(chase, reminders(view, [name]).get(name, [])),
        worklists(view, DUE, "vendor", vendor=name),
    )


def _tiles(view: View, years: list[dict[str, Any]], all_time: dict[str, Any]) -> mo.Html:
    """The tiles for the vendor's orders in one currency: most vendors have one."""
    keys = ("account_id", "currency_code")
    year = next((row for row in years if all(row[key] == all_time[key] for key in keys)), {})
    currency = all_time["currency_code"]

    def over(column: str, what: str) -> str:
        return f"{number(year.get(column))} {what} in 365 days"

    def leads(page: str) -> str:
        return view.link(page, vendor=join_names([all_time["vendor_name"]]))

    of_year = [
        Tile("Grade", "grade", text, f"score {number(year.get('score'))} of 100", link=leads("#/scorecard")),
        Tile(
            "OTIF",
            "otif_line_rate",
            rate,
            over("count_due_lines", "due lines"),
            has_target=True,
            link=leads("#/received"),
        ),
        Tile("Fill rate", "fill_rate", rate, over("count_lines", "lines"), has_target=True, link=leads("#/received")),
        Tile(
            "Lead time, median",
            "lead_time_median_days",
            days,
            over("count_lead_times", "orders"),
            "days",
            link=leads("#/lead-times"),
        ),
        Tile("Ordered", "ordered_value", number, over("count_orders", "orders"), currency, link=leads("#/spend")),
    ]
    still_open = Tile("Open", "open_value", number, unit=currency, counted="count_open_lines", link=leads("#/incoming"))
    return tile_row(tiles(view, _PERIODS, year, of_year), tiles(view, _PERIODS, all_time, [still_open]))


def _lead_times(view: View, name: str, year: dict[str, Any]) -> mo.Html:
    rows = view.rows(_LEAD_TIMES, vendor=name)
    return section(
        "Lead times",
        draw_lead_times(rows, year.get("lead_time_mean_days"), year.get("lead_time_p90_days")),
        about="Complete orders; mean and P90 are those of the last 365 days.",
    )


def _prices(view: View, name: str) -> mo.Html:
    return section(
        "Price history",
        by_currency(view, _PRICES, draw_unit_costs, vendor=name, most=_MAX_VARIANTS),
        *filter_notes(view, _PRICES),
        about=f"The {_MAX_VARIANTS} variants with the highest spend.",
    )

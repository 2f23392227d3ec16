"""Variant: one variant's stock as it came, comes and sells, with its settings, vendors, orders and forecasts."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import marimo as mo

from inventory_planner_dashboard.catalog import (
    BIAS,
    NO_HISTORY,
    WAPE,
    in_other_currencies,
    missing_from_catalog,
)
from inventory_planner_dashboard.formats import day, days, decimal, next_step, number, rate, signed_rate, text, words
from inventory_planner_dashboard.layout import empty, links, note, open_in, section, side_by_side, tabs, widened_notes
from inventory_planner_dashboard.subjects import VARIANT
from inventory_planner_dashboard.tables import Column, table
from inventory_planner_dashboard.tiles import Tile, join_amounts, tile_row, tiles
from inventory_planner_dashboard.timeline import draw_time_line
from inventory_planner_dashboard.view import View

_VARIANTS: Final = """
    select variants.account_id, variants.variant_id, max(variants.sku) as sku, max(variants.title) as title,
        coalesce(bool_or(lower(variants.sku) = lower($search)), false) as is_named
    from marts.variants as variants
    left join marts.stockout_risk as risks
        on variants.account_id = risks.account_id and variants.variant_id = risks.variant_id
    group by 1, 2
    order by is_named desc, max(risks.revenue_at_risk) desc nulls last, sku, variants.account_id, variants.variant_id
    limit $most
"""
_ORDERED_AS: Final = """
    select distinct variant_id from published.marts.variants
    where account_id = $account and $variant in (variant_id, merged_into_variant_id)
"""
WAREHOUSES: Final = """
    select variants.*, coalesce(variants.warehouse_name, 'All warehouses') as place,
        variants.quantity_on_order + variants.quantity_transfer_in as quantity_incoming,
        risks.first_gap_in_days, risks.quantity_short, risks.revenue_at_risk, risks.recommended_action,
        settings.observed_lead_time_days, settings.needed_lead_time_days, settings.proposed_lead_time_days
    from marts.variants as variants
    left join marts.stockout_risk as risks
        on variants.account_id = risks.account_id and variants.variant_id = risks.variant_id
            and coalesce(variants.warehouse_id, '') = coalesce(risks.warehouse_id, '')
    left join marts.lead_time_settings as settings
        on variants.account_id = settings.account_id and variants.variant_id = settings.variant_id
            and coalesce(variants.warehouse_id, '') = coalesce(settings.warehouse_id, '')
    where variants.account_id = $account and variants.variant_id = $variant
    order by risks.revenue_at_risk desc nulls last, quantity_in_stock desc nulls last, place
"""
STOCK: Final = """
    select first_date + to_hours(cast(24 * coalesce(point.day, 0) as bigint)) as moment, point.quantity as quantity,
        row_number() over (order by first_date, point.place) as step
    from (
        select first_date, unnest([
            {'place': 1, 'day': 0.0, 'quantity': cast(quantity_at_start as double)},
            {'place': 2, 'day': 0.0, 'quantity': cast(quantity_at_start + quantity_received as double)},
            {'place': 3, 'day': quantity_sold / nullif(demand_per_day, 0), 'quantity': quantity_at_end},
            {'place': 4, 'day': count_days, 'quantity': quantity_at_end}
        ]) as point
        from marts.projected_stock
        where account_id = $account and variant_id = $variant and warehouse_id is not distinct from $warehouse
    )
    order by step
"""
GAPS: Final = """
    select cast(last_date + 1 - gap_days as timestamp) as since, cast(last_date + 1 as timestamp) as until,
        gap_days, quantity_short
    from marts.projected_stock
    where account_id = $account and variant_id = $variant and warehouse_id is not distinct from $warehouse
        and gap_days > 0
    order by since
"""
GOODS: Final = """
    select cast(receipt_date as timestamp) as moment, 'received' as kind, purchase_order_number, vendor_name,
        sum(quantity_received) as quantity
    from published.marts.goods_receipts
    where account_id = $account and variant_id in (select unnest($ordered_as))
        and (warehouse_id = $warehouse or ($warehouse is null and order_type <> 'transfer'))
        and receipt_date between as_of_date - $most and as_of_date
    group by all
    union all
    select cast(forecast_receipt_date as timestamp), 'on order', purchase_order_number, vendor_name, sum(quantity_open)
    from published.marts.open_lines
    where account_id = $account and variant_id in (select unnest($ordered_as))
        and (warehouse_id = $warehouse or ($warehouse is null and order_type <> 'transfer'))
        and forecast_receipt_date is not null and not is_stale
    group by all
    order by moment, purchase_order_number
"""
LINES: Final = """
    select * from published.marts.open_lines
    where account_id = $account and variant_id in (select unnest($ordered_as))
    order by forecast_receipt_date nulls last, purchase_order_number, line_number
"""
_PRICES: Final = """
    select * from marts.vendor_prices where account_id = $account and variant_id = $variant
    order by vendor_position nulls last, vendor_name
"""
ACCURACY: Final = """
    select month_start, sum(quantity_forecast) as quantity_forecast, sum(quantity_sold) as quantity_sold,
        sum(quantity_error) / nullif(sum(quantity_sold), 0) as bias,
        sum(quantity_error_absolute) / nullif(sum(quantity_sold), 0) as wape
    from marts.forecast_accuracy where account_id = $account and variant_id = $variant
    group by 1 order by 1 desc
"""
_WAREHOUSE_COLUMNS: Final = {
    "place": Column("Warehouse", meaning="Where the item is kept and sold from."),
    "quantity_in_stock": Column("In stock", number),
    "quantity_incoming": Column("On order", number),
    "first_gap_in_days": Column("Days left", number),
    "recommended_action": Column("Action", text),
    "configured_lead_time_days": Column("Lead time", number),
    "needed_lead_time_days": Column("Needed", number),
    "proposed_lead_time_days": Column("Proposed", number),
    "observed_lead_time_days": Column("Observed", number),
    "api_lead_time_days": Column("API's", days),
    "days_of_stock": Column("Days of stock", number),
    "minimum_stock": Column("Minimum", number),
    "quantity_to_order": Column("Recommended", number),
    "selling_price": Column("Price", decimal),
    "on_order_difference_reason": Column("On order, difference"),
}
_PRICE_COLUMNS: Final = {
    "vendor_name": Column("Vendor"),
    "catalog_unit_cost": Column("Catalog", decimal),
    "paid_unit_cost": Column("Last paid", decimal),
    "paid_difference_rate": Column("Difference", signed_rate),
    "catalog_currency_code": Column("Currency"),
    "paid_currency_code": Column("Paid in"),
    "comparison": Column("Comparison"),
    "paid_date": Column("Ordered", day),
    "received_unit_cost": Column("Last received", decimal),
}
_LINE_COLUMNS: Final = {
    "purchase_order_number": Column("Order"),
    "quantity_open": Column("Open", number),
    "forecast_receipt_date": Column("Forecast", day),
    "days_overdue": Column("Days overdue", days),
    "promise_current": Column("Promised", day),
    "recommended_action": Column("Next step", next_step),
    "vendor_name": Column("Vendor"),
    "vendor_email": Column("Email"),
    "warehouse_name": Column("Warehouse"),
    "order_type": Column("Type", words),
    "open_value": Column("Open value", number),
    "currency_code": Column("Currency"),
}
_ACCURACY_COLUMNS: Final = {
    "month_start": Column("Month", lambda month: f"{month:%Y-%m}"),
    "quantity_forecast": Column("Forecast", number),
    "quantity_sold": Column("Sold", number),
    "bias": Column("Bias", signed_rate, meaning=BIAS),
    "wape": Column("WAPE", rate, meaning=WAPE),
}
_MAX_MATCHES: Final = 12  # variants that a search offers
_DAYS_BEFORE: Final = 180  # of receipts, as many as the projection looks ahead by default

Variant = dict[str, Any]


def render(view: View) -> mo.Html:
    """The variant that the search names, or else the one with the most revenue at risk that the filters leave."""
    found = view.rows(_VARIANTS, search=view.filters.search.strip(), most=_MAX_MATCHES).to_pylist()
    notes = [*missing_from_catalog(view), *in_other_currencies(view)]
    if not found:
        return mo.vstack([*notes, empty("No variant of the catalog matches these filters.")])
    named = [each for each in found if each["is_named"]]
    if len(named) > 1:  # in several accounts, or twice in one
        both = {f"{each['account_id']}: {each['variant_id']}": partial(_variant, view, each) for each in named}
        return mo.vstack([*notes, tabs(view, "variant", both)])
    others = {each["sku"]: VARIANT.link(view, each["sku"]) for each in found[1:] if each["sku"]}
    about = note("The variant with the most revenue at risk; search for another, or choose one:")
    return mo.vstack([*notes, *([] if named or not others else [about, links(others)]), _variant(view, found[0])])


def _variant(view: View, variant: Variant) -> mo.Html:
    keys = {"account": variant["account_id"], "variant": variant["variant_id"]}
    ordered_as = view.rows(_ORDERED_AS, **keys).column(0).to_pylist()
    places = view.rows(WAREHOUSES, **keys).to_pylist()
    has_history = view.rows(ACCURACY, **keys).num_rows > 0
    lines = {
        each["place"]: partial(_time_line, view, {**keys, "warehouse": each["warehouse_id"]}, ordered_as)
        for each in places
    }
    return mo.vstack(
        [
            section(
                " · ".join(filter(None, [variant["sku"], variant["title"]])),
                *open_in("variant", variant),
                _tiles(view, places),
                *widened_notes(view, WAREHOUSES),
            ),
            section("Stock, receipts and open orders", tabs(view, "warehouse", lines), *_undated(places)),
            section("Stock and settings by warehouse", table(view, WAREHOUSES, _WAREHOUSE_COLUMNS, **keys)),
            section(
                "Open orders of all types",
                table(view, LINES, _LINE_COLUMNS, account=keys["account"], ordered_as=ordered_as),
                about="Whatever the filters say, as the projection counts them all.",
            ),
            side_by_side(
                section("Vendors and prices", table(view, _PRICES, _PRICE_COLUMNS, **keys)),
                section(
                    "Forecast accuracy",
                    table(view, ACCURACY, _ACCURACY_COLUMNS, **keys) if has_history else empty(NO_HISTORY),
                ),
            ),
        ]
    )


def _tiles(view: View, places: list[Variant]) -> mo.Html:
    totals = ("quantity_in_stock", "quantity_incoming")
    by_currency: dict[str, list[Variant]] = {}
    for each in places:
        by_currency.setdefault(each["currency_code"], []).append(each)
    at_risk = {currency: _total(those, "revenue_at_risk") for currency, those in by_currency.items()}
    first = min((each for each in places if each["first_gap_in_days"] is not None), key=_first_gap, default=None)
    row = {name: _total(places, name) for name in totals} | {
        "first_gap_in_days": first and _first_gap(first),
        "revenue_at_risk": join_amounts({name: value for name, value in at_risk.items() if value}),
    }
    short = f"{number(_total(places, 'quantity_short') or 0)} units short"
    where = f"{len(places)} warehouses" if len(places) > 1 else places[0]["place"]
    risk = view.link("#/running-out")
    figures = [
        Tile("In stock", "quantity_in_stock", number, where, "units"),
        Tile("On order", "quantity_incoming", number, "orders and transfers", "units", link=view.link("#/incoming")),
        Tile(
            "Runs out in", "first_gap_in_days", number, first["place"] if first else "not in sight", "days", link=risk
        ),
        Tile("Revenue at risk", "revenue_at_risk", text, short, link=risk),
    ]
    return tile_row(tiles(view, WAREHOUSES, row, figures))


def _first_gap(place: Variant) -> int:
    return int(place["first_gap_in_days"])


def _total(places: list[Variant], column: str) -> float | None:
    """The total over the warehouses; None if none states it."""
    known = [each[column] for each in places if each[column] is not None]
    return sum(known) if known else None


def _undated(places: list[Variant]) -> list[mo.Html]:
    undated = _total(places, "quantity_undated")
    text = "units on order have no date that can be relied on; neither the chart nor the projection has them."
    return [note(f"{number(undated)} {text}")] if undated else []


def _time_line(view: View, keys: Variant, ordered_as: list[str]) -> mo.Html:
    stock, gaps = view.rows(STOCK, **keys), view.rows(GAPS, **keys)
    goods_keys = {"account": keys["account"], "warehouse": keys["warehouse"]}
    goods = view.rows(GOODS, **goods_keys, ordered_as=ordered_as, most=_DAYS_BEFORE)
    return draw_time_line(stock, gaps, goods, view.published.as_of)

"""The raw tables of the catalog: variants with their warehouses, months, listings and vendors; vendors; warehouses.

If any row of a variant in a table differs, all its rows in that table are replaced; otherwise they stay unchanged,
including `__synced_at`. `_deleted_at` is when a record was found to be missing from the catalog; its row stays.

The field names are those of the API ("Variants" in its public articles, and keys known from real responses). A
variant's figures are on the variant itself, in each of its warehouses, or in both.
"""

from __future__ import annotations

from typing import Final

from inventory_planner.warehouse.table import (
    ACCOUNT,
    COUNT,
    DAY,
    FLAG,
    INSTANT,
    JSON,
    MONEY,
    QUANTITY,
    SYNCED_AT,
    TEXT,
    UNKNOWN_FIELDS,
    Column,
    Table,
    same_fields,
)

NO_WAREHOUSE: Final = ""  # `warehouse` of the figures on the variant itself, in tables with a warehouse in their key

_VARIANT: Final = ("_account_id", "variant_id")
_VARIANT_ID: Final = Column("variant_id", TEXT)
_WAREHOUSE: Final = Column("warehouse", TEXT)
_DELETED_AT: Final = Column("_deleted_at", INSTANT)

_LISTING_TEXTS: Final = ("product_title", "brand", "product_type", "image")
# Days, units and money; on the variant itself if the account does not break them down by warehouse.
_FIGURES: Final = (
    *same_fields(QUANTITY, "lead_time", "review_period", "minimum_stock"),
    *same_fields(QUANTITY, "avg_lead_time"),
    *same_fields(TEXT, "last_received_at_time"),
    *same_fields(QUANTITY, "in_stock", "purchase_orders_qty"),
    *same_fields(MONEY, "cost_price", "landing_cost_price", "price"),
    *same_fields(QUANTITY, "replenishment", "to_order"),
    *same_fields(TEXT, "replenish_date"),
    *same_fields(QUANTITY, "oos", "sells_out_in_first", "forecast_stock_cover_day"),
    *same_fields(MONEY, "forecasted_lost_revenue_lead_time"),
    *same_fields(QUANTITY, "overstocked_units"),
    *same_fields(MONEY, "overstocked_cost"),
    *same_fields(QUANTITY, "last_30_days_sales", "last_90_days_sales", "last_365_days_sales"),
    *same_fields(QUANTITY, "oos_last_60_days"),
    *same_fields(MONEY, "sales_velocity"),  # units per day, from `forecast_description`
    *same_fields(INSTANT, "last_forecast_time"),
    *same_fields(FLAG, "has_forecast_override", "hide_in_replenishment"),
    *same_fields(TEXT, "segment", "replenishment_notes"),
)

VARIANTS: Final = Table(
    "variants",
    key=_VARIANT,
    replaces=_VARIANT,
    columns=(
        _VARIANT_ID,
        *same_fields(TEXT, "sku", "title", "barcode", "product_id"),
        *same_fields(FLAG, "is_removed"),
        ACCOUNT,
        SYNCED_AT,
        UNKNOWN_FIELDS,
        _DELETED_AT,
        *same_fields(TEXT, *_LISTING_TEXTS),
        *_FIGURES,
        *same_fields(JSON, "merged"),
    ),
)
VARIANT_WAREHOUSES: Final = Table(
    "variant_warehouses",
    key=(*_VARIANT, "warehouse"),
    replaces=_VARIANT,
    columns=(_VARIANT_ID, _WAREHOUSE, *_FIGURES, UNKNOWN_FIELDS, ACCOUNT, SYNCED_AT),
)
# A row for each calendar month with a forecast, sales or revenue; `month` is its first day.
VARIANT_MONTHS: Final = Table(
    "variant_months",
    key=(*_VARIANT, "warehouse", "month"),
    replaces=_VARIANT,
    columns=(
        _VARIANT_ID,
        _WAREHOUSE,
        Column("month", DAY),
        *same_fields(QUANTITY, "forecast", "sales"),
        *same_fields(MONEY, "revenue"),
        ACCOUNT,
        SYNCED_AT,
    ),
)
VARIANT_CONNECTIONS: Final = Table(
    "variant_connections",
    key=(*_VARIANT, "entry"),
    replaces=_VARIANT,
    columns=(
        _VARIANT_ID,
        Column("entry", COUNT),
        Column("connection_variant_id", TEXT, "id"),
        *same_fields(TEXT, "sku", "title", "barcode", *_LISTING_TEXTS),
        *same_fields(MONEY, "price"),
        Column("is_removed", FLAG, "removed"),
        *same_fields(FLAG, "connection_main"),
        *same_fields(TEXT, "linked_by"),
        UNKNOWN_FIELDS,
        ACCOUNT,
        SYNCED_AT,
    ),
)
# A vendor of a variant, by its position in a listing (`entry`).
VARIANT_VENDORS: Final = Table(
    "variant_vendors",
    key=(*_VARIANT, "entry", "position"),
    replaces=_VARIANT,
    columns=(
        _VARIANT_ID,
        Column("entry", COUNT),
        Column("position", COUNT),
        *same_fields(TEXT, "vendor"),
        *same_fields(MONEY, "cost_price"),
        *same_fields(TEXT, "cost_price_currency"),
        *same_fields(MONEY, "landing_cost_price"),
        *same_fields(TEXT, "vendor_reference", "vendor_name"),
        *same_fields(QUANTITY, "vendor_packaging"),
        *same_fields(TEXT, "uom_ordering"),
        UNKNOWN_FIELDS,
        ACCOUNT,
        SYNCED_AT,
    ),
)
VENDORS: Final = Table(
    "vendors",
    key=("_account_id", "vendor_id"),
    replaces=("_account_id", "vendor_id"),
    columns=(
        Column("vendor_id", TEXT, "id"),
        *same_fields(TEXT, "name", "display_name", "email", "currency"),
        UNKNOWN_FIELDS,
        ACCOUNT,
        SYNCED_AT,
        _DELETED_AT,
    ),
)
WAREHOUSES: Final = Table(
    "warehouses",
    key=("_account_id", "warehouse"),
    replaces=("_account_id", "warehouse"),
    columns=(
        Column("warehouse", TEXT, "name"),
        *same_fields(TEXT, "display_name", "type"),
        *same_fields(FLAG, "disabled"),
        *same_fields(TEXT, "connection", "currency", "created_at", "updated_at"),
        UNKNOWN_FIELDS,
        ACCOUNT,
        SYNCED_AT,
        _DELETED_AT,
    ),
)
# The figures whose history is kept, besides the forecasts for the month of the day and the month after.
HISTORY_FIGURES: Final = (
    *("in_stock", "purchase_orders_qty", "replenishment", "lead_time", "review_period", "avg_lead_time", "oos"),
    "last_30_days_sales",
)
# A row for each day on which a figure differed from the previous row; `warehouse` as in `variant_months`.
VARIANT_HISTORY: Final = Table(
    "variant_history",
    key=(*_VARIANT, "warehouse", "day"),
    replaces=(*_VARIANT, "warehouse", "day"),
    columns=(
        _VARIANT_ID,
        _WAREHOUSE,
        Column("day", DAY),
        *same_fields(QUANTITY, *HISTORY_FIGURES, "forecast", "forecast_next_month"),
        ACCOUNT,
        SYNCED_AT,
    ),
)

# The tables that a read of the catalog replaces; it only adds to the history.
CATALOG_TABLES: Final = (
    VARIANTS,
    VARIANT_WAREHOUSES,
    VARIANT_MONTHS,
    VARIANT_CONNECTIONS,
    VARIANT_VENDORS,
    VENDORS,
    WAREHOUSES,
)

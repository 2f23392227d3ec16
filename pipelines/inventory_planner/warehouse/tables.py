"""The raw tables as data: their columns in order, types, keys, and the record field behind each column.

The first columns of `purchase_orders` and `purchase_order_items` are those of Daasity's Inventory Planner schema, with
the same names in the same order, so that queries written for it keep working. The other fields of an order follow.
"""

from __future__ import annotations

from typing import Final

from inventory_planner.warehouse.catalog_tables import CATALOG_TABLES, VARIANT_HISTORY
from inventory_planner.warehouse.table import (
    ACCOUNT,
    COUNT,
    FLAG,
    INSTANT,
    JSON,
    MONEY,
    QUANTITY,
    SCHEMA,
    SECONDS,
    SYNCED_AT,
    TEXT,
    UNKNOWN_FIELDS,
    Column,
    Table,
    same_fields,
)

LINE_KEY: Final = Column("key", TEXT)
ORDER_ID: Final = Column("purchase_order_id", TEXT)
LINE_ITEM_ID: Final = Column("purchase_order_item_id", TEXT)
# True only on a row that makes the merge delete an order's rows; such a row is never stored.
IS_REMOVED: Final = Column("_is_removed", FLAG)

# When an order is read again, all its rows are replaced, including those in the tables of its parts.
ORDER: Final = ("_account_id", "purchase_order_id")

PURCHASE_ORDERS: Final = Table(
    "purchase_orders",
    key=ORDER,
    replaces=ORDER,
    columns=(
        Column("purchase_order_id", TEXT, "id"),
        Column("purchase_order_number", TEXT, "reference"),
        *same_fields(TEXT, "status", "source", "type", "vendor"),
        *same_fields(INSTANT, "last_modified"),
        *same_fields(QUANTITY, "total_ordered", "total_received"),
        *same_fields(TEXT, "created_date", "received_date", "expected_date"),
        *same_fields(INSTANT, "created_at", "updated_at"),
        *same_fields(TEXT, "warehouse", "warehouse_display_name"),
        Column("vendor_name", TEXT, "vendor_display_name"),
        Column("source_name", TEXT, "source_display_name"),
        *same_fields(TEXT, "replenishment_type"),
        ACCOUNT,
        SYNCED_AT,
        Column("extra_reference", TEXT),
        *same_fields(TEXT, "source_type", "source_warehouse", "replenish_warehouse", "payment_date", "shipment_date"),
        *same_fields(TEXT, "currency"),
        *same_fields(MONEY, "total", "shipping_handling", "shipping_handling_tax"),
        *same_fields(QUANTITY, "total_remaining"),
        *same_fields(FLAG, "discount_enabled"),
        *same_fields(MONEY, "default_discount", "min_budget"),
        *same_fields(QUANTITY, "min_quantity", "destination_warehouse_stock"),
        *same_fields(TEXT, "moq"),
        *same_fields(FLAG, "uom_ordering"),
        *same_fields(TEXT, "uom_round", "vendor_address", "billing_address", "shipping_address", "email", "attn"),
        *same_fields(TEXT, "notes", "shipment_method", "payment_terms", "shop_name", "shop_logo", "created_by"),
        *same_fields(FLAG, "readonly", "add_my_skus", "add_vendor_skus", "add_barcodes", "add_categories"),
        *same_fields(FLAG, "add_fnskus", "add_asins", "use_titles_as_vendor_name"),
        *same_fields(QUANTITY, "version"),
        *same_fields(JSON, "source_address", "tax_info", "custom_fields", "accounting_connections", "bundles"),
        *same_fields(JSON, "details", "history"),
        Column("stock_updates", JSON),
        UNKNOWN_FIELDS,
        Column("_deleted_at", INSTANT),
    ),
)

PURCHASE_ORDER_ITEMS: Final = Table(
    "purchase_order_items",
    key=("_account_id", "key"),
    replaces=ORDER,
    columns=(
        LINE_KEY,
        ORDER_ID,
        LINE_ITEM_ID,
        *same_fields(TEXT, "sku", "title", "vendor_reference", "vendor_name"),
        *same_fields(QUANTITY, "replenishment"),
        Column("cost_price", MONEY),
        *same_fields(QUANTITY, "received"),
        ACCOUNT,
        SYNCED_AT,
        Column("line_number", COUNT),
        Column("occurrence", COUNT),
        *same_fields(TEXT, "line_id", "product_id", "product_type", "barcode", "image"),
        *same_fields(MONEY, "landing_cost_price", "price", "tax", "discount", "ordered_cost", "total", "total_ex_tax"),
        *same_fields(QUANTITY, "uom_ordering"),
        *same_fields(TEXT, "uom_info"),
        *same_fields(QUANTITY, "vendor_packaging", "boxes", "replenishment_original", "replenishment_variant"),
        *same_fields(QUANTITY, "remaining"),
        *same_fields(MONEY, "cbm", "cbm_ordered"),  # a volume in cubic meters has as many decimals as money
        *same_fields(QUANTITY, "source_stock", "in_stock", "purchase_orders_qty", "transfer_units_in"),
        *same_fields(QUANTITY, "transfer_units_out", "forecasted_stock", "minimum_stock", "lead_time"),
        *same_fields(FLAG, "has_error", "hide_in_replenishment", "removed"),
        *same_fields(QUANTITY, "version"),
        *same_fields(TEXT, "created_at_time"),
        *same_fields(JSON, "cost_price_list", "attributes", "messages", "edited"),
        UNKNOWN_FIELDS,
        IS_REMOVED,
    ),
)

PURCHASE_ORDER_RECEIPTS: Final = Table(
    "purchase_order_receipts",
    key=("_account_id", "key", "entry"),
    replaces=ORDER,
    columns=(
        LINE_KEY,
        Column("entry", COUNT),
        ORDER_ID,
        LINE_ITEM_ID,
        *same_fields(TEXT, "date"),
        Column("received_at", INSTANT),
        *same_fields(QUANTITY, "value"),
        ACCOUNT,
        SYNCED_AT,
        IS_REMOVED,
    ),
)

PURCHASE_ORDER_COMPONENTS: Final = Table(
    "purchase_order_components",
    key=("_account_id", "key", "component_id", "occurrence"),
    replaces=ORDER,
    columns=(
        LINE_KEY,
        Column("component_id", TEXT, "id"),
        Column("occurrence", COUNT),
        ORDER_ID,
        LINE_ITEM_ID,
        *same_fields(QUANTITY, "quantity"),
        *same_fields(TEXT, "sku", "title", "barcode"),
        ACCOUNT,
        SYNCED_AT,
        IS_REMOVED,
    ),
)

PURCHASE_ORDER_CONNECTIONS: Final = Table(
    "purchase_order_connections",
    key=("_account_id", "purchase_order_id", "connection"),
    replaces=ORDER,
    columns=(
        ORDER_ID,
        Column("connection", TEXT),
        *same_fields(TEXT, "connection_id"),
        Column("connected_order_id", TEXT, "id"),
        Column("connected_order_reference", TEXT, "reference"),
        *same_fields(TEXT, "status"),
        *same_fields(FLAG, "save_po"),
        ACCOUNT,
        SYNCED_AT,
        IS_REMOVED,
    ),
)

PURCHASE_ORDER_STOCK_UPDATES: Final = Table(
    "purchase_order_stock_updates",
    key=("_account_id", "purchase_order_id", "update_number", "entry"),
    replaces=ORDER,
    columns=(
        ORDER_ID,
        Column("update_number", COUNT),
        Column("entry", COUNT),
        LINE_ITEM_ID,
        Column("warehouse", TEXT),
        Column("is_for_destination", FLAG),
        *same_fields(QUANTITY, "stock_before", "delta"),
        Column("error", TEXT),
        ACCOUNT,
        SYNCED_AT,
        IS_REMOVED,
    ),
)

QUARANTINE: Final = Table(
    "_quarantine",
    key=("_account_id", "sync_id", "position"),
    replaces=("_account_id", "sync_id", "position"),
    columns=(
        Column("sync_id", TEXT),
        Column("position", COUNT),
        ORDER_ID,
        Column("reason", TEXT),
        Column("record", JSON),
        ACCOUNT,
        SYNCED_AT,
    ),
)

SYNCS: Final = Table(
    "_syncs",
    key=("_account_id", "sync_id"),
    replaces=("_account_id", "sync_id"),
    columns=(
        Column("sync_id", TEXT),
        ACCOUNT,
        Column("started_at", INSTANT),
        Column("ended_at", INSTANT),
        Column("outcome", TEXT),
        Column("sync_kind", TEXT),
        Column("cursor_before", INSTANT),
        Column("cursor_after", INSTANT),
        Column("requests", COUNT),
        Column("retries", COUNT),
        Column("waited_seconds", SECONDS),
        Column("pages", COUNT),
        Column("bytes", COUNT),
        Column("orders", COUNT),
        Column("lines", COUNT),
        Column("deleted", COUNT),
        Column("quarantined", COUNT),
        Column("account_orders", COUNT),
        Column("warehouse_orders", COUNT),
        Column("drift", JSON),
        Column("error", TEXT),
    ),
)

ORDER_PARTS: Final = (
    PURCHASE_ORDER_ITEMS,
    PURCHASE_ORDER_RECEIPTS,
    PURCHASE_ORDER_COMPONENTS,
    PURCHASE_ORDER_CONNECTIONS,
    PURCHASE_ORDER_STOCK_UPDATES,
)
ORDER_TABLES: Final = (PURCHASE_ORDERS, *ORDER_PARTS)
# Orders that make a model or test fail. `built_from` has the models, vars and seed files it failed with.
EXCLUDED_ORDERS: Final = Table(
    "_excluded_orders",
    key=ORDER,
    replaces=ORDER,
    columns=(ORDER_ID, Column("reason", TEXT), Column("built_from", JSON), ACCOUNT, SYNCED_AT),
)

# Changes of the account, one row for each call. `before`, `after` and `body` are JSON: the values that were read, the
# values as they should be, and the input of the call. `content_digest` identifies the input of the command.
WRITES: Final = Table(
    "_writes",
    key=("_account_id", "write_id"),
    replaces=("_account_id", "write_id"),
    columns=(
        Column("write_id", TEXT),
        Column("job_id", TEXT),
        ACCOUNT,
        Column("recorded_at", INSTANT),
        Column("ended_at", INSTANT),
        *(Column(name, TEXT) for name in ("command", "action")),
        ORDER_ID,
        *(Column(name, TEXT) for name in ("purchase_order_number", "target")),
        Column("count_values", COUNT),
        *(Column(name, JSON) for name in ("before", "after", "body")),
        *(
            Column(name, TEXT)
            for name in ("state", "message", "resolved_by", "user_name", "content_digest", "file_rows")
        ),
        Column("job_ended_at", INSTANT),
    ),
)

# Files sent to the Advanced CSV connector, one row for each. `night` is the day of the sync that it counts for, and
# `sample` some of its rows, as JSON; `confirmation` and `findings` are what the account said of these later, and
# `confirmed_at` is when that was settled. `source_digest` identifies what the file was made from, `digest` what was
# sent.
DELIVERIES: Final = Table(
    "_deliveries",
    key=("_account_id", "delivery_id"),
    replaces=("_account_id", "delivery_id"),
    columns=(
        Column("delivery_id", TEXT),
        ACCOUNT,
        Column("delivery_number", COUNT),
        *(Column(name, TEXT) for name in ("kind", "endpoint", "directory", "file_name")),
        *(Column(name, INSTANT) for name in ("recorded_at", "sent_at", "ended_at")),
        *(Column(name, TEXT) for name in ("state", "message", "night")),
        Column("is_full", FLAG),
        *(Column(name, COUNT) for name in ("source_rows", "new_rows", "changed_rows", "sent_rows", "bytes")),
        *(Column(name, TEXT) for name in ("source", "source_digest", "digest")),
        Column("sample", JSON),
        Column("user_name", TEXT),
        Column("confirmed_at", INSTANT),
        Column("confirmation", TEXT),
        Column("findings", JSON),
    ),
)
# What was delivered last of each row, as two numbers: a digest of its key, and one of its content.
DELIVERED_ROWS: Final = Table(
    "_delivered_rows",
    key=("_account_id", "delivery_id", "row_key"),
    replaces=("_account_id", "delivery_id", "row_key"),
    columns=(ACCOUNT, Column("delivery_id", TEXT), Column("row_key", COUNT), Column("row_digest", COUNT)),
)

DLT_TABLES: Final = (*ORDER_TABLES, QUARANTINE)  # what a sync writes; its own row in the log also tells that it failed
LOGS: Final = (SYNCS, EXCLUDED_ORDERS, WRITES, DELIVERIES, DELIVERED_ROWS)  # the pipeline's own logs
OWN_TABLES: Final = (*LOGS, *CATALOG_TABLES, VARIANT_HISTORY)  # written by our own SQL, without dlt
TABLES: Final = (*DLT_TABLES, *OWN_TABLES)

ORDERS_TABLE: Final = f"{SCHEMA}.{PURCHASE_ORDERS.name}"
QUARANTINE_TABLE: Final = f"{SCHEMA}.{QUARANTINE.name}"

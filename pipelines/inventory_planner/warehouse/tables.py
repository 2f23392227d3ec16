"""The raw tables as data: their columns in order, types, keys, and the record field behind each column.

The first columns of `purchase_orders` and `purchase_order_items` are those of Daasity's Inventory Planner schema, with
the same names in the same order, so that queries written for it keep working. The other fields of an order follow.

Quantities are DECIMAL(18, 4), money DECIMAL(18, 6), instants TIMESTAMP WITH TIME ZONE in UTC. A `*_date` is text, as
the API wrote it: a date without a time must never be converted between time zones. Maps and lists without a table of
their own are JSON text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

SCHEMA: Final = "inventory_planner"

TEXT: Final = pa.string()
JSON: Final = pa.large_string()  # differs from TEXT here; in the warehouse both are VARCHAR
QUANTITY: Final = pa.decimal128(18, 4)
MONEY: Final = pa.decimal128(18, 6)
COUNT: Final = pa.int64()
SECONDS: Final = pa.float64()
FLAG: Final = pa.bool_()
INSTANT: Final = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `field` is the attribute of the record that it holds, None if `order_rows` computes it."""

    name: str
    type: pa.DataType
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A raw table; `key` is unique and begins with the account.

    New rows replace the rows that have the same values in the columns `replaces`.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    replaces: tuple[str, ...]

    @property
    def schema(self) -> pa.Schema:
        """The table as an Arrow schema."""
        return pa.schema([pa.field(each.name, each.type, each.name not in self.replaces) for each in self.columns])


def _same(type_: pa.DataType, *fields: str) -> tuple[Column, ...]:
    """Columns named like their field."""
    return tuple(Column(field, type_, field) for field in fields)


ACCOUNT: Final = Column("_account_id", TEXT)
SYNCED_AT: Final = Column("__synced_at", INSTANT)
LINE_KEY: Final = Column("key", TEXT)
ORDER_ID: Final = Column("purchase_order_id", TEXT)
LINE_ITEM_ID: Final = Column("purchase_order_item_id", TEXT)
# Fields that the API's documentation does not list, and the original of values that their column can't hold, by name.
UNKNOWN_FIELDS: Final = Column("_unknown_fields", JSON)
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
        *_same(TEXT, "status", "source", "type", "vendor"),
        *_same(INSTANT, "last_modified"),
        *_same(QUANTITY, "total_ordered", "total_received"),
        *_same(TEXT, "created_date", "received_date", "expected_date"),
        *_same(INSTANT, "created_at", "updated_at"),
        *_same(TEXT, "warehouse", "warehouse_display_name"),
        Column("vendor_name", TEXT, "vendor_display_name"),
        Column("source_name", TEXT, "source_display_name"),
        *_same(TEXT, "replenishment_type"),
        ACCOUNT,
        SYNCED_AT,
        Column("extra_reference", TEXT),
        *_same(TEXT, "source_type", "source_warehouse", "replenish_warehouse", "payment_date", "shipment_date"),
        *_same(TEXT, "currency"),
        *_same(MONEY, "total", "shipping_handling", "shipping_handling_tax"),
        *_same(QUANTITY, "total_remaining"),
        *_same(FLAG, "discount_enabled"),
        *_same(MONEY, "default_discount", "min_budget"),
        *_same(QUANTITY, "min_quantity", "destination_warehouse_stock"),
        *_same(TEXT, "moq"),
        *_same(FLAG, "uom_ordering"),
        *_same(TEXT, "uom_round", "vendor_address", "billing_address", "shipping_address", "email", "attn"),
        *_same(TEXT, "notes", "shipment_method", "payment_terms", "shop_name", "shop_logo", "created_by"),
        *_same(FLAG, "readonly", "add_my_skus", "add_vendor_skus", "add_barcodes", "add_categories"),
        *_same(FLAG, "add_fnskus", "add_asins", "use_titles_as_vendor_name"),
        *_same(QUANTITY, "version"),
        *_same(JSON, "source_address", "tax_info", "custom_fields", "accounting_connections", "bundles"),
        *_same(JSON, "details", "history"),
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
        *_same(TEXT, "sku", "title", "vendor_reference", "vendor_name"),
        *_same(QUANTITY, "replenishment"),
        Column("cost_price", MONEY),
        *_same(QUANTITY, "received"),
        ACCOUNT,
        SYNCED_AT,
        Column("line_number", COUNT),
        Column("occurrence", COUNT),
        *_same(TEXT, "line_id", "product_id", "product_type", "barcode", "image"),
        *_same(MONEY, "landing_cost_price", "price", "tax", "discount", "ordered_cost", "total", "total_ex_tax"),
        *_same(QUANTITY, "uom_ordering"),
        *_same(TEXT, "uom_info"),
        *_same(QUANTITY, "vendor_packaging", "boxes", "replenishment_original", "replenishment_variant"),
        *_same(QUANTITY, "remaining"),
        *_same(MONEY, "cbm", "cbm_ordered"),  # a volume in cubic meters has as many decimals as money
        *_same(QUANTITY, "source_stock", "in_stock", "purchase_orders_qty", "transfer_units_in"),
        *_same(QUANTITY, "transfer_units_out", "forecasted_stock", "minimum_stock", "lead_time"),
        *_same(FLAG, "has_error", "hide_in_replenishment", "removed"),
        *_same(QUANTITY, "version"),
        *_same(TEXT, "created_at_time"),
        *_same(JSON, "cost_price_list", "attributes", "messages", "edited"),
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
        *_same(TEXT, "date"),
        Column("received_at", INSTANT),
        *_same(QUANTITY, "value"),
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
        *_same(QUANTITY, "quantity"),
        *_same(TEXT, "sku", "title", "barcode"),
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
        *_same(TEXT, "connection_id"),
        Column("connected_order_id", TEXT, "id"),
        Column("connected_order_reference", TEXT, "reference"),
        *_same(TEXT, "status"),
        *_same(FLAG, "save_po"),
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
        *_same(QUANTITY, "stock_before", "delta"),
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

# The catalog. `_deleted_at` is when a variant was found to be gone from it; the row stays.
VARIANTS: Final = Table(
    "variants",
    key=("_account_id", "variant_id"),
    replaces=("_account_id", "variant_id"),
    columns=(
        Column("variant_id", TEXT),
        *(Column(name, TEXT) for name in ("sku", "title", "barcode", "product_id")),
        Column("is_removed", FLAG),
        ACCOUNT,
        SYNCED_AT,
        UNKNOWN_FIELDS,
        Column("_deleted_at", INSTANT),
    ),
)

DLT_TABLES: Final = (*ORDER_TABLES, QUARANTINE)  # what a sync writes; its own row in the log also tells that it failed
LOGS: Final = (SYNCS, EXCLUDED_ORDERS, WRITES, DELIVERIES, DELIVERED_ROWS)  # what the pipeline tells of itself
OWN_TABLES: Final = (*LOGS, VARIANTS)  # written by statements of ours, without dlt
TABLES: Final = (*DLT_TABLES, *OWN_TABLES)

ORDERS_TABLE: Final = f"{SCHEMA}.{PURCHASE_ORDERS.name}"
QUARANTINE_TABLE: Final = f"{SCHEMA}.{QUARANTINE.name}"

_SQL_TYPES: Final = {  # standard SQL, which every engine reads
    TEXT: "varchar",
    JSON: "varchar",
    COUNT: "bigint",
    SECONDS: "double precision",
    FLAG: "boolean",
    INSTANT: "timestamp with time zone",
}


def sql_type(type_: pa.DataType) -> str:
    """The type of a column in a `create table` statement."""
    return _SQL_TYPES[type_]

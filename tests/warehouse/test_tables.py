from __future__ import annotations

import msgspec
import pyarrow as pa
import pytest

from inventory_planner.api.orders import Component, Connection, Line, Order, Receipt, StockUpdateItem
from inventory_planner.warehouse.catalog_tables import (
    VARIANT_CONNECTIONS,
    VARIANT_HISTORY,
    VARIANT_MONTHS,
    VARIANT_VENDORS,
    VARIANT_WAREHOUSES,
    VARIANTS,
    VENDORS,
    WAREHOUSES,
)
from inventory_planner.warehouse.table import Table
from inventory_planner.warehouse.tables import (
    DELIVERED_ROWS,
    DELIVERIES,
    DLT_TABLES,
    EXCLUDED_ORDERS,
    ORDER_TABLES,
    PURCHASE_ORDER_COMPONENTS,
    PURCHASE_ORDER_CONNECTIONS,
    PURCHASE_ORDER_ITEMS,
    PURCHASE_ORDER_RECEIPTS,
    PURCHASE_ORDER_STOCK_UPDATES,
    PURCHASE_ORDERS,
    QUARANTINE,
    SYNCS,
    TABLES,
    WRITES,
)

DAASITY = {
    PURCHASE_ORDERS: [
        *("purchase_order_id", "purchase_order_number", "status", "source", "type", "vendor", "last_modified"),
        *("total_ordered", "total_received", "created_date", "received_date", "expected_date", "created_at"),
        *("updated_at", "warehouse", "warehouse_display_name", "vendor_name", "source_name", "replenishment_type"),
        *("_account_id", "__synced_at"),
    ],
    PURCHASE_ORDER_ITEMS: [
        *("key", "purchase_order_id", "purchase_order_item_id", "sku", "title", "vendor_reference", "vendor_name"),
        *("replenishment", "cost_price", "received", "_account_id", "__synced_at"),
    ],
}
KEYS = {
    PURCHASE_ORDERS: ("_account_id", "purchase_order_id"),
    PURCHASE_ORDER_ITEMS: ("_account_id", "key"),
    PURCHASE_ORDER_RECEIPTS: ("_account_id", "key", "entry"),
    PURCHASE_ORDER_COMPONENTS: ("_account_id", "key", "component_id", "occurrence"),
    PURCHASE_ORDER_CONNECTIONS: ("_account_id", "purchase_order_id", "connection"),
    PURCHASE_ORDER_STOCK_UPDATES: ("_account_id", "purchase_order_id", "update_number", "entry"),
    QUARANTINE: ("_account_id", "sync_id", "position"),
    SYNCS: ("_account_id", "sync_id"),
    EXCLUDED_ORDERS: ("_account_id", "purchase_order_id"),
    WRITES: ("_account_id", "write_id"),
    DELIVERIES: ("_account_id", "delivery_id"),
    DELIVERED_ROWS: ("_account_id", "delivery_id", "row_key"),
    VARIANTS: ("_account_id", "variant_id"),
    VARIANT_WAREHOUSES: ("_account_id", "variant_id", "warehouse"),
    VARIANT_MONTHS: ("_account_id", "variant_id", "warehouse", "month"),
    VARIANT_CONNECTIONS: ("_account_id", "variant_id", "entry"),
    VARIANT_VENDORS: ("_account_id", "variant_id", "entry", "position"),
    VENDORS: ("_account_id", "vendor_id"),
    WAREHOUSES: ("_account_id", "warehouse"),
    VARIANT_HISTORY: ("_account_id", "variant_id", "warehouse", "day"),
}
QUANTITY, MONEY = pa.decimal128(18, 4), pa.decimal128(18, 6)
INSTANT = pa.timestamp("us", tz="UTC")
FIGURES = {  # of a variant, and of each of its warehouses
    QUANTITY: {
        *("lead_time", "review_period", "minimum_stock", "avg_lead_time", "in_stock", "purchase_orders_qty"),
        *("replenishment", "to_order", "oos", "sells_out_in_first", "forecast_stock_cover_day", "overstocked_units"),
        *("last_30_days_sales", "last_90_days_sales", "last_365_days_sales", "oos_last_60_days"),
    },
    MONEY: {
        *("cost_price", "landing_cost_price", "price", "forecasted_lost_revenue_lead_time", "overstocked_cost"),
        "sales_velocity",
    },
}
TYPES = {
    PURCHASE_ORDERS: {
        QUANTITY: {
            *("total_ordered", "total_received", "total_remaining", "min_quantity", "destination_warehouse_stock"),
            "version",
        },
        MONEY: {"total", "shipping_handling", "shipping_handling_tax", "default_discount", "min_budget"},
        INSTANT: {"last_modified", "created_at", "updated_at", "__synced_at", "_deleted_at"},
        pa.bool_(): {
            *("discount_enabled", "uom_ordering", "readonly", "add_my_skus", "add_vendor_skus", "add_barcodes"),
            *("add_categories", "add_fnskus", "add_asins", "use_titles_as_vendor_name"),
        },
    },
    PURCHASE_ORDER_ITEMS: {
        QUANTITY: {
            *("replenishment", "received", "uom_ordering", "vendor_packaging", "boxes", "replenishment_original"),
            *("replenishment_variant", "remaining", "source_stock", "in_stock", "purchase_orders_qty"),
            *("transfer_units_in", "transfer_units_out", "forecasted_stock", "minimum_stock", "lead_time", "version"),
        },
        MONEY: {
            *("cost_price", "landing_cost_price", "price", "tax", "discount", "ordered_cost", "total"),
            *("total_ex_tax", "cbm", "cbm_ordered"),
        },
        INSTANT: {"__synced_at"},
        pa.int64(): {"line_number", "occurrence"},
        pa.bool_(): {"has_error", "hide_in_replenishment", "removed", "_is_removed"},
    },
    PURCHASE_ORDER_RECEIPTS: {
        QUANTITY: {"value"},
        INSTANT: {"received_at", "__synced_at"},
        pa.int64(): {"entry"},
        pa.bool_(): {"_is_removed"},
    },
    PURCHASE_ORDER_COMPONENTS: {
        QUANTITY: {"quantity"},
        INSTANT: {"__synced_at"},
        pa.int64(): {"occurrence"},
        pa.bool_(): {"_is_removed"},
    },
    PURCHASE_ORDER_CONNECTIONS: {INSTANT: {"__synced_at"}, pa.bool_(): {"save_po", "_is_removed"}},
    PURCHASE_ORDER_STOCK_UPDATES: {
        QUANTITY: {"stock_before", "delta"},
        INSTANT: {"__synced_at"},
        pa.int64(): {"update_number", "entry"},
        pa.bool_(): {"is_for_destination", "_is_removed"},
    },
    QUARANTINE: {INSTANT: {"__synced_at"}, pa.int64(): {"position"}},
    EXCLUDED_ORDERS: {INSTANT: {"__synced_at"}},
    WRITES: {INSTANT: {"recorded_at", "ended_at", "job_ended_at"}, pa.int64(): {"count_values"}},
    DELIVERIES: {
        INSTANT: {"recorded_at", "sent_at", "ended_at", "confirmed_at"},
        pa.bool_(): {"is_full"},
        pa.int64(): {"delivery_number", "source_rows", "new_rows", "changed_rows", "sent_rows", "bytes"},
    },
    DELIVERED_ROWS: {pa.int64(): {"row_key", "row_digest"}},
    VARIANTS: {
        **FIGURES,
        INSTANT: {"__synced_at", "_deleted_at", "last_forecast_time"},
        pa.bool_(): {"is_removed", "has_forecast_override", "hide_in_replenishment"},
    },
    VARIANT_WAREHOUSES: {
        **FIGURES,
        INSTANT: {"__synced_at", "last_forecast_time"},
        pa.bool_(): {"has_forecast_override", "hide_in_replenishment"},
    },
    VARIANT_MONTHS: {
        QUANTITY: {"forecast", "sales"},
        MONEY: {"revenue"},
        pa.date32(): {"month"},
        INSTANT: {"__synced_at"},
    },
    VARIANT_CONNECTIONS: {
        MONEY: {"price"},
        INSTANT: {"__synced_at"},
        pa.int64(): {"entry"},
        pa.bool_(): {"is_removed", "connection_main"},
    },
    VARIANT_VENDORS: {
        MONEY: {"cost_price", "landing_cost_price"},
        QUANTITY: {"vendor_packaging"},
        INSTANT: {"__synced_at"},
        pa.int64(): {"entry", "position"},
    },
    VENDORS: {INSTANT: {"__synced_at", "_deleted_at"}},
    WAREHOUSES: {INSTANT: {"__synced_at", "_deleted_at"}, pa.bool_(): {"disabled"}},
    VARIANT_HISTORY: {
        QUANTITY: {
            *("in_stock", "purchase_orders_qty", "replenishment", "lead_time", "review_period", "avg_lead_time"),
            *("oos", "last_30_days_sales", "forecast", "forecast_next_month"),
        },
        pa.date32(): {"day"},
        INSTANT: {"__synced_at"},
    },
}
# the struct behind each table, and those of its fields that `rows` itself turns into a column or into other rows
RECORDS = {
    PURCHASE_ORDERS: (
        Order,
        {
            *("items", "connections", "extra_reference", "reference2"),
            *("stock_update", "stock_updates", "stock_update_in_requests"),
        },
    ),
    PURCHASE_ORDER_ITEMS: (Line, {"id", "cost_price", "cost_price_as_documented", "received_history", "components"}),
    PURCHASE_ORDER_RECEIPTS: (Receipt, set[str]()),
    PURCHASE_ORDER_COMPONENTS: (Component, set[str]()),
    PURCHASE_ORDER_CONNECTIONS: (Connection, {"connection"}),
    PURCHASE_ORDER_STOCK_UPDATES: (StockUpdateItem, {"id", "error"}),
}


def name(table: Table) -> str:
    return table.name


def is_text(type_: pa.DataType) -> bool:
    return pa.types.is_string(type_) or pa.types.is_large_string(type_)


@pytest.mark.parametrize("table", DAASITY, ids=name)
def test_a_table_begins_with_the_columns_of_daasity_in_their_order(table: Table) -> None:
    expected = DAASITY[table]
    assert table.schema.names[: len(expected)] == expected


@pytest.mark.parametrize("table", TYPES, ids=name)
def test_every_column_has_its_type_and_all_others_are_text(table: Table) -> None:
    found: dict[pa.DataType, set[str]] = {}
    for column in table.schema:
        if not is_text(column.type):
            found.setdefault(column.type, set()).add(column.name)
    assert found == TYPES[table]


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_a_table_has_its_key_and_the_account_in_every_row(table: Table) -> None:
    assert table.key == KEYS[table]
    assert {*table.key, *table.replaces, "_account_id"} <= set(table.schema.names)


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_a_table_has_no_column_twice(table: Table) -> None:
    assert len(set(table.schema.names)) == len(table.schema.names)


@pytest.mark.parametrize("table", ORDER_TABLES, ids=name)
def test_an_order_that_comes_again_replaces_its_rows_within_its_account(table: Table) -> None:
    assert table.replaces == ("_account_id", "purchase_order_id")


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_only_the_columns_that_a_merge_compares_are_required(table: Table) -> None:
    assert {column.name for column in table.schema if not column.nullable} == set(table.replaces)


@pytest.mark.parametrize("table", RECORDS, ids=name)
def test_every_field_of_a_record_has_its_column(table: Table) -> None:
    struct, computed = RECORDS[table]
    fields = {each.name for each in msgspec.structs.fields(struct)}
    of_columns = [column.field for column in table.columns if column.field is not None]
    assert len(set(of_columns)) == len(of_columns)
    assert set(of_columns) == fields - computed


@pytest.mark.parametrize("table", [PURCHASE_ORDERS, PURCHASE_ORDER_RECEIPTS], ids=name)
def test_a_date_is_text_and_never_moves_through_a_time_zone(table: Table) -> None:
    dates = [column for column in table.schema if column.name.endswith("date")]
    assert dates
    assert all(column.type == pa.string() for column in dates)


def test_every_table_is_known_once_and_what_the_pipeline_tells_of_itself_is_not_merged() -> None:
    assert [table.name for table in DLT_TABLES] == [
        "purchase_orders",
        "purchase_order_items",
        "purchase_order_receipts",
        "purchase_order_components",
        "purchase_order_connections",
        "purchase_order_stock_updates",
        "_quarantine",
    ]
    assert [table.name for table in TABLES if table not in DLT_TABLES] == [
        "_syncs",
        "_excluded_orders",
        "_writes",
        "_deliveries",
        "_delivered_rows",
        "variants",
        "variant_warehouses",
        "variant_months",
        "variant_connections",
        "variant_vendors",
        "vendors",
        "warehouses",
        "variant_history",
    ]

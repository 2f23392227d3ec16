from __future__ import annotations

import msgspec
import pytest

from inventory_planner.api.orders import (
    Component,
    Connection,
    Line,
    Order,
    Receipt,
    StockUpdate,
    StockUpdateItem,
)

DOCUMENTED = {
    Order: {
        *("id", "reference", "extra_reference", "status", "created_date", "expected_date", "payment_date"),
        *("shipment_date", "received_date", "last_modified", "readonly", "source_type", "type", "vendor"),
        *("source_warehouse", "source", "warehouse", "vendor_address", "billing_address", "shipping_address"),
        *("email", "attn", "notes", "shipment_method", "payment_terms", "shipping_handling", "currency"),
        *("shipping_handling_tax", "discount_enabled", "default_discount", "uom_ordering", "uom_round", "moq"),
        *("items", "total", "total_ordered", "total_received", "shop_name", "addMySKUs", "addVendorSKUs"),
        *("addBarcodes", "addCategories", "useTitlesAsVendorName", "custom_fields", "connections", "stock-update"),
    },
    Line: {
        *("id", "title", "sku", "barcode", "image", "vendor_name", "vendor_reference", "uom_ordering"),
        *("vendor_packaging", "source_stock", "in_stock", "purchase_orders_qty", "transfer_units_in"),
        *("transfer_units_out", "replenishment", "cost price", "cost_price", "landing_cost_price", "tax", "discount"),
        *("cbm", "received", "received_history", "components"),
    },
    Receipt: {"date", "value"},
    Component: {"id", "quantity", "sku", "title", "barcode"},
    Connection: {"status", "connection", "connection_id", "save_po", "id", "reference"},
    StockUpdate: {"forDst", "wh", "items"},
    StockUpdateItem: {"id", "stock_before", "delta", "error"},
}


@pytest.mark.parametrize("struct", DOCUMENTED, ids=lambda struct: struct.__name__)
def test_every_documented_field_has_an_attribute(struct: type[msgspec.Struct]) -> None:
    fields = {each.encode_name for each in msgspec.structs.fields(struct)}
    assert DOCUMENTED[struct] <= fields

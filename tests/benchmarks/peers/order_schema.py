"""An order as JSON schema, for peers that want one before they read; lines stay JSON within their order."""

from __future__ import annotations

from typing import Any

TEXTS = (
    *("id", "type", "shop_name", "created_date", "shipping_address", "billing_address", "status", "uom_round", "moq"),
    *("source_type", "warehouse", "vendor", "expected_date", "replenish_warehouse", "shop_logo", "email"),
    *("vendor_address", "shipment_method", "payment_terms", "notes", "currency", "min_budget", "min_quantity"),
    *("reference", "extra_reference", "source", "last_modified", "replenishment_type", "created_at", "updated_at"),
    *("warehouse_display_name", "vendor_display_name", "source_display_name", "received_date"),
)
NUMBERS = ("total", "total_ordered", "total_received", "destination_warehouse_stock", "version")
FLAGS = (
    *("uom_ordering", "discount_enabled", "addVendorSKUs", "addMySKUs", "useTitlesAsVendorName", "addBarcodes"),
    *("addCategories", "addFNSKUs", "addASINs"),
)
PARTS = (
    *("items", "accounting_connections", "connections", "tax_info", "source_address", "bundles", "history"),
    *("custom_fields", "details"),
)
TYPES = {"string": TEXTS, "number": NUMBERS, "boolean": FLAGS, "array": PARTS}

ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {name: {"type": ["null", kind]} for kind, names in TYPES.items() for name in names},
}

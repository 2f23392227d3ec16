"""The fields that the two API documents name, and those that clients have seen beside them."""

from __future__ import annotations

WRITABLE_ORDER_FIELDS = frozenset(
    {
        "reference",
        "extra_reference",
        "status",
        "created_date",
        "expected_date",
        "payment_date",
        "shipment_date",
        "type",
        "vendor",
        "source_warehouse",
        "warehouse",
        "vendor_address",
        "billing_address",
        "shipping_address",
        "email",
        "attn",
        "notes",
        "shipment_method",
        "payment_terms",
        "shipping_handling",
        "shipping_handling_tax",
        "currency",
        "discount_enabled",
        "default_discount",
        "uom_ordering",
        "uom_round",
        "moq",
        "shop_name",
        "addMySKUs",
        "addVendorSKUs",
        "addBarcodes",
        "addCategories",
        "useTitlesAsVendorName",
        "custom_fields",
    }
)
"""What a write to an order may set; its lines and connections have rules of their own."""

READ_ONLY_ORDER_FIELDS = frozenset(
    {
        "id",
        "received_date",
        "last_modified",
        "created_at",
        "updated_at",
        "readonly",
        "source_type",
        "vendor_display_name",
        "source",
        "source_display_name",
        "warehouse_display_name",
        "replenish_warehouse",
        "replenishment_type",
        "total",
        "total_ordered",
        "total_received",
        "stock_updates",
        "removed",
        "version",
    }
)
"""What a write to an order leaves alone."""

ORDER_FIELDS = WRITABLE_ORDER_FIELDS | READ_ONLY_ORDER_FIELDS | {"items", "connections"}
"""What a list of orders can be filtered and sorted by."""

WRITABLE_ITEM_FIELDS = frozenset(
    {
        "title",
        "sku",
        "barcode",
        "image",
        "vendor_name",
        "vendor_reference",
        "uom_ordering",
        "vendor_packaging",
        "source_stock",
        "in_stock",
        "purchase_orders_qty",
        "transfer_units_in",
        "transfer_units_out",
        "replenishment",
        "cost_price",
        "landing_cost_price",
        "tax",
        "discount",
        "cbm",
        "components",
    }
)
"""What a write to a line may set; `received` has a rule of its own."""

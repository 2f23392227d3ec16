"""Values that the examples of the two API articles share."""

from __future__ import annotations

from typing import Any

RECEIVED, PUSHED = "5a8321b33e7859f568a5d180", "5c9deeb5178a3816620d8362"  # ids of orders
QUICKBOOKS, BRIGHTPEARL = "QuickBooksCommerce.30636", "inventoryplannerdev.brightpearl.com"
ASSEMBLY: dict[str, Any] = {
    "type": "assembly",
    "status": "OPEN",
    "reference": "MY_AO_20",
    "expected_date": "2018-03-15",
    "warehouse": "w1",
    "source_warehouse": "w1",
    "items": [
        {
            "id": "c1_1",
            "sku": "T-1",
            "title": "Office table",
            "replenishment": 10,
            "components": [
                {"id": "c1_2", "quantity": 1, "sku": "C-1", "title": "Table top"},
                {"id": "c1_3", "quantity": 4, "sku": "C-2", "title": "Table leg"},
            ],
        }
    ],
}
STOCK_ITEMS: list[dict[str, Any]] = [
    {"id": 123, "delta": 10, "stock_before": 0},
    {"id": 456, "delta": 5, "stock_before": 1},
]

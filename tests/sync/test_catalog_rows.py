from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from inventory_planner.api.variant_decoding import VariantDecoder
from inventory_planner.api.vendors import Vendor, Warehouse, decode_listed
from inventory_planner.sync.catalog_rows import CatalogRows, Converter
from inventory_planner.warehouse.catalog_tables import (
    VARIANT_CONNECTIONS,
    VARIANT_MONTHS,
    VARIANT_VENDORS,
    VARIANT_WAREHOUSES,
    VARIANTS,
    VENDORS,
    WAREHOUSES,
)
from inventory_planner.warehouse.table import Table
from orders import raw

AT = datetime(2026, 1, 5, tzinfo=UTC)
OWN = {"_account_id": "a1", "__synced_at": AT}
VARIANT = {
    "id": 77,
    "removed": False,
    "merged": [{"id": "c9_2", "percent": 50}],
    "last_30_days_sales": 12,
    "orders_by_month": {"2025": {"12": 12}},
    "connections": [
        {"id": "c8_1", "sku": "OTHER", "brand": "Other", "removed": True, "connection_main": False},
        {
            "id": "c9_1",
            "sku": "TEE-M",
            "title": "M",
            "product_title": "Tee",
            "image": "https://x.test/tee.png",
            "price": 19.95,
            "removed": False,
            "connection_main": True,
            "linked_by": "master_sku",
            "handle": "tee",
            "vendors": [
                {"vendor": "acme", "cost_price": 4.2, "cost_price_currency": "EUR", "vendor_packaging": 12},
                {"vendor": "bolt", "landing_cost_price": "5.123456", "vendor_reference": 17, "tier": 2},
            ],
        },
    ],
    "warehouse": [
        {
            "warehouse": "c9_1001",
            "lead_time": 14,
            "avg_lead_time": 19.5,
            "in_stock": 8,
            "oos": 11,
            "replenishment": 35,
            "last_forecast_time": 1767600000,
            "has_forecast_override": True,
            "forecast_by_period": {"2026": {"1": 3}},
            "forecast_description": {"sales_velocity1": 0.129032},
        },
        {"warehouse": "c9_combined", "in_stock": 8},
    ],
}


def rows(value: dict[str, Any]) -> CatalogRows:
    return Converter("a1", AT).variants([VariantDecoder().decode(raw(value))])


def shown(table: Table, found: CatalogRows) -> list[dict[str, Any]]:
    """Each row, without the columns that are null."""
    return [{name: value for name, value in row.items() if value is not None} for row in found[table].to_pylist()]


def test_a_variant_becomes_the_rows_of_all_its_parts() -> None:
    found = rows(VARIANT)

    assert shown(VARIANTS, found) == [
        {
            "variant_id": "77",
            "sku": "TEE-M",
            "title": "M",
            "product_title": "Tee",
            "brand": "Other",
            "image": "https://x.test/tee.png",
            "is_removed": False,
            "last_30_days_sales": Decimal(12),
            **OWN,
            "merged": '[{"id":"c9_2","percent":50}]',
        }
    ]
    assert shown(VARIANT_WAREHOUSES, found) == [
        {
            "variant_id": "77",
            "warehouse": "c9_1001",
            "lead_time": Decimal(14),
            "avg_lead_time": Decimal("19.5"),
            "in_stock": Decimal(8),
            "oos": Decimal(11),
            "replenishment": Decimal(35),
            "has_forecast_override": True,
            "last_forecast_time": datetime.fromtimestamp(1767600000, UTC),
            "sales_velocity": Decimal("0.129032"),
            **OWN,
        },
        {"variant_id": "77", "warehouse": "c9_combined", "in_stock": Decimal(8), **OWN},
    ]
    assert shown(VARIANT_MONTHS, found) == [
        {"variant_id": "77", "warehouse": "", "month": date(2025, 12, 1), "sales": Decimal(12), **OWN},
        {"variant_id": "77", "warehouse": "c9_1001", "month": date(2026, 1, 1), "forecast": Decimal(3), **OWN},
    ]
    assert shown(VARIANT_CONNECTIONS, found) == [
        {
            "variant_id": "77",
            "entry": 1,
            "connection_variant_id": "c8_1",
            "sku": "OTHER",
            "brand": "Other",
            "is_removed": True,
            "connection_main": False,
            **OWN,
        },
        {
            "variant_id": "77",
            "entry": 2,
            "connection_variant_id": "c9_1",
            "sku": "TEE-M",
            "title": "M",
            "product_title": "Tee",
            "image": "https://x.test/tee.png",
            "price": Decimal("19.95"),
            "is_removed": False,
            "connection_main": True,
            "linked_by": "master_sku",
            **OWN,
            "_unknown_fields": '{"handle":"tee"}',
        },
    ]
    assert shown(VARIANT_VENDORS, found) == [
        {
            "variant_id": "77",
            "entry": 2,
            "position": 1,
            "vendor": "acme",
            "cost_price": Decimal("4.2"),
            "cost_price_currency": "EUR",
            "vendor_packaging": Decimal(12),
            **OWN,
        },
        {
            "variant_id": "77",
            "entry": 2,
            "position": 2,
            "vendor": "bolt",
            "vendor_reference": "17",
            "landing_cost_price": Decimal("5.123456"),
            "_unknown_fields": '{"tier":2}',
            **OWN,
        },
    ]


@pytest.mark.parametrize("too_large", ["1e15", "-123456789012345.5", '"999999999999999"'])
def test_a_number_that_its_column_can_not_hold_is_kept_as_written(too_large: str) -> None:
    converter = Converter("a1", AT)
    decoded = [
        VariantDecoder().decode(b'{"id":"v","in_stock":%b,"lead_time":3,"oos":[1]}' % too_large.encode()),
        VariantDecoder().decode(b'{"id":"w","in_stock":4}'),
    ]

    found = converter.variants(decoded)

    kept = f'{{"oos":[1],"in_stock":{Decimal(too_large.strip(chr(34)))}}}'
    assert shown(VARIANTS, found) == [
        {"variant_id": "v", "is_removed": False, "lead_time": Decimal(3), "_unknown_fields": kept, **OWN},
        {"variant_id": "w", "is_removed": False, "in_stock": Decimal(4), **OWN},
    ]
    assert converter.drift == {"variants.in_stock (out of range)", "variant.oos (unexpected shape)"}


def test_vendors_and_warehouses_keep_what_has_no_column() -> None:
    converter = Converter("a1", AT)
    vendor = decode_listed(raw({"id": "acme", "name": "Acme", "email": "", "moq": 5, "currency": ["EUR"]}), Vendor)
    warehouse = decode_listed(raw({"name": "c9_1", "display_name": 12, "disabled": "0", "type": "combined"}), Warehouse)

    assert shown(VENDORS, converter.vendors([vendor])) == [
        {"vendor_id": "acme", "name": "Acme", "_unknown_fields": '{"moq":5,"currency":["EUR"]}', **OWN}
    ]
    assert shown(WAREHOUSES, converter.warehouses([warehouse])) == [
        {"warehouse": "c9_1", "display_name": "12", "disabled": False, "type": "combined", **OWN}
    ]


def test_no_records_make_tables_without_rows() -> None:
    found = Converter("a1", AT).variants([])
    assert {table.name: read.num_rows for table, read in found.items()} == {
        "variants": 0,
        "variant_warehouses": 0,
        "variant_months": 0,
        "variant_connections": 0,
        "variant_vendors": 0,
    }

"""Convert records of the catalog to rows of the raw tables. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Raw

from inventory_planner.api.unknown_fields import with_fields
from inventory_planner.api.variant_decoding import StatedFigures, VariantRecord
from inventory_planner.api.variants import Listing, VendorOffer
from inventory_planner.api.vendors import Vendor, Warehouse
from inventory_planner.sync.columns import ValueOverflowError, column_array, fits
from inventory_planner.warehouse.catalog_tables import (
    NO_WAREHOUSE,
    VARIANT_CONNECTIONS,
    VARIANT_MONTHS,
    VARIANT_VENDORS,
    VARIANT_WAREHOUSES,
    VARIANTS,
    VENDORS,
    WAREHOUSES,
)
from inventory_planner.warehouse.table import UNKNOWN_FIELDS, Column, Table

Values = Mapping[str, list[Any]]
CatalogRows = dict[Table, pa.Table]

_NAMING: Final = ("sku", "title", "barcode", "product_id", "product_title", "brand", "product_type", "image")


@dataclass(slots=True)
class Converter:
    """Converts the records of one account. `drift` collects the fields that could not be read or stored."""

    account_id: str
    synced_at: datetime
    drift: set[str] = field(default_factory=set)

    def variants(self, records: Sequence[VariantRecord]) -> CatalogRows:
        """The rows of these variants in all tables."""
        self.drift.update(f"variant.{name} (unexpected shape)" for record in records for name in record.misfits)
        listings = [
            (record, entry, each) for record in records for entry, each in _numbered(record.variant.connections)
        ]
        offers = [
            (record, entry, position, offer)
            for record, entry, listing in listings
            for position, offer in _numbered(listing.vendors)
        ]
        return {
            VARIANTS: self._variants(records),
            VARIANT_WAREHOUSES: self._figures([each for each in _stated(records) if each[1].warehouse is not None]),
            VARIANT_MONTHS: self._months(_stated(records)),
            VARIANT_CONNECTIONS: self._listings(listings),
            VARIANT_VENDORS: self._offers(offers),
        }

    def vendors(self, vendors: Sequence[Vendor]) -> CatalogRows:
        """The rows of these vendors."""
        return {VENDORS: self._table(VENDORS, vendors, {})}

    def warehouses(self, warehouses: Sequence[Warehouse]) -> CatalogRows:
        """The rows of these warehouses."""
        return {WAREHOUSES: self._table(WAREHOUSES, warehouses, {})}

    def _variants(self, records: Sequence[VariantRecord]) -> pa.Table:
        variants = [record.variant for record in records]
        computed: Values = {
            "variant_id": [each.variant_id for each in variants],
            **{name: [each.text(name) for each in variants] for name in _NAMING},
            "is_removed": [each.is_removed for each in variants],
            "sales_velocity": [record.figures[0].sales_velocity for record in records],
        }
        return self._table(VARIANTS, variants, computed)

    def _figures(self, stated: Sequence[tuple[str, StatedFigures]]) -> pa.Table:
        computed: Values = {
            "variant_id": [variant_id for variant_id, _ in stated],
            "warehouse": [each.warehouse for _, each in stated],
            "sales_velocity": [each.sales_velocity for _, each in stated],
        }
        return self._table(VARIANT_WAREHOUSES, [each.figures for _, each in stated], computed)

    def _months(self, stated: Sequence[tuple[str, StatedFigures]]) -> pa.Table:
        found = [
            (variant_id, each.warehouse, day, month)
            for variant_id, each in stated
            for day, month in each.months.items()
        ]
        computed: Values = {
            "variant_id": [variant_id for variant_id, *_ in found],
            "warehouse": [warehouse for _, warehouse, *_ in found],
            "month": [day for *_, day, _ in found],
        }
        rows = self._table(VARIANT_MONTHS, [month for *_, month in found], computed)
        place = rows.schema.get_field_index("warehouse")
        return rows.set_column(place, rows.schema.field(place), pc.fill_null(rows["warehouse"], NO_WAREHOUSE))

    def _listings(self, listings: Sequence[tuple[VariantRecord, int, Listing]]) -> pa.Table:
        computed: Values = {
            "variant_id": [record.variant.variant_id for record, *_ in listings],
            "entry": [entry for _, entry, _ in listings],
        }
        return self._table(VARIANT_CONNECTIONS, [listing for *_, listing in listings], computed)

    def _offers(self, offers: Sequence[tuple[VariantRecord, int, int, VendorOffer]]) -> pa.Table:
        computed: Values = {
            "variant_id": [record.variant.variant_id for record, *_ in offers],
            "entry": [entry for _, entry, *_ in offers],
            "position": [position for *_, position, _ in offers],
        }
        return self._table(VARIANT_VENDORS, [offer for *_, offer in offers], computed)

    def _table(self, table: Table, records: Sequence[Any], computed: Values) -> pa.Table:
        """A table with one row per record. A value that its column can't hold is kept as an unknown field."""
        own = {"_account_id": self.account_id, "__synced_at": self.synced_at, "_deleted_at": None}
        values = {**computed, **{name: [value] * len(records) for name, value in own.items()}}
        lost: dict[int, dict[str, bytes]] = {}
        arrays = {
            column.name: self._column(table, column, records, values, lost)
            for column in table.columns
            if column is not UNKNOWN_FIELDS
        }
        if UNKNOWN_FIELDS in table.columns:
            unknown = [_with_lost(record.unknown_fields, lost.get(row)) for row, record in enumerate(records)]
            arrays[UNKNOWN_FIELDS.name] = column_array(UNKNOWN_FIELDS, records, {UNKNOWN_FIELDS.name: unknown})
        return pa.Table.from_arrays([arrays[column.name] for column in table.columns], schema=table.schema)

    def _column(
        self, table: Table, column: Column, records: Sequence[Any], values: Values, lost: dict[int, dict[str, bytes]]
    ) -> pa.Array:
        try:
            return column_array(column, records, values)
        except ValueOverflowError:
            self.drift.add(f"{table.name}.{column.name} (out of range)")
        kept = []
        for row, record in enumerate(records):
            value = values[column.name][row] if column.name in values else getattr(record, column.field or column.name)
            is_kept = fits(column, value)
            kept.append(value if is_kept else None)
            if not is_kept:
                lost.setdefault(row, {})[column.name] = str(value).encode()
        return column_array(column, records, {column.name: kept})


def _stated(records: Sequence[VariantRecord]) -> list[tuple[str, StatedFigures]]:
    return [(record.variant.variant_id, each) for record in records for each in record.figures]


def _numbered(parts: Sequence[Any] | None) -> Iterator[tuple[int, Any]]:
    return enumerate(parts or (), start=1)


def _with_lost(unknown: Raw, lost: Mapping[str, bytes] | None) -> Raw:
    return with_fields(unknown if bytes(unknown) else None, lost) or unknown if lost else unknown

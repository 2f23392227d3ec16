"""What an account stocks: its warehouses, and its variants with their listings, vendors and demand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from inventory_planner_emulator.fields import VENDOR_FIELDS
from inventory_planner_emulator.planning.demand import Demand

Record = dict[str, Any]
VendorChanges = Mapping[tuple[str, str], Record | None]
"""Vendor data that users wrote, by variant and vendor; None if they removed the vendor."""


@dataclass(frozen=True)
class StockedWarehouse:
    """A warehouse, or a combined one, which only adds up others."""

    id: str
    name: str
    currency: str = "EUR"
    parts: tuple[str, ...] = ()
    """The warehouses that a combined one adds up."""

    @property
    def is_combined(self) -> bool:
        """Whether the warehouse combines others."""
        return bool(self.parts)


@dataclass(frozen=True)
class StockItem:
    """A variant in a warehouse; days are calendar days."""

    demand: Demand
    opening_stock: int
    """On the first day of the assortment, before anything arrives."""
    lead_time: int
    review_period: int = 30
    minimum_stock: int = 0


@dataclass(frozen=True)
class StockedVariant:
    """A variant, and where it is stocked."""

    id: str
    items: Mapping[str, StockItem]
    """By warehouse."""
    listings: tuple[Record, ...]
    """The listings in shops, as in `connections`; the main one comes first."""
    vendors: tuple[Record, ...] = ()
    """The data of its vendors, as in `connections[].vendors`; the first one supplies it."""
    removed: bool = False
    merged: tuple[Record, ...] = ()
    """Variants whose sales and stock count as its own."""
    fields: Record = field(default_factory=dict)
    """Other fields of the variant, such as `product_id`."""

    @property
    def price(self) -> Any:
        """The price in its main shop."""
        return self.listings[0].get("price")

    def current_vendors(self, changes: Mapping[str, Record | None]) -> list[Record]:
        """Return its vendors, updated with what users wrote."""
        found: dict[str, Record | None] = {row["vendor"]: row for row in self.vendors}
        for vendor, data in changes.items():
            known = found.get(vendor) or {"vendor": vendor}
            written = {name: value for name, value in (data or {}).items() if name in VENDOR_FIELDS}
            found[vendor] = None if data is None else {**known, **written}
        return [row for row in found.values() if row is not None]


@dataclass(frozen=True)
class Assortment:
    """Everything that an account stocks, since its first day."""

    first_day: date
    warehouses: tuple[StockedWarehouse, ...]
    variants: Mapping[str, StockedVariant]


def changes_by_variant(changes: VendorChanges) -> Mapping[str, dict[str, Record | None]]:
    """Return the vendor data that users wrote, by variant and vendor."""
    found: dict[str, dict[str, Record | None]] = defaultdict(dict)
    for (variant, vendor), data in changes.items():
        found[variant][vendor] = data
    return found

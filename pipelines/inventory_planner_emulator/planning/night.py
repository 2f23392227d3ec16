"""The account as of its last background jobs, and the figures that they calculated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from inventory_planner_emulator.planning.assortment import (
    Assortment,
    Record,
    StockedVariant,
    StockItem,
    VendorChanges,
    changes_by_variant,
)
from inventory_planner_emulator.planning.figures import Terms, as_days, combined_figures, figures_of
from inventory_planner_emulator.planning.position import Position, take_position
from inventory_planner_emulator.planning.supply import ItemKey, Supply, read_supply
from inventory_planner_emulator.totals import Order, to_decimal

TOGETHER = ""
"""The key of a variant's figures in all warehouses together."""

_COMBINED_SETTINGS = {"lead_time": 14, "review_period": 30}  # a combined warehouse has its own, with these defaults
_CLASSES = ((Decimal("0.80"), "A"), (Decimal("0.95"), "B"))  # cumulative share of revenue; the rest are C
_MAX_LEAD_DAYS = 548  # for goods without a date; no forecast goes further


@dataclass(frozen=True)
class Night:
    """The account at the time of the jobs; figures are calculated when they are first read."""

    at: datetime
    assortment: Assortment
    orders: Sequence[Order]
    settings: Mapping[str, Record]
    """Settings that users changed, by variant."""
    vendors: VendorChanges

    @cached_property
    def figures(self) -> dict[str, dict[str, Record]]:
        """The figures of each variant by warehouse, and together."""
        supply = read_supply(self.orders)
        found = {key: self._of_variant(variant, supply) for key, variant in self.assortment.variants.items()}
        for warehouse in (TOGETHER, *(each.id for each in self.assortment.warehouses)):
            _classify(rows[warehouse] for rows in found.values() if warehouse in rows)
        return found

    def _of_variant(self, variant: StockedVariant, supply: Mapping[ItemKey, Supply]) -> dict[str, Record]:
        if not variant.items:
            return {}
        parts = {
            warehouse: self._part(variant, item, supply.get((variant.id, warehouse)) or Supply())
            for warehouse, item in variant.items.items()
        }
        rows = {warehouse: figures_of(*part) for warehouse, part in parts.items()}
        rows[TOGETHER] = combined_figures([*parts.values()])
        for warehouse in self.assortment.warehouses:
            if combined := [parts[part] for part in warehouse.parts if part in parts]:
                settings = {**_COMBINED_SETTINGS, **self.settings.get(variant.id, {})}
                rows[warehouse.id] = {**combined_figures(combined), **settings}
        return {key: {**row, "last_forecast_time": int(self.at.timestamp())} for key, row in rows.items()}

    def _part(self, variant: StockedVariant, item: StockItem, supply: Supply) -> tuple[Position, Terms]:
        terms, first_day, today = self._terms(variant, item), self.assortment.first_day, self.at.date()
        flow = supply.flow(first_day, today, as_days(terms.lead_time, _MAX_LEAD_DAYS))
        return take_position(item, flow, first_day, today), terms

    @cached_property
    def _vendors(self) -> Mapping[str, Mapping[str, Record | None]]:
        return changes_by_variant(self.vendors)

    def _terms(self, variant: StockedVariant, item: StockItem) -> Terms:
        """Return the settings, including changes by users, and the terms of the first vendor."""
        changed = self.settings.get(variant.id, {})
        vendor: Record = next(iter(variant.current_vendors(self._vendors.get(variant.id, {}))), {})
        return Terms(
            changed.get("lead_time", item.lead_time),
            changed.get("review_period", item.review_period),
            item.minimum_stock,
            variant.price,
            vendor.get("cost_price"),
            vendor.get("landing_cost_price"),
            vendor.get("vendor_packaging"),
        )


def _classify(rows: Iterable[Record]) -> None:
    """Assign ABC classes within each warehouse, by cumulative share of the last 30 days' revenue."""
    ranked = sorted(rows, key=lambda row: -row["last_30_days_revenue"])
    total = sum((to_decimal(row["last_30_days_revenue"]) for row in ranked), Decimal(0))
    before = Decimal(0)
    for row in ranked:
        share: Any = before / total if total else Decimal(1)
        row["segment"] = next((name for end, name in _CLASSES if share < end), "C")
        before += row["last_30_days_revenue"]

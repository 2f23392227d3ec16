"""Variants of an account with an assortment: their listings, and last night's figures by warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.planning.assortment import StockedVariant, changes_by_variant
from inventory_planner_emulator.planning.night import TOGETHER, Night
from inventory_planner_emulator.variant_rows import VariantRow

Record = dict[str, Any]

_TEXTS = ("sku", "title", "barcode", "product_title", "brand", "product_type", "image")


def find_stocked_variants(account: Account, currencies: Mapping[str, Any]) -> dict[str, VariantRow]:
    """Return the variants of the assortment; vendors that users added have the currency of their orders."""
    night = account.last_night
    if night is None:
        return {}
    changes = changes_by_variant(account.variant_vendors)
    return {
        key: _row(
            night, variant, _listings(variant, changes.get(key, {}), currencies), account.variant_edits.get(key, {})
        )
        for key, variant in night.assortment.variants.items()
    }


def _row(night: Night, variant: StockedVariant, listings: list[Record], edits: Record) -> VariantRow:
    """Return a variant's row; changed settings show at once, but the figures that depend on them after the night."""
    figures = night.figures[variant.id]
    shared = {"id": variant.id, "removed": variant.removed, "merged": list(variant.merged), "connections": listings}
    warehouses = [warehouse.id for warehouse in night.assortment.warehouses if warehouse.id in figures]
    together = {
        **shared,
        **{name: listings[0].get(name) for name in _TEXTS},
        **variant.fields,
        "vendor": next((row["vendor"] for row in listings[0]["vendors"]), None),
        **figures.get(TOGETHER, {}),
        **edits,
    }
    if len(warehouses) < 2:
        return VariantRow(together)
    places = [{"warehouse": warehouse, **figures[warehouse], **edits} for warehouse in warehouses]
    return VariantRow(together, {**shared, **variant.fields, "warehouse": places})


def _listings(
    variant: StockedVariant, changes: Mapping[str, Record | None], currencies: Mapping[str, Any]
) -> list[Record]:
    vendors = [
        {"cost_price_currency": currencies.get(row["vendor"]), **row} for row in variant.current_vendors(changes)
    ]
    return [{**listing, "vendors": vendors} for listing in variant.listings]

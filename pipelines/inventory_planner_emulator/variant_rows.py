"""Variants as returned by lists: with their figures at the root, or by warehouse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from inventory_planner_emulator.json_codec import encode
from inventory_planner_emulator.order_index import Row
from inventory_planner_emulator.quirks import NO_QUIRKS, Quirks
from inventory_planner_emulator.response_shapes import shape_order

Record = dict[str, Any]

_ONLY_WAREHOUSE = "c9_1001"  # of an account whose figures are not by warehouse
_LISTING_FIELDS = ("sku", "title", "product_title", "barcode", "image", "price")
_RESTLESS = ("in_stock", "oos", "last_30_days_sales", "forecast_stock_cover_day")


@dataclass(frozen=True, eq=False)
class VariantRow(Row):
    """A variant; `record` has its figures at the root, for lists to filter and sort by."""

    by_warehouse: Record | None = None
    """The variant with its figures in `warehouse`; made from the record if not given."""
    reads: int = 0
    """How often the variant was read, for figures that change on every read."""

    def render(self, quirks: Quirks = NO_QUIRKS, fields: frozenset[str] | None = None) -> bytes:
        """Encode the variant as the quirks require, with only these fields or with all."""
        shown = shape_order(self.show(quirks), quirks)
        return encode(shown if fields is None else pick_fields(shown, fields))

    def show(self, quirks: Quirks) -> Record:
        """Return the variant in the account's shape: by warehouse if it has several, unless a quirk sets the shape."""
        is_nested = self.by_warehouse is not None if quirks.nested_variants is None else quirks.nested_variants
        shown = (self.by_warehouse or nest(self.record)) if is_nested else self.record
        if quirks.connections_as_object and isinstance(shown.get("connections"), list):
            listings = {str(number): listing for number, listing in enumerate(shown["connections"])}
            shown = {**shown, "connections": listings or []}
        return _with_other_figures(shown, self.reads) if quirks.restless_figures else shown


def nest(variant: Record) -> Record:
    """Return a variant in the other known shape: the listing in `connections`, the figures in `warehouse`."""
    if "warehouse" in variant:  # it arrived in a file, and is already nested
        return variant
    listing = {"id": variant["id"], "connection_main": True, "removed": variant["removed"]}
    listing |= {name: variant[name] for name in _LISTING_FIELDS if name in variant}
    kept = {"id", "removed", "merged", "connections", *_LISTING_FIELDS}
    figures = {name: value for name, value in variant.items() if name not in kept}
    return {
        "id": variant["id"],
        "removed": variant["removed"],
        "merged": variant.get("merged", []),
        "connections": variant.get("connections", [listing]),
        "warehouse": [{"warehouse": _ONLY_WAREHOUSE, **figures}],
    }


def pick_fields(variant: Record, fields: Iterable[str]) -> Record:
    """Return only these fields of a variant.

    A field requested as `name` or `warehouse.name` is also returned in each warehouse, next to its id. Nested parts are
    returned whole if they are requested by name.
    """
    names = {name.removeprefix("warehouse.") for name in fields}
    root = {name: value for name, value in variant.items() if name in names}
    places = variant.get("warehouse")
    if "warehouse" in names or not isinstance(places, list | dict):
        return root
    wanted = names | {"warehouse"}
    if isinstance(places, dict):
        picked: Any = {key: _pick(place, wanted) for key, place in places.items()}
        found = any(len(place) > 1 for place in picked.values())
    else:
        picked = [_pick(place, wanted) for place in places]
        found = any(len(place) > 1 for place in picked)
    return {**root, "warehouse": picked} if found else root


def _pick(place: Any, wanted: set[str]) -> Record:
    return {name: value for name, value in place.items() if name in wanted} if isinstance(place, dict) else {}


def _with_other_figures(variant: Record, reads: int) -> Record:
    """Return the variant with some figures raised by the number of reads, as if it changed before each."""
    changed = {name: variant[name] + reads for name in _RESTLESS if _is_number(variant.get(name))}
    places = variant.get("warehouse")
    if isinstance(places, list):
        changed["warehouse"] = [_with_other_figures(place, reads) for place in places if isinstance(place, dict)]
    return {**variant, **changed}


def _is_number(value: Any) -> bool:
    return not isinstance(value, str | bool | list | dict | None)

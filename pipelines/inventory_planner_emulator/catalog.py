"""The account's vendors, warehouses and variants, from its orders, from files that arrived, and from tests.

An account with an assortment has the variants that it stocks, with the figures of its last night.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.endpoint_request import NotFoundError
from inventory_planner_emulator.fields import VENDOR_FIELDS
from inventory_planner_emulator.ordered_variants import find_ordered_variants, new_variant, with_figures
from inventory_planner_emulator.planning.assortment import StockedWarehouse, changes_by_variant
from inventory_planner_emulator.stocked_variants import find_stocked_variants
from inventory_planner_emulator.timestamps import format_timestamp
from inventory_planner_emulator.totals import Order
from inventory_planner_emulator.variant_rows import VariantRow

Record = dict[str, Any]

_WAREHOUSE_FIELDS = {"warehouse": "warehouse_display_name", "source_warehouse": "source_display_name"}


def list_vendors(account: Account) -> list[Record]:
    """List the vendors; whether the API has more fields is unknown."""
    return account.derive(_find_vendors)


def list_warehouses(account: Account) -> list[Record]:
    """List the warehouses; the field `name` holds a warehouse's id."""
    return account.derive(_find_warehouses)


def variant_rows(account: Account) -> dict[str, VariantRow]:
    """Return the catalog, by variant id."""
    return account.derive(_find_variants)


def variant_fields(account: Account) -> frozenset[str]:
    """Return the fields by which variants are filtered and sorted."""
    return account.derive(_find_fields)


def get_variant(account: Account, variant_id: str) -> VariantRow:
    """Return one variant.

    Raises:
        NotFoundError: If the catalog does not have it.
    """
    variant = variant_rows(account).get(variant_id)
    if variant is None:
        raise NotFoundError("variant", variant_id)
    return variant


def variants_by_id(account: Account, warehouse: Any = None) -> dict[str, Record]:
    """Return the catalog with each variant's figures at the root: those in a warehouse, or in all if none is given."""
    return {
        key: {**row.record, **_figures_in(row.by_warehouse or {}, warehouse)}
        for key, row in variant_rows(account).items()
    }


def list_variant_vendors(account: Account, variant: str) -> list[Record]:
    """List the vendor data of a variant, from the assortment or its orders, updated with what was written since."""
    stocked = account.assortment and account.assortment.variants.get(variant)
    found: dict[str, Record | None] = {}
    for row in stocked.vendors if stocked else ():
        data = {name: row[name] for name in VENDOR_FIELDS if name in row}
        found[row["vendor"]] = {**data, "t": "vendor", "s": "connection", "n": row["vendor"]}
    if not stocked:
        found.update(_vendors_of_lines(account, variant))
    found |= changes_by_variant(account.variant_vendors).get(variant, {})
    return [data for _, data in sorted(found.items()) if data]


def _find_vendors(account: Account) -> list[Record]:
    found: dict[str, Record] = {}
    for order in account.visible_orders().records():
        if vendor := order.get("vendor"):
            name = order.get("vendor_display_name")
            known = found.setdefault(vendor, {"id": vendor, "name": name or vendor, "email": None, "currency": None})
            known.update({field: order[field] for field in ("email", "currency") if order.get(field)})
    for row in account.received.vendors().values():  # which are identified by their names
        vendor = row["DISPLAY_NAME"].lower()
        contact = {"email": row.get("EMAIL"), "currency": row.get("CURRENCY")}
        found.setdefault(vendor, {"id": vendor, "name": row["DISPLAY_NAME"], **contact})
    return [found[vendor] for vendor in sorted(found)]


def _find_warehouses(account: Account) -> list[Record]:
    found: dict[str, Record] = {}
    if account.assortment:
        opened = format_timestamp(datetime.combine(account.assortment.first_day, time(), UTC))
        found = {each.id: _stocked_warehouse(each, opened) for each in account.assortment.warehouses}
    for order in account.visible_orders().records():
        for field, label in _WAREHOUSE_FIELDS.items():
            if order.get(field):
                warehouse = _warehouse(str(order[field]), order.get(label), order)
                row = found.setdefault(warehouse["name"], warehouse)
                row["updated_at"] = max(row["updated_at"] or "", order.get("last_modified") or "")
    found |= {row["name"]: row for row in account.received.warehouses()}
    return [found[name] for name in sorted(found)]


def _warehouse(name: str, display_name: str | None, order: Order) -> Record:
    return {
        "name": name,
        "display_name": display_name or name,
        "type": "warehouse",
        "disabled": False,
        "connection": name.partition("_")[0],
        "currency": order.get("currency"),
        "created_at": order.get("created_at"),
        "updated_at": order.get("last_modified"),
    }


def _stocked_warehouse(warehouse: StockedWarehouse, opened: str) -> Record:
    order = {"currency": warehouse.currency, "created_at": opened, "last_modified": opened}
    row = _warehouse(warehouse.id, warehouse.name, order)
    return {**row, "type": "combined"} if warehouse.parts else row


def _find_variants(account: Account) -> dict[str, VariantRow]:
    currencies = {row["id"]: row["currency"] for row in list_vendors(account)}
    found = find_stocked_variants(account, currencies)
    for variant, row in find_ordered_variants(account).items():
        if variant not in found:
            found[variant] = VariantRow({**with_figures(row), **account.variant_edits.get(variant, {})})
    for variant, fields in account.variants.items():
        if fields is None:
            found.pop(variant, None)
        else:
            found[variant] = _with_put_fields(account, variant, found.get(variant), fields)
    return found


def _with_put_fields(account: Account, variant: str, row: VariantRow | None, fields: Record) -> VariantRow:
    """Return a variant with the fields that were put into the catalog, unchanged."""
    if row is None:
        row = VariantRow(with_figures(new_variant(variant)))
    edits = account.variant_edits.get(variant, {})
    by_warehouse = {**row.by_warehouse, **fields} if row.by_warehouse else None
    return VariantRow({**row.record, **fields, **edits}, by_warehouse)


def _find_fields(account: Account) -> frozenset[str]:
    return frozenset[str]().union(*(row.record for row in variant_rows(account).values()))


def _figures_in(by_warehouse: Record, warehouse: Any) -> Record:
    places: Iterable[Record] = by_warehouse.get("warehouse", ())
    return next((place for place in places if place["warehouse"] == warehouse), {})


def _vendors_of_lines(account: Account, variant: str) -> Record:
    found: Record = {}
    for order in account.visible_orders().records():
        for line in order.get("items") or []:
            if str(line.get("id")) == variant and order.get("vendor"):
                data = {name: line[name] for name in VENDOR_FIELDS if name in line}
                found[order["vendor"]] = {**data, "t": "vendor", "s": "order", "n": order["vendor"]}
    return found

"""The account's vendors, warehouses and variants: what its orders show, what arrived in files, variants put here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.endpoint_request import NotFoundError
from inventory_planner_emulator.fields import VENDOR_FIELDS
from inventory_planner_emulator.totals import Line, Order, open_quantity, strip_zeros, to_decimal

Record = dict[str, Any]

_OPEN_STATUSES = {"open", "active", "ordered", "sent", "partially received"}  # their lines count as on order
_VARIANT_FIELDS = ("sku", "title", "product_id", "barcode", "image", "cost_price", "in_stock", "lead_time")
_LISTING_FIELDS = ("sku", "title", "product_title", "barcode", "image", "price")
_WAREHOUSE_FIELDS = {"warehouse": "warehouse_display_name", "source_warehouse": "source_display_name"}


def list_vendors(account: Account) -> list[Record]:
    """List the vendors; of the API's fields only the id and the name are known."""
    orders = account.visible_orders().records()
    names = {order["vendor"]: order.get("vendor_display_name") for order in orders if order.get("vendor")}
    for row in account.received.vendors().values():  # which are known by their names
        names.setdefault(row["DISPLAY_NAME"].lower(), row["DISPLAY_NAME"])
    return [{"id": vendor, "name": name or vendor} for vendor, name in sorted(names.items())]


def list_warehouses(account: Account) -> list[Record]:
    """List the warehouses; the field `name` holds a warehouse's id."""
    found: dict[str, Record] = {}
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


def variants_by_id(account: Account) -> dict[str, Record]:
    """Return the catalog: the variants of all lines, each as in its latest line, and those put into the catalog.

    `replenishment` is the quantity last ordered less what is still on order, because orders say nothing about demand.
    The quantities are those of the last background jobs.
    """
    found: dict[str, Record] = {}
    for order in account.visible_orders().records():
        for line in order.get("items") or []:
            _add_line(found, order, line)
    for order in account.orders_counted_by_jobs():
        for line in order.get("items") or []:
            _count_line(found, order, line)
    for variant, fields in account.variants.items():
        if fields is None:
            found.pop(variant, None)
        else:
            _variant(found, {"id": variant}).update(fields)
    return {variant: _finish(row, account.variant_edits.get(variant, {})) for variant, row in found.items()}


def nest(variant: Record) -> Record:
    """Return a variant in the other known shape: what the shop says in `connections`, the figures in `warehouse`."""
    if "warehouse" in variant:  # it arrived in files, and is nested already
        return variant
    listing = {"id": variant["id"], "connection_main": True, "removed": variant["removed"]}
    listing |= {name: variant[name] for name in _LISTING_FIELDS if name in variant}
    kept = {"id", "removed", *_LISTING_FIELDS}
    figures = {name: value for name, value in variant.items() if name not in kept}
    return {
        "id": variant["id"],
        "removed": variant["removed"],
        "merged": [],
        "connections": [listing],
        "warehouse": [{"warehouse": "c9_1001", **figures}],
    }


def get_variant(account: Account, variant_id: str) -> Record:
    """Return one variant.

    Raises:
        NotFoundError: If no line has it.
    """
    variant = variants_by_id(account).get(variant_id)
    if variant is None:
        raise NotFoundError("variant", variant_id)
    return variant


def _add_line(found: dict[str, Record], order: Order, line: Line) -> None:
    row = _variant(found, line)
    row.update({name: line[name] for name in _VARIANT_FIELDS if name in line})
    row["vendor"] = order.get("vendor") or row.get("vendor")


def _count_line(found: dict[str, Record], order: Order, line: Line) -> None:
    row = _variant(found, line)
    row["replenishment"] = to_decimal(line.get("replenishment"))
    if str(order.get("status")).lower() in _OPEN_STATUSES:
        row["purchase_orders_qty"] += open_quantity(line)


def _variant(found: dict[str, Record], line: Line) -> Record:
    variant = str(line.get("id"))
    nothing = Decimal(0)
    blank = {"id": variant, "purchase_orders_qty": nothing, "replenishment": nothing, "removed": False}
    return found.setdefault(variant, blank)


def _finish(row: Record, edits: Record) -> Record:
    replenishment = max(row["replenishment"] - row["purchase_orders_qty"], Decimal(0))
    return {
        **row,
        "replenishment": strip_zeros(replenishment),
        "purchase_orders_qty": strip_zeros(row["purchase_orders_qty"]),
        "lead_time": row.get("lead_time"),
        "review_period": None,
        "under_value": strip_zeros(replenishment * to_decimal(row.get("cost_price"))),
        "oos": None,
        **edits,
    }


def list_variant_vendors(account: Account, variant: str) -> list[Record]:
    """List the vendor data of a variant: from its orders, replaced by what was written since."""
    found: dict[str, Record | None] = {}
    for order in account.visible_orders().records():
        for line in order.get("items") or []:
            if str(line.get("id")) == variant and order.get("vendor"):
                data = {name: line[name] for name in VENDOR_FIELDS if name in line}
                found[order["vendor"]] = {**data, "t": "vendor", "s": "order", "n": order["vendor"]}
    found |= {vendor: data for (written_to, vendor), data in account.variant_vendors.items() if written_to == variant}
    return [data for _, data in sorted(found.items()) if data]

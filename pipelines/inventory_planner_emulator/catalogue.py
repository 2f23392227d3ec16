"""The account's vendors, warehouses and variants, as far as its orders tell of them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from inventory_planner_emulator.account import Account, Order
from inventory_planner_emulator.totals import number, plain

OPEN_STATUSES = {"open", "active", "ordered", "sent", "partially received"}  # what counts as on order
VARIANT_FIELDS = ("sku", "title", "product_id", "barcode", "image", "cost_price", "in_stock", "lead_time")
VENDOR_FIELDS = (
    "cost_price",
    "landing_cost_price",
    "vendor_reference",
    "vendor_name",
    "vendor_packaging",
    "uom_ordering",
)


def vendors(orders: Iterable[Order]) -> list[dict[str, Any]]:
    """A row for each vendor; which fields the real service has is not known beyond id and name."""
    names = {order["vendor"]: order.get("vendor_display_name") for order in orders if order.get("vendor")}
    return [{"id": vendor, "name": name or vendor} for vendor, name in sorted(names.items())]


def warehouses(orders: Iterable[Order]) -> list[dict[str, Any]]:
    """A row for each warehouse; its id stands under `name`."""
    found: dict[str, dict[str, Any]] = {}
    for order in orders:
        for role in ("warehouse", "source_warehouse"):
            if order.get(role):
                _note_warehouse(found, str(order[role]), role, order)
    return [found[name] for name in sorted(found)]


def _note_warehouse(found: dict[str, dict[str, Any]], name: str, role: str, order: Order) -> None:
    shown = order.get("warehouse_display_name" if role == "warehouse" else "source_display_name")
    row = found.setdefault(
        name,
        {
            "name": name,
            "display_name": shown or name,
            "type": "warehouse",
            "disabled": False,
            "connection": name.partition("_")[0],
            "currency": order.get("currency"),
            "created_at": order.get("created_at"),
            "updated_at": order.get("last_modified"),
        },
    )
    row["updated_at"] = max(row["updated_at"] or "", order.get("last_modified") or "")


def variants(account: Account) -> list[dict[str, Any]]:
    """A row for each variant on any line, as its latest line has it, and what was written to it since.

    `replenishment` is what was last ordered less what is still on order: the orders tell nothing of demand.
    """
    found: dict[str, dict[str, Any]] = {}
    for shelf_row in account.seen_by_readers().rows.values():
        order = shelf_row.record
        for item in order.get("items") or []:
            _note_variant(found, order, item)
    return [_finished(row, account.variant_edits.get(row["id"], {})) for row in found.values()]


def _note_variant(found: dict[str, dict[str, Any]], order: Order, item: dict[str, Any]) -> None:
    variant = str(item.get("id"))
    row = found.setdefault(variant, {"id": variant, "purchase_orders_qty": Decimal(0), "removed": False})
    row.update({name: item[name] for name in VARIANT_FIELDS if name in item})
    row["vendor"] = order.get("vendor") or row.get("vendor")
    row["replenishment"] = number(item.get("replenishment"))
    if str(order.get("status")).lower() in OPEN_STATUSES:
        row["purchase_orders_qty"] += max(row["replenishment"] - number(item.get("received")), Decimal(0))


def _finished(row: dict[str, Any], edits: dict[str, Any]) -> dict[str, Any]:
    wanted = max(row["replenishment"] - row["purchase_orders_qty"], Decimal(0))
    computed = {
        "replenishment": plain(wanted),
        "purchase_orders_qty": plain(row["purchase_orders_qty"]),
        "lead_time": row.get("lead_time"),
        "review_period": None,
        "under_value": plain(wanted * number(row.get("cost_price"))),
        "oos": None,
    }
    return {**row, **computed, **edits}


def variant_vendors(account: Account, variant: str) -> list[dict[str, Any]]:
    """The vendor data of a variant: out of its orders, and what was written since."""
    found: dict[str, dict[str, Any]] = {}
    for shelf_row in account.seen_by_readers().rows.values():
        order = shelf_row.record
        for item in order.get("items") or []:
            if str(item.get("id")) == variant and order.get("vendor"):
                data = {name: item[name] for name in VENDOR_FIELDS if name in item}
                found[order["vendor"]] = {**data, "t": "vendor", "s": "order", "n": order["vendor"]}
    for (of_variant, vendor), written in account.variant_vendors.items():
        if of_variant == variant:
            found[vendor] = written or {}
    return [found[vendor] for vendor in sorted(found) if found[vendor]]

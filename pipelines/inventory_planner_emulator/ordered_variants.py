"""Variants in the lines of orders, for an account without an assortment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.planning.supply import OPEN_STATUSES
from inventory_planner_emulator.totals import Line, Order, open_quantity, strip_zeros, to_decimal

Record = dict[str, Any]

_VARIANT_FIELDS = ("sku", "title", "product_id", "barcode", "image", "cost_price", "in_stock", "lead_time")


def find_ordered_variants(account: Account) -> dict[str, Record]:
    """Return the variants of all lines, each as in its latest line; the quantities are those of the last jobs.

    `replenishment` is the quantity last ordered less what is still on order, because orders say nothing about demand.
    """
    found: dict[str, Record] = {}
    for order in account.visible_orders().records():
        for line in order.get("items") or []:
            _add_line(found, order, line)
    for order in account.orders_counted_by_jobs():
        for line in order.get("items") or []:
            _count_line(found, order, line)
    return found


def new_variant(variant_id: str) -> Record:
    """Return a variant without any data."""
    nothing = Decimal(0)
    return {"id": variant_id, "purchase_orders_qty": nothing, "replenishment": nothing, "removed": False}


def with_figures(row: Record) -> Record:
    """Return a variant with the figures that follow from what is ordered and on order."""
    replenishment = max(row["replenishment"] - row["purchase_orders_qty"], Decimal(0))
    return {
        **row,
        "replenishment": strip_zeros(replenishment),
        "purchase_orders_qty": strip_zeros(row["purchase_orders_qty"]),
        "lead_time": row.get("lead_time"),
        "review_period": None,
        "under_value": strip_zeros(replenishment * to_decimal(row.get("cost_price"))),
        "oos": None,
    }


def _add_line(found: dict[str, Record], order: Order, line: Line) -> None:
    row = _variant(found, line)
    row.update({name: line[name] for name in _VARIANT_FIELDS if name in line})
    row["vendor"] = order.get("vendor") or row.get("vendor")


def _count_line(found: dict[str, Record], order: Order, line: Line) -> None:
    row = _variant(found, line)
    row["replenishment"] = to_decimal(line.get("replenishment"))
    if str(order.get("status")).lower() in OPEN_STATUSES:
        row["purchase_orders_qty"] += open_quantity(line)


def _variant(found: dict[str, Record], line: Line) -> Record:
    variant = str(line.get("id"))
    return found.setdefault(variant, new_variant(variant))

"""Quantities and money of an order, added up from its lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from inventory_planner_emulator.filters import is_unset


def number(value: Any) -> Decimal:
    """A quantity or an amount, exactly; 0 where it is not set."""
    return Decimal(0) if is_unset(value) else Decimal(str(value))


def with_totals(order: dict[str, Any]) -> dict[str, Any]:
    """The order with every line's and its own totals recomputed.

    A line's `total_ex_tax` is ordered quantity times cost price less `discount` percent where `discount_enabled`; its
    `total` adds `tax` percent; the order's `total` adds shipping and its tax. Percents are an assumption: the documents
    name the fields only.
    """
    discounted = bool(order.get("discount_enabled"))
    items = [_with_line_totals(item, discounted=discounted) for item in order.get("items") or []]
    shipping = number(order.get("shipping_handling")) + number(order.get("shipping_handling_tax"))
    return {
        **order,
        "total": plain(sum((item["total"] for item in items), shipping)),
        "total_ordered": _sum(items, "replenishment"),
        "total_received": _sum(items, "received"),
        "items": items,
    }


def with_received_totals(order: dict[str, Any]) -> dict[str, Any]:
    """The order with what depends on receipts recomputed, and its money untouched."""
    items = [{**item, "remaining": _remaining(item)} for item in order.get("items") or []]
    return {**order, "total_received": _sum(items, "received"), "items": items}


def _sum(items: list[dict[str, Any]], field: str) -> Decimal:
    return plain(sum((number(item.get(field)) for item in items), Decimal(0)))


def _remaining(item: dict[str, Any]) -> Decimal:
    return plain(max(number(item.get("replenishment")) - number(item.get("received")), Decimal(0)))


def _with_line_totals(item: dict[str, Any], *, discounted: bool) -> dict[str, Any]:
    ordered = number(item.get("replenishment"))
    off = number(item.get("discount")) if discounted else Decimal(0)
    cost = ordered * number(item.get("cost_price")) * (100 - off) / 100
    return {
        **item,
        "remaining": _remaining(item),
        "ordered_cost": plain(cost),
        "total_ex_tax": plain(cost),
        "total": plain(cost * (100 + number(item.get("tax"))) / 100),
    }


def plain(value: Decimal) -> Decimal:
    """The number without trailing zeros or an exponent: 127.5, not 127.500; 30, not 3E+1."""
    return Decimal(int(value)) if value == value.to_integral_value() else value.normalize()

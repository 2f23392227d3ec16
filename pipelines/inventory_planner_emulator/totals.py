"""Quantities and amounts: receipts of a line, and the totals of an order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from inventory_planner_emulator.filters import is_unset

Order = dict[str, Any]
Line = dict[str, Any]


def to_decimal(value: Any) -> Decimal:
    """Return a quantity or an amount as an exact number; 0 if it is not set."""
    return Decimal(0) if is_unset(value) else Decimal(str(value))


def is_transfer(order: Order) -> bool:
    """Return True for a transfer: an order from a warehouse, unless it is an assembly order."""
    return order.get("type") == "transfer" or bool(not order.get("type") and order.get("source_warehouse"))


def strip_zeros(value: Decimal) -> Decimal:
    """Drop trailing zeros and the exponent: 127.500 becomes 127.5, and 3E+1 becomes 30."""
    return Decimal(int(value)) if value == value.to_integral_value() else value.normalize()


def open_quantity(line: Line) -> Decimal:
    """Return the quantity that is ordered and not received yet."""
    return max(to_decimal(line.get("replenishment")) - to_decimal(line.get("received")), Decimal(0))


def with_received(line: Line, total: Any, at: datetime) -> Line:
    """Return the line with a new received total; a difference is recorded as a receipt, dated in Unix seconds."""
    difference = to_decimal(total) - to_decimal(line.get("received"))
    if difference == 0:
        return {**line, "received": total}
    receipt = {"date": int(at.timestamp()), "value": strip_zeros(difference)}
    return {**line, "received": total, "received_history": [*(line.get("received_history") or []), receipt]}


def with_totals(order: Order) -> Order:
    """Return the order with the totals of its lines and its own recomputed.

    A line's `total_ex_tax` is the ordered quantity times the cost price, less `discount` percent if `discount_enabled`
    is set. Its `total` adds `tax` percent. The order's `total` adds shipping and the tax on it. That discount and tax
    are percentages is an assumption; the API documents give only the names of the fields.
    """
    has_discount = bool(order.get("discount_enabled"))
    lines = [_with_line_totals(line, has_discount=has_discount) for line in order.get("items") or []]
    shipping = to_decimal(order.get("shipping_handling")) + to_decimal(order.get("shipping_handling_tax"))
    return {
        **order,
        "total": strip_zeros(sum((line["total"] for line in lines), shipping)),
        "total_ordered": _sum(lines, "replenishment"),
        "total_received": _sum(lines, "received"),
        "items": lines,
    }


def with_received_totals(order: Order) -> Order:
    """Return the order with the totals that depend on receipts recomputed, and its amounts unchanged."""
    lines = [{**line, "remaining": strip_zeros(open_quantity(line))} for line in order.get("items") or []]
    return {**order, "total_received": _sum(lines, "received"), "items": lines}


def _sum(lines: list[Line], field: str) -> Decimal:
    return strip_zeros(sum((to_decimal(line.get(field)) for line in lines), Decimal(0)))


def _with_line_totals(line: Line, *, has_discount: bool) -> Line:
    discount = to_decimal(line.get("discount")) if has_discount else Decimal(0)
    cost = to_decimal(line.get("replenishment")) * to_decimal(line.get("cost_price")) * (100 - discount) / 100
    return {
        **line,
        "remaining": strip_zeros(open_quantity(line)),
        "ordered_cost": strip_zeros(cost),
        "total_ex_tax": strip_zeros(cost),
        "total": strip_zeros(cost * (100 + to_decimal(line.get("tax"))) / 100),
    }

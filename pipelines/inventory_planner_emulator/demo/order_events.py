"""What happens to an order of the demo account; each function returns the order after the event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from inventory_planner_emulator.timestamps import format_timestamp
from inventory_planner_emulator.totals import Line, Order, strip_zeros, to_decimal, with_received, with_totals

DRAFT, OPEN, ORDERED = "draft", "open", "ordered"
PARTIALLY_RECEIVED, CLOSED, CANCELLED = "Partially received", "closed", "cancelled"


def update(order: Order, at: datetime, **changes: Any) -> Order:
    """Change fields of an order."""
    stamp = format_timestamp(at)
    return {**order, **changes, "version": order["version"] + 1, "updated_at": stamp, "last_modified": stamp}


def deliver(order: Order, quantities: Sequence[Decimal], at: datetime) -> Order:
    """Receive goods: one quantity for each line, 0 for a line without goods."""
    pairs = zip(order["items"], quantities, strict=True)
    lines = [_received(line, quantity, at) if quantity else line for line, quantity in pairs]
    changed = {**order, "items": lines, "status": PARTIALLY_RECEIVED, "received_date": at.date().isoformat()}
    return update(with_totals(changed), at)


def save_to_shop(order: Order, at: datetime, status: str) -> Order:
    """Save the order to the connected shop, with the given result."""
    connection = {
        "connection": "shopkeeper.4411",
        "connection_id": "4411",
        "save_po": True,
        "id": f"t{order['reference']}",
        "reference": f"PO{order['reference']}",
        "status": status,
    }
    return update(order, at, connections=[connection])


def push_to_shop(order: Order, at: datetime, *, fails: bool, is_behind: bool) -> Order:
    """Push received stock to the connected shop; a failure is reported on the first line.

    A push that is behind was made before the last delivery, if there were several.
    """
    deliveries = sorted({receipt["date"] for line in order["items"] for receipt in line.get("received_history", [])})
    if is_behind and len(deliveries) > 1:
        deliveries = deliveries[:-1]
    rows = [
        {"id": line["id"], "delta": strip_zeros(quantity), "stock_before": line["in_stock"]}
        for line in order["items"]
        if (quantity := _received_in(line, deliveries))
    ]
    if fails and rows:
        rows[0] = {**rows[0], "error": "Update request failed"}
    return update(order, at, stock_updates=[{"forDst": True, "wh": order["warehouse"], "items": rows}])


def _received(line: Line, quantity: Decimal, at: datetime) -> Line:
    return with_received(line, strip_zeros(to_decimal(line.get("received")) + quantity), at)


def _received_in(line: Line, deliveries: Sequence[int]) -> Decimal:
    receipts = line.get("received_history", [])
    return sum((to_decimal(receipt["value"]) for receipt in receipts if receipt["date"] in deliveries), Decimal(0))

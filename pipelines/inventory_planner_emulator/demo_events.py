"""What happens to an order of the demo account: each function gives the order after the event, stamped with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from inventory_planner_emulator.account import received
from inventory_planner_emulator.instants import text
from inventory_planner_emulator.totals import number, plain, with_totals

Order = dict[str, Any]

DRAFT, OPEN, ORDERED = "draft", "open", "ordered"
PART_RECEIVED, CLOSED, CANCELLED = "Partially received", "closed", "cancelled"
ACTIVE = (OPEN, ORDERED, PART_RECEIVED)


def stamped(order: Order, at: datetime, **changes: Any) -> Order:
    """The order after a change of some fields."""
    stamp = text(at)
    return {**order, **changes, "version": order["version"] + 1, "updated_at": stamp, "last_modified": stamp}


def placed(order: Order, at: datetime, *, is_confirmed: bool) -> Order:
    """A draft sent to its vendor, confirmed at once or not yet."""
    return stamped(order, at, status=ORDERED if is_confirmed else OPEN)


def delivered(order: Order, quantities: Sequence[Decimal], at: datetime) -> Order:
    """Goods arrived: one quantity for each line, 0 for a line that got nothing."""
    pairs = zip(order["items"], quantities, strict=True)
    items = [_with_receipt(item, quantity, at) for item, quantity in pairs]
    today = at.date().isoformat()
    changed = with_totals({**order, "items": items, "status": PART_RECEIVED, "received_date": today})
    return stamped(changed, at)


def open_quantities(order: Order) -> list[Decimal]:
    """What each line still waits for."""
    return [max(number(item["replenishment"]) - number(item.get("received")), Decimal(0)) for item in order["items"]]


def pushed_to_shop(order: Order, at: datetime, *, fails: bool, is_behind: bool) -> Order:
    """The stock update that tells the connected shop of the receipts; a failed one says so on its first line.

    One that is behind was made before the last delivery, unless there was only that one.
    """
    deliveries = sorted({receipt["date"] for item in order["items"] for receipt in item.get("received_history", [])})
    told = deliveries[:-1] if is_behind and len(deliveries) > 1 else deliveries
    rows = [
        {"id": item["id"], "delta": plain(quantity), "stock_before": item["in_stock"]}
        for item in order["items"]
        if (quantity := _delivered(item, told))
    ]
    if fails and rows:
        rows[0] = {**rows[0], "error": "Update request failed"}
    return stamped(order, at, stock_updates=[{"forDst": True, "wh": order["warehouse"], "items": rows}])


def saved_to_shop(order: Order, at: datetime, status: str) -> Order:
    """The order saved into the connected shop system, in the given state of saving."""
    saved = {
        "connection": "shopkeeper.4411",
        "connection_id": "4411",
        "save_po": True,
        "id": f"t{order['reference']}",
        "reference": f"PO{order['reference']}",
        "status": status,
    }
    return stamped(order, at, connections=[saved])


def _delivered(item: dict[str, Any], deliveries: Sequence[int]) -> Decimal:
    receipts = item.get("received_history", [])
    return sum((number(each["value"]) for each in receipts if each["date"] in deliveries), Decimal(0))


def _with_receipt(item: dict[str, Any], quantity: Decimal, at: datetime) -> dict[str, Any]:
    if quantity == 0:
        return item
    return received(item, plain(number(item.get("received")) + quantity), at)

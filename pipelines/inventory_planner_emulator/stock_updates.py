"""Received quantities on their way into the stock of a connected system: what is pending, and what was pushed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.endpoint_request import EndpointRequest, RefusedError
from inventory_planner_emulator.fields import StockUpdate
from inventory_planner_emulator.order_access import editable_order, stored_item_id, visible_order
from inventory_planner_emulator.request_body import check_fields, parse_body
from inventory_planner_emulator.response_shapes import shape_line
from inventory_planner_emulator.responses import HttpResponse, json_response
from inventory_planner_emulator.totals import Line, Order, is_transfer, strip_zeros, to_decimal

_NOT_IN_ORDER = "The purchase order has no such item"


def get_pending_stock_update(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders/{id}/stock-update?forDst=true: what was received and not pushed yet, by variant.

    With `forDst=false`, which only a transfer has, it is what left the source warehouse, as negative quantities.
    """
    order = visible_order(account, request).record
    for_destination = request.parameter("forDst", "true") in ("true", "1")
    rows = [shape_line(row, account.quirks) for row in _pending(order, for_destination=for_destination)]
    return json_response({"items": rows, "forDst": for_destination, "wh": _warehouse(order, for_destination)})


def push_stock_update(account: Account, request: EndpointRequest) -> HttpResponse:
    """POST purchase-orders/{id}/stock-update; one document has the key `stock_update`, the other `stock-update`.

    What is pushed is what was sent, whether or not it was pending. Items with an `error` count as not pushed.
    """
    order = editable_order(account, request)
    body = parse_body(request)
    sent = check_fields(_stock_update(body), "stock-update", StockUpdate).get("items", [])
    for_destination = body.get("forDst", True) is True
    if not for_destination and not is_transfer(order):
        raise RefusedError("Only a transfer can update stock in the source warehouse")
    items = [_pushed_item(account, order, row) for row in sent]
    update = {"forDst": for_destination, "wh": _warehouse(order, for_destination), "items": items}
    account.save({**order, "stock_updates": [*(order.get("stock_updates") or []), update]})
    return json_response({"items": [shape_line(row, account.quirks) for row in items], "forDst": for_destination})


def _stock_update(body: dict[str, Any]) -> Any:
    for name in ("stock-update", "stock_update"):
        if name in body:
            return body[name]
    raise RefusedError("Missing stock-update")


def _pushed_item(account: Account, order: Order, row: Line) -> Line:
    item_id = stored_item_id(order, row["id"])
    pushed = {"id": item_id, "delta": row.get("delta"), "stock_before": row.get("stock_before")}
    is_missing = item_id not in {str(line.get("id")) for line in order.get("items") or []}
    error = _NOT_IN_ORDER if is_missing else account.quirks.push_errors.get(item_id)
    return {**pushed, "error": error} if error else pushed


def _pending(order: Order, *, for_destination: bool) -> list[Line]:
    """Return, by variant, the received quantity less what earlier stock updates pushed."""
    if not for_destination and not is_transfer(order):
        return []
    pushed, sign = _pushed(order, for_destination=for_destination), 1 if for_destination else -1
    received: dict[str, Decimal] = {}
    stock: dict[str, Any] = {}
    for line in order.get("items") or []:
        item_id = str(line.get("id"))
        received[item_id] = received.get(item_id, Decimal(0)) + sign * to_decimal(line.get("received"))
        stock[item_id] = line.get("in_stock" if for_destination else "source_stock") or 0
    return [
        {"id": item_id, "delta": strip_zeros(delta), "stock_before": stock[item_id]}
        for item_id, total in received.items()
        if (delta := total - pushed.get(item_id, Decimal(0)))
    ]


def _pushed(order: Order, *, for_destination: bool) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for update in order.get("stock_updates") or []:
        if update.get("forDst") is for_destination:
            for row in update.get("items") or []:
                if not row.get("error"):
                    item_id = stored_item_id(order, row["id"])
                    sums[item_id] = sums.get(item_id, Decimal(0)) + to_decimal(row.get("delta"))
    return sums


def _warehouse(order: Order, for_destination: bool) -> Any:  # noqa: FBT001 (both names are clear)
    return order.get("warehouse" if for_destination else "source_warehouse")

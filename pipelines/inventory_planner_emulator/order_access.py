"""The order in a request's path, and its lines, for reading and for changing."""

from __future__ import annotations

from typing import Any

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.endpoint_request import EndpointRequest, NotFoundError, RefusedError
from inventory_planner_emulator.order_index import Row
from inventory_planner_emulator.response_shapes import ending_digits
from inventory_planner_emulator.totals import Order


def visible_order(account: Account, request: EndpointRequest) -> Row:
    """Return the order as reads show it.

    Raises:
        NotFoundError: If reads show no such order.
    """
    order_id = request.path["order_id"]
    row = account.visible_orders().rows.get(order_id)
    if row is None:
        raise NotFoundError("purchase-order", order_id)
    return row


def editable_order(account: Account, request: EndpointRequest) -> Order:
    """Return a copy of the order as it is now.

    Raises:
        NotFoundError: If there is no such order.
        RefusedError: If it is read-only.
    """
    order_id = request.path["order_id"]
    try:
        order = account.get(order_id)
    except KeyError:
        raise NotFoundError("purchase-order", order_id) from None
    if order.get("readonly"):
        raise RefusedError(f"Purchase order {order_id} is read-only")
    return order


def stored_item_id(order: Order, sent: Any) -> str:
    """Return the id of the line that a client means: the documents write 123 and c20_123 for the same one."""
    item_ids = [str(line.get("id")) for line in order.get("items") or []]
    if str(sent) in item_ids:
        return str(sent)
    return next((item_id for item_id in item_ids if ending_digits(item_id) == str(sent)), str(sent))

"""Saving an order to a connected system, which may take a while or fail."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Any

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.endpoint_request import EndpointRequest
from inventory_planner_emulator.fields import ConnectionUpdate
from inventory_planner_emulator.order_access import editable_order
from inventory_planner_emulator.request_body import parse_record
from inventory_planner_emulator.responses import HttpResponse, json_response, success
from inventory_planner_emulator.totals import Order

_Connection = dict[str, Any]


def save_connection(account: Account, request: EndpointRequest) -> HttpResponse:
    """PUT purchase-orders/{id}/connections/{connection}; `result` is a success even if the connection's status is not.

    Whether it succeeds, and after how many reads, is up to the quirks `connection_errors` and `connection_wait`.
    """
    order = editable_order(account, request)
    name = request.path["connection"]
    before: _Connection = next((row for row in order.get("connections") or [] if row.get("connection") == name), {})
    fields = parse_record(request, "connection", ConnectionUpdate)
    saved = start_save(account, order, {**before, "connection": name, **_known_fields(fields)})
    account.save(_with_connection(order, saved))
    message = f"Updated purchase-order {order['id']} connection {name}"
    return json_response({"connection": saved, **success(message)})


def start_save(account: Account, order: Order, fields: _Connection) -> _Connection:
    """Return what an order's connection shows at first; what it shows later waits for `show_next_statuses`."""
    row = {"save_po": False, **fields}
    key = (str(order["id"]), row["connection"])
    account.waiting_saves.pop(key, None)
    if row["save_po"] is not True:
        return row
    statuses = [{**row, "status": status} for status in account.quirks.connection_wait]
    first, *later = [*statuses, _finished(account, order, row)]
    account.waiting_saves[key] = deque(later)
    return first


def show_next_statuses(account: Account, order_id: str) -> None:
    """Let the order's connections that are being saved go on to their next status, after a read showed them."""
    for (saved_order, _), later in account.waiting_saves.items():
        if saved_order == order_id and later:
            row = later.popleft()
            with suppress(KeyError):  # reads may still show an order that was deleted
                account.save(_with_connection(account.get(order_id), row))


def _finished(account: Account, order: Order, row: _Connection) -> _Connection:
    """Return the connection in the end; an order that was saved has an id and a reference in the connected system."""
    if row["connection"] in account.quirks.connection_errors:
        return {**row, "status": "error"}
    return {"id": f"t{str(order['id'])[-6:]}", "reference": order.get("reference"), **row, "status": "success"}


def _with_connection(order: Order, row: _Connection) -> Order:
    others = (each for each in order.get("connections") or [] if each.get("connection") != row["connection"])
    return {**order, "connections": [*others, row]}


def _known_fields(fields: _Connection) -> _Connection:
    return {name: value for name, value in fields.items() if name in ConnectionUpdate.__annotations__}

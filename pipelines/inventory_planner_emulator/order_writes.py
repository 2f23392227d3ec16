"""The endpoints of `/api/v1` that change purchase orders, as the two API documents describe them.

Read-only and unknown fields are ignored. Statuses are stored in lower case, because clients that wrote
capitals read back lower case. `skip_background_jobs` is ignored, because there are no background jobs here.
"""

from __future__ import annotations

import secrets
from typing import Any

from inventory_planner_emulator import catalog
from inventory_planner_emulator.account import Account
from inventory_planner_emulator.endpoint_request import EndpointRequest, NotFoundError, RefusedError
from inventory_planner_emulator.fields import (
    WRITABLE_LINE_FIELDS,
    WRITABLE_ORDER_FIELDS,
    ConnectionUpdate,
    LineUpdate,
    LineUpdateById,
    NewOrder,
    OrderUpdate,
    StockUpdate,
)
from inventory_planner_emulator.query import parse_query
from inventory_planner_emulator.request_body import check_fields, parse_body, parse_record
from inventory_planner_emulator.responses import HttpResponse, json_response, success
from inventory_planner_emulator.timestamps import format_timestamp
from inventory_planner_emulator.totals import Line, Order, with_received, with_received_totals, with_totals

_FIELDS_OF_TOTALS = {"items", "discount_enabled", "shipping_handling", "shipping_handling_tax"}
_FIELDS_OF_SOURCE = {"vendor", "warehouse", "source_warehouse"}
_FIELDS_FROM_VARIANT = ("sku", "title", "barcode", "product_id", "cost_price", "in_stock")

_Variants = dict[str, dict[str, Any]]


def create_order(account: Account, request: EndpointRequest) -> HttpResponse:
    """POST purchase-orders; clients were refused without a warehouse, although the documents don't require one."""
    fields = parse_record(request, "purchase-order", NewOrder)
    if not fields.get("warehouse"):
        raise RefusedError("Warehouse is required")
    variants = catalog.variants_by_id(account)
    lines = (
        _lines_of_filter(fields["variants_filter"], variants) if "variants_filter" in fields else fields.get("items")
    )
    if not lines:
        raise RefusedError("Purchase order has no items")
    stamp = format_timestamp(account.now())
    order = {
        "id": f"{int(account.now().timestamp()):08x}{secrets.token_hex(8)}",
        "status": "open",
        "created_date": account.today(),
        "currency": "USD",
        **_writable_fields(fields),
        "reference": fields.get("reference") or account.next_reference(),
        "created_at": stamp,
        "updated_at": stamp,
        "last_modified": stamp,
        "items": [_merge_line(_line_of_variant(line, variants), line) for line in lines],
    }
    order["connections"] = [_saved_connection(order, {}, connection) for connection in fields.get("connections", ())]
    account.put(with_totals(_with_source(account, order)))
    return _order_response(account, order["id"], f"Created purchase-order {order['id']}")


def update_order(account: Account, request: EndpointRequest) -> HttpResponse:
    """PATCH and PUT purchase-orders/{id}: fields that are not sent stay, even with PUT, as a client saw."""
    order = _editable_order(account, request)
    fields = parse_record(request, "purchase-order", OrderUpdate)
    changed = {**order, **_writable_fields(fields)}
    if "items" in fields:
        changed["items"] = _replaced_lines(account, order, fields["items"])
    if _FIELDS_OF_TOTALS & fields.keys():
        changed = with_totals(changed)
    if _FIELDS_OF_SOURCE & fields.keys():
        changed = _with_source(account, changed)
    account.edit(request.path["order_id"], **changed)
    return _order_response(account, request.path["order_id"], f"Updated purchase-order {request.path['order_id']}")


def update_lines(account: Account, request: EndpointRequest) -> HttpResponse:
    """PATCH purchase-orders/{id}/items; lines with the same id take one update each, in turn."""
    order = _editable_order(account, request)
    updates = check_fields(parse_body(request).get("items", []), "items", list[LineUpdateById])
    rows = [_line_summary(line) for line in _apply_updates(account, order, updates)]
    return json_response({"items": rows, **success(f"{len(rows)} updated, from total {len(order['items'])} items")})


def update_line(account: Account, request: EndpointRequest) -> HttpResponse:
    """PATCH purchase-orders/{id}/items/{item_id}; as documented, the response has one object under a plural key."""
    order = _editable_order(account, request)
    item_id = request.path["item_id"]
    updated = _apply_updates(account, order, [{**parse_record(request, "item", LineUpdate), "id": item_id}])
    if not updated:
        raise NotFoundError("item", item_id)
    message = f'Purchase order "{order.get("reference")}" item {item_id} updated'
    return json_response({"items": _line_summary(updated[0]), **success(message)})


def save_connection(account: Account, request: EndpointRequest) -> HttpResponse:
    """PUT purchase-orders/{id}/connections/{connection}; saving succeeds at once."""
    order = _editable_order(account, request)
    name = request.path["connection"]
    connections = order.get("connections") or []
    before: dict[str, Any] = next((row for row in connections if row.get("connection") == name), {})
    fields = parse_record(request, "connection", ConnectionUpdate)
    saved = _saved_connection(order, before, {**fields, "connection": name})
    account.edit(order["id"], connections=[*(row for row in connections if row.get("connection") != name), saved])
    message = f"Updated purchase-order {order['id']} connection {name}"
    return json_response({"connection": saved, **success(message)})


def push_stock_update(account: Account, request: EndpointRequest) -> HttpResponse:
    """POST purchase-orders/{id}/stock-update; one document has the key `stock_update`, the other `stock-update`."""
    order = _editable_order(account, request)
    body = parse_body(request)
    fields = check_fields(body.get("stock-update") or body.get("stock_update") or {}, "stock-update", StockUpdate)
    for_destination = body.get("forDst", True) is True
    warehouse = order.get("warehouse" if for_destination else "source_warehouse")
    update = {"forDst": for_destination, "wh": warehouse, "items": fields.get("items", [])}
    account.edit(order["id"], stock_updates=[*(order.get("stock_updates") or []), update])
    return json_response({"items": update["items"], "forDst": for_destination})


def _editable_order(account: Account, request: EndpointRequest) -> Order:
    order_id = request.path["order_id"]
    try:
        order = account.get(order_id)
    except KeyError:
        raise NotFoundError("purchase-order", order_id) from None
    if order.get("readonly"):
        raise RefusedError(f"Purchase order {order_id} is read-only")
    return order


def _writable_fields(fields: dict[str, Any]) -> dict[str, Any]:
    writable = {name: value for name, value in fields.items() if name in WRITABLE_ORDER_FIELDS}
    lower_case = {name: writable[name].lower() for name in ("status", "vendor") if isinstance(writable.get(name), str)}
    return {**writable, **lower_case}


def _with_source(account: Account, order: Order) -> Order:
    """Return the order with what follows from its vendor and warehouses: the source, and the display names."""
    names = {row["name"]: row["display_name"] for row in catalog.list_warehouses(account)}
    names |= {row["id"]: row["name"] for row in catalog.list_vendors(account)}
    vendor, warehouse = order.get("vendor"), order.get("warehouse")
    source = order.get("source_warehouse") or vendor or ""
    return {
        **order,
        **({"vendor_display_name": names.get(vendor, vendor)} if vendor else {}),
        "source_type": "warehouse" if order.get("source_warehouse") else "vendor",
        "source": source,
        "source_display_name": names.get(source, source),
        "warehouse_display_name": names.get(warehouse, warehouse),
    }


def _lines_of_filter(variants_filter: dict[str, Any], variants: _Variants) -> list[Line]:
    """Return a line for each variant that matches the filter, with the quantity to replenish."""
    known_fields = frozenset[str]().union(*variants.values())
    conditions = parse_query([(name, str(value)) for name, value in variants_filter.items()], known_fields).conditions
    return [
        {"id": variant["id"], "replenishment": variant["replenishment"]}
        for variant in variants.values()
        if all(condition.matches(variant.get(condition.field)) for condition in conditions)
    ]


def _replaced_lines(account: Account, order: Order, lines: list[Line]) -> list[Line]:
    """Return the lines that replace those of the order; a line that existed keeps the fields that are not sent."""
    variants = catalog.variants_by_id(account)
    existing = {str(line.get("id")): line for line in reversed(order.get("items") or [])}
    return [
        _merge_line(existing.pop(str(line["id"]), None) or _line_of_variant(line, variants), line) for line in lines
    ]


def _merge_line(base: Line, fields: Line) -> Line:
    item_id = str(fields["id"])
    return {"id": item_id, "line_id": item_id, "replenishment": 0, **base, **_writable_line_fields(fields)}


def _line_of_variant(line: Line, variants: _Variants) -> Line:
    variant = variants.get(str(line["id"]), {})
    return {name: variant[name] for name in _FIELDS_FROM_VARIANT if name in variant}


def _writable_line_fields(fields: Line) -> Line:
    return {name: value for name, value in fields.items() if name in WRITABLE_LINE_FIELDS}


def _apply_updates(account: Account, order: Order, updates: list[Line]) -> list[Line]:
    """Update the order's lines; return those that changed."""
    waiting = list(updates)
    lines, updated = [], []
    for line in order.get("items") or []:
        update = next((each for each in waiting if str(each["id"]) == str(line.get("id"))), None)
        if update is None:
            lines.append(line)
        else:
            waiting.remove(update)
            lines.append(_updated_line(account, line, update))
            updated.append(lines[-1])
    if updated:
        _save_lines(account, {**order, "items": lines}, updates)
    return updated


def _updated_line(account: Account, line: Line, update: Line) -> Line:
    line = {**line, **_writable_line_fields(update)}
    return with_received(line, update["received"], account.now()) if "received" in update else line


def _save_lines(account: Account, order: Order, updates: list[Line]) -> None:
    if any(WRITABLE_LINE_FIELDS & update.keys() for update in updates):
        order = with_totals(order)
    if any("received" in update for update in updates):
        order = {**with_received_totals(order), "received_date": account.today()}
    account.edit(order["id"], **order)


def _line_summary(line: Line) -> Line:
    return {"id": line["id"], "replenishment": line.get("replenishment"), "received": line.get("received", 0)}


def _saved_connection(order: Order, before: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Return a connection of the order; an order saved there gets an id and a reference in the connected system."""
    save_po = fields.get("save_po", before.get("save_po", False))
    row = {**before, "connection": fields["connection"], "save_po": save_po}
    if save_po is not True:
        return row
    return {"id": f"t{order['id'][-6:]}", "reference": order.get("reference"), "status": "success", **row}


def _order_response(account: Account, order_id: str, message: str) -> HttpResponse:
    return json_response({"purchase-order": account.get(order_id), **success(message)})

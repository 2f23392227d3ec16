"""The endpoints of `/api/v1` that create and change purchase orders, as the two API documents describe them.

Read-only and unknown fields are ignored. Statuses are stored in lower case, because clients that wrote
capitals read back lower case.
"""

from __future__ import annotations

import secrets
from typing import Any

from inventory_planner_emulator import catalog
from inventory_planner_emulator.account import Account
from inventory_planner_emulator.connections import start_save
from inventory_planner_emulator.endpoint_request import EndpointRequest, RefusedError
from inventory_planner_emulator.fields import WRITABLE_ORDER_FIELDS, NewOrder, OrderUpdate
from inventory_planner_emulator.line_writes import writable_line_fields
from inventory_planner_emulator.order_access import editable_order, stored_item_id
from inventory_planner_emulator.query import parse_query
from inventory_planner_emulator.request_body import parse_record, wants_jobs
from inventory_planner_emulator.response_shapes import shape_answered_order
from inventory_planner_emulator.responses import HttpResponse, json_response, success
from inventory_planner_emulator.timestamps import format_timestamp
from inventory_planner_emulator.totals import Line, Order, is_transfer, with_totals

_FIELDS_OF_TOTALS = {"items", "discount_enabled", "shipping_handling", "shipping_handling_tax"}
_FIELDS_OF_SOURCE = {"vendor", "warehouse", "source_warehouse"}
_FIELDS_FROM_VARIANT = ("sku", "title", "barcode", "product_id", "cost_price", "in_stock")

_Variants = dict[str, dict[str, Any]]


def create_order(account: Account, request: EndpointRequest) -> HttpResponse:
    """POST purchase-orders: every call makes an order, even if the same one was sent before.

    Clients were refused without a warehouse, although the documents don't require one. An order may be created without
    `items` and `variants_filter`, as an example of Neuro's page does, but not with an empty list or filter.
    """
    fields = parse_record(request, "purchase-order", NewOrder)
    variants = catalog.variants_by_id(account, fields.get("warehouse"))
    lines = _new_lines(fields, variants)
    _check_new_order(fields, lines)
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
        "items": [_merge_line(_line_of_variant(line, variants), line) for line in lines or ()],
    }
    if is_transfer(order):
        order["type"] = "transfer"
    order["connections"] = [
        start_save(account, order, {"connection": row["connection"], "save_po": row.get("save_po") or False})
        for row in fields.get("connections", ())
    ]
    account.save(with_totals(_with_source(account, order)), run_jobs=wants_jobs(request))
    return _order_response(account, order["id"], f"Created purchase-order {order['id']}")


def update_order(account: Account, request: EndpointRequest) -> HttpResponse:
    """PATCH and PUT purchase-orders/{id}: fields that are not sent stay, even with PUT, as a client saw."""
    order = editable_order(account, request)
    fields = parse_record(request, "purchase-order", OrderUpdate)
    changed = {**order, **_writable_fields(fields)}
    if "items" in fields:
        changed["items"] = _replaced_lines(account, order, fields["items"])
    if _FIELDS_OF_TOTALS & fields.keys():
        changed = with_totals(changed)
    if _FIELDS_OF_SOURCE & fields.keys():
        changed = _with_source(account, changed)
    account.save(changed, run_jobs=wants_jobs(request))
    return _order_response(account, request.path["order_id"], f"Updated purchase-order {request.path['order_id']}")


def _new_lines(fields: dict[str, Any], variants: _Variants) -> list[Line] | None:
    """Return the lines of a new order; None if it was sent without any."""
    if "variants_filter" in fields:
        return _lines_of_filter(fields["variants_filter"], variants)
    lines: list[Line] | None = fields.get("items")
    return lines


def _check_new_order(fields: dict[str, Any], lines: list[Line] | None) -> None:
    if not fields.get("warehouse"):
        raise RefusedError("Warehouse is required")
    if lines is not None and not lines:
        raise RefusedError("Purchase order has no items")
    if fields.get("type") == "assembly":
        if not fields.get("source_warehouse"):
            raise RefusedError("Source warehouse is required")
        if any(not line.get("components") for line in lines or ()):
            raise RefusedError("Components are required")


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
    variants = catalog.variants_by_id(account, order.get("warehouse"))
    existing = {str(line.get("id")): line for line in reversed(order.get("items") or [])}
    return [
        _merge_line(existing.pop(line["id"], None) or _line_of_variant(line, variants), line)
        for line in ({**line, "id": stored_item_id(order, line["id"])} for line in lines)
    ]


def _merge_line(base: Line, fields: Line) -> Line:
    item_id = str(fields["id"])
    return {"id": item_id, "line_id": item_id, "replenishment": 0, **base, **writable_line_fields(fields)}


def _line_of_variant(line: Line, variants: _Variants) -> Line:
    variant = variants.get(str(line["id"]), {})
    return {name: variant[name] for name in _FIELDS_FROM_VARIANT if name in variant}


def _order_response(account: Account, order_id: str, message: str) -> HttpResponse:
    order = shape_answered_order(account.get(order_id), account.quirks)
    return json_response({"purchase-order": order, **success(message)})

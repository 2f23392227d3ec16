"""The read endpoints of `/api/v1`."""

from __future__ import annotations

from decimal import Decimal

from inventory_planner_emulator import catalog
from inventory_planner_emulator.account import Account
from inventory_planner_emulator.catalog import Record
from inventory_planner_emulator.endpoint_request import EndpointRequest, NotFoundError
from inventory_planner_emulator.fields import ORDER_FIELDS
from inventory_planner_emulator.listing import list_response, orders_response
from inventory_planner_emulator.order_index import Row
from inventory_planner_emulator.query import parse_query
from inventory_planner_emulator.response_shapes import shape_order
from inventory_planner_emulator.responses import JSON_HEADERS, HttpResponse, json_response
from inventory_planner_emulator.totals import Order, strip_zeros, to_decimal


def list_orders(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders."""
    return orders_response(account.visible_orders(), parse_query(request.query, ORDER_FIELDS), account.quirks)


def get_order(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders/{id}."""
    fields = parse_query(request.query, ORDER_FIELDS).fields
    body = _find_order(account, request).render(account.quirks, fields)
    return HttpResponse(200, b'{"purchase-order":%b}' % body, JSON_HEADERS)


def list_lines(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders/{id}/items; whether the API adds `meta` is unknown, so there is none here."""
    return _order_field(account, request, "items")


def get_line(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders/{id}/items/{item_id}."""
    return _order_member(account, request, "items", "id", request.path["item_id"])


def list_connections(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders/{id}/connections."""
    return _order_field(account, request, "connections")


def get_connection(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders/{id}/connections/{connection}."""
    return _order_member(account, request, "connections", "connection", request.path["connection"])


def list_stock_updates(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders/{id}/stock_updates: the stock updates pushed so far."""
    return _order_field(account, request, "stock_updates")


def get_pending_stock_update(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders/{id}/stock-update?forDst=true: what was received and not pushed yet."""
    order = _find_order(account, request).record
    for_destination = request.parameter("forDst", "true") == "true"
    stock, warehouse = ("in_stock", "warehouse") if for_destination else ("source_stock", "source_warehouse")
    rows = _pending_changes(order, stock, for_destination=for_destination)
    return json_response({"items": rows, "forDst": for_destination, "wh": order.get(warehouse)})


def list_variants(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET variants."""
    return _list(request, "variants", list(catalog.variants_by_id(account).values()))


def get_variant(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET variants/{id}."""
    return json_response({"variant": catalog.get_variant(account, request.path["variant_id"])})


def list_variant_vendors(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET variants/{id}/vendors."""
    return json_response({"vendors": catalog.list_variant_vendors(account, request.path["variant_id"])})


def get_variant_vendor(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET variants/{id}/vendors/{vendor}."""
    rows = catalog.list_variant_vendors(account, request.path["variant_id"])
    return _single_vendor(rows, "n", request.path["vendor"])


def list_vendors(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET vendors."""
    return _list(request, "vendors", catalog.list_vendors(account))


def get_vendor(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET vendors/{id}."""
    return _single_vendor(catalog.list_vendors(account), "id", request.path["vendor"])


def list_warehouses(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET warehouses."""
    return _list(request, "warehouses", catalog.list_warehouses(account))


def _find_order(account: Account, request: EndpointRequest) -> Row:
    order_id = request.path["order_id"]
    row = account.visible_orders().rows.get(order_id)
    if row is None:
        raise NotFoundError("purchase-order", order_id)
    return row


def _order_field(account: Account, request: EndpointRequest, field: str) -> HttpResponse:
    order = shape_order(_find_order(account, request).record, account.quirks)
    return json_response({field: order.get(field) or []})


def _order_member(account: Account, request: EndpointRequest, field: str, key: str, member_id: str) -> HttpResponse:
    """Return one line or connection, found by its id as stored and served as the quirks show it."""
    order = _find_order(account, request).record
    shaped = shape_order(order, account.quirks).get(field) or []
    kind = field.removesuffix("s")
    members = shaped.values() if isinstance(shaped, dict) else shaped
    for stored, member in zip(order.get(field) or [], members, strict=True):
        if str(stored.get(key)) == member_id:
            return json_response({kind: member})
    raise NotFoundError(kind, member_id)


def _pending_changes(order: Order, stock_field: str, *, for_destination: bool) -> list[Record]:
    """Return, line by line, the received quantity less what earlier stock updates pushed."""
    pushed = _pushed(order, for_destination=for_destination)
    sign = 1 if for_destination else -1
    rows = []
    for line in order.get("items") or []:
        delta = sign * to_decimal(line.get("received")) - pushed.get(str(line.get("id")), Decimal(0))
        if delta:
            rows.append({"id": line.get("id"), "delta": strip_zeros(delta), "stock_before": line.get(stock_field) or 0})
    return rows


def _pushed(order: Order, *, for_destination: bool) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for update in order.get("stock_updates") or []:
        if update.get("forDst") is for_destination:
            for row in update.get("items") or []:
                if not row.get("error"):
                    sums[str(row["id"])] = sums.get(str(row["id"]), Decimal(0)) + to_decimal(row.get("delta"))
    return sums


def _list(request: EndpointRequest, name: str, rows: list[Record]) -> HttpResponse:
    known_fields = frozenset[str]().union(*rows)
    return list_response(name, rows, parse_query(request.query, known_fields))


def _single_vendor(rows: list[Record], key: str, vendor: str) -> HttpResponse:
    for row in rows:
        if row[key] == vendor:
            return json_response({"vendor": row})
    raise NotFoundError("vendor", vendor)

"""The read endpoints of `/api/v1`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from inventory_planner_emulator import catalog
from inventory_planner_emulator.account import Account
from inventory_planner_emulator.catalog import Record
from inventory_planner_emulator.connections import show_next_statuses
from inventory_planner_emulator.endpoint_request import EndpointRequest, NotFoundError
from inventory_planner_emulator.fields import ORDER_FIELDS
from inventory_planner_emulator.listing import list_response, orders_response, rows_response
from inventory_planner_emulator.order_access import stored_item_id, visible_order
from inventory_planner_emulator.query import parse_query
from inventory_planner_emulator.quirks import NO_QUIRKS
from inventory_planner_emulator.response_shapes import shape_order
from inventory_planner_emulator.responses import JSON_HEADERS, HttpResponse, json_response
from inventory_planner_emulator.variant_rows import VariantRow


def list_orders(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders."""
    return orders_response(account.visible_orders(), parse_query(request.query, ORDER_FIELDS), account.quirks)


def get_order(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders/{id}."""
    fields = parse_query(request.query, ORDER_FIELDS).fields
    body = visible_order(account, request).render(account.quirks, fields)
    show_next_statuses(account, request.path["order_id"])
    return HttpResponse(200, b'{"purchase-order":%b}' % body, JSON_HEADERS)


def list_lines(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders/{id}/items; whether the API adds `meta` is unknown, so there is none here."""
    return _order_field(account, request, "items")


def get_line(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders/{id}/items/{item_id}."""
    item_id = stored_item_id(visible_order(account, request).record, request.path["item_id"])
    return _order_member(account, request, "items", "id", item_id)


def list_connections(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders/{id}/connections."""
    response = _order_field(account, request, "connections")
    show_next_statuses(account, request.path["order_id"])
    return response


def get_connection(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders/{id}/connections/{connection}."""
    response = _order_member(account, request, "connections", "connection", request.path["connection"])
    show_next_statuses(account, request.path["order_id"])
    return response


def list_stock_updates(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET purchase-orders/{id}/stock_updates: the stock updates pushed so far."""
    return _order_field(account, request, "stock_updates")


def list_variants(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET variants."""
    rows: Iterable[VariantRow] = catalog.variant_rows(account).values()
    if account.quirks.restless_figures:
        rows = [replace(row, reads=len(account.requests)) for row in rows]
    query = parse_query(request.query, catalog.variant_fields(account))
    return rows_response("variants", rows, query, account.quirks)


def get_variant(account: Account, request: EndpointRequest) -> HttpResponse:
    """GET variants/{id}."""
    fields = parse_query(request.query, catalog.variant_fields(account)).fields
    body = catalog.get_variant(account, request.path["variant_id"]).render(account.quirks, fields)
    return HttpResponse(200, b'{"variant":%b}' % body, JSON_HEADERS)


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


def _order_field(account: Account, request: EndpointRequest, field: str) -> HttpResponse:
    order = shape_order(visible_order(account, request).record, account.quirks)
    return json_response({field: order.get(field) or []})


def _order_member(account: Account, request: EndpointRequest, field: str, key: str, member_id: str) -> HttpResponse:
    """Return one line or connection, found by its id as stored and served as the quirks show it."""
    order = visible_order(account, request).record
    shaped = shape_order(order, account.quirks).get(field) or []
    kind = field.removesuffix("s")
    members = shaped.values() if isinstance(shaped, dict) else shaped
    for stored, member in zip(order.get(field) or [], members, strict=True):
        if str(stored.get(key)) == member_id:
            return json_response({kind: member})
    raise NotFoundError(kind, member_id)


def _list(request: EndpointRequest, name: str, rows: list[Record]) -> HttpResponse:
    known_fields = frozenset[str]().union(*rows)
    return list_response(name, rows, parse_query(request.query, known_fields), NO_QUIRKS)


def _single_vendor(rows: list[Record], key: str, vendor: str) -> HttpResponse:
    for row in rows:
        if row[key] == vendor:
            return json_response({"vendor": row})
    raise NotFoundError("vendor", vendor)

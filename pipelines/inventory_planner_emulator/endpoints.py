"""The endpoints of `/api/v1`: which function answers which method and path."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.routing import Match, Route
from starlette.types import Scope

from inventory_planner_emulator import connections, line_writes, order_writes, reads, stock_updates, variant_writes
from inventory_planner_emulator.account import Account
from inventory_planner_emulator.endpoint_request import EndpointRequest
from inventory_planner_emulator.responses import HttpResponse

Endpoint = Callable[[Account, EndpointRequest], HttpResponse]

API = "/api/v1"
_ORDER = f"{API}/purchase-orders/{{order_id}}"
_CONNECTION = f"{_ORDER}/connections/{{connection:path}}"
_VARIANT = f"{API}/variants/{{variant_id}}"
_VARIANT_VENDOR_PATHS = (f"{_VARIANT}/vendors/{{vendor:path}}", f"{_VARIANT}/vendor/{{vendor:path}}")  # both documented

_ROUTES = (
    Route(f"{API}/purchase-orders", reads.list_orders, methods=["GET"]),
    Route(f"{API}/purchase-orders", order_writes.create_order, methods=["POST"]),
    Route(_ORDER, reads.get_order, methods=["GET"]),
    Route(_ORDER, order_writes.update_order, methods=["PATCH", "PUT"]),
    Route(f"{_ORDER}/items", reads.list_lines, methods=["GET"]),
    Route(f"{_ORDER}/items", line_writes.update_lines, methods=["PATCH"]),
    Route(f"{_ORDER}/items/{{item_id}}", reads.get_line, methods=["GET"]),
    Route(f"{_ORDER}/items/{{item_id}}", line_writes.update_line, methods=["PATCH"]),
    Route(f"{_ORDER}/connections", reads.list_connections, methods=["GET"]),
    Route(_CONNECTION, reads.get_connection, methods=["GET"]),
    Route(_CONNECTION, connections.save_connection, methods=["PUT"]),
    Route(f"{_ORDER}/stock_updates", reads.list_stock_updates, methods=["GET"]),
    Route(f"{_ORDER}/stock-update", stock_updates.get_pending_stock_update, methods=["GET"]),
    Route(f"{_ORDER}/stock-update", stock_updates.push_stock_update, methods=["POST"]),
    Route(f"{API}/variants", reads.list_variants, methods=["GET"]),
    Route(_VARIANT, reads.get_variant, methods=["GET"]),
    Route(_VARIANT, variant_writes.update_variant, methods=["PATCH"]),
    Route(f"{_VARIANT}/vendors", reads.list_variant_vendors, methods=["GET"]),
    *(Route(path, reads.get_variant_vendor, methods=["GET"]) for path in _VARIANT_VENDOR_PATHS),
    *(Route(path, variant_writes.save_variant_vendor, methods=["PUT"]) for path in _VARIANT_VENDOR_PATHS),
    *(Route(path, variant_writes.delete_variant_vendor, methods=["DELETE"]) for path in _VARIANT_VENDOR_PATHS),
    Route(f"{API}/vendors", reads.list_vendors, methods=["GET"]),
    Route(f"{API}/vendors/{{vendor:path}}", reads.get_vendor, methods=["GET"]),
    Route(f"{API}/warehouses", reads.list_warehouses, methods=["GET"]),
)


def find_endpoint(scope: Scope, routes: Sequence[Route] = _ROUTES) -> tuple[Endpoint, dict[str, str]] | None:
    """Find the endpoint of a request and its path parameters; None if the path or the method is unknown."""
    for route in routes:
        match, found = route.matches(scope)
        if match is Match.FULL:
            return found["endpoint"], found["path_params"]
    return None


def is_known_path(scope: Scope) -> bool:
    """Return True if the path has an endpoint for some method."""
    return any(route.matches(scope)[0] is not Match.NONE for route in _ROUTES)

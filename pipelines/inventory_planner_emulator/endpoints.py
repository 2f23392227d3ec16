"""The endpoints of `/api/v1`: which function answers which method and path."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import Match, Route
from starlette.types import Scope

from inventory_planner_emulator import reads, writes
from inventory_planner_emulator.account import Account
from inventory_planner_emulator.call import Call
from inventory_planner_emulator.faults import Answer

Endpoint = Callable[[Account, Call], Answer]

API = "/api/v1"
_ORDER = f"{API}/purchase-orders/{{order_id}}"
_VARIANT = f"{API}/variants/{{variant_id}}"

ROUTES = (
    Route(f"{API}/purchase-orders", reads.purchase_orders, methods=["GET"]),
    Route(f"{API}/purchase-orders", writes.create_order, methods=["POST"]),
    Route(_ORDER, reads.purchase_order, methods=["GET"]),
    Route(_ORDER, writes.update_order, methods=["PATCH", "PUT"]),
    Route(f"{_ORDER}/items", reads.items, methods=["GET"]),
    Route(f"{_ORDER}/items", writes.update_items, methods=["PATCH"]),
    Route(f"{_ORDER}/items/{{item_id}}", reads.item, methods=["GET"]),
    Route(f"{_ORDER}/items/{{item_id}}", writes.update_item, methods=["PATCH"]),
    Route(f"{_ORDER}/connections", reads.connections, methods=["GET"]),
    Route(f"{_ORDER}/connections/{{connection:path}}", reads.connection, methods=["GET"]),
    Route(f"{_ORDER}/connections/{{connection:path}}", writes.save_connection, methods=["PUT"]),
    Route(f"{_ORDER}/stock_updates", reads.stock_updates, methods=["GET"]),
    Route(f"{_ORDER}/stock-update", reads.stock_update, methods=["GET"]),
    Route(f"{_ORDER}/stock-update", writes.push_stock_update, methods=["POST"]),
    Route(f"{API}/variants", reads.variants, methods=["GET"]),
    Route(_VARIANT, reads.variant, methods=["GET"]),
    Route(_VARIANT, writes.update_variant, methods=["PATCH"]),
    Route(f"{_VARIANT}/vendors", reads.variant_vendors, methods=["GET"]),
    *(
        Route(path, endpoint, methods=[method])
        for path in (
            f"{_VARIANT}/vendors/{{vendor:path}}",
            f"{_VARIANT}/vendor/{{vendor:path}}",
        )  # documented both ways
        for method, endpoint in (
            ("GET", reads.variant_vendor),
            ("PUT", writes.save_variant_vendor),
            ("DELETE", writes.delete_variant_vendor),
        )
    ),
    Route(f"{API}/vendors", reads.vendors, methods=["GET"]),
    Route(f"{API}/vendors/{{vendor:path}}", reads.vendor, methods=["GET"]),
    Route(f"{API}/warehouses", reads.warehouses, methods=["GET"]),
)


def endpoint_for(scope: Scope) -> tuple[Endpoint, dict[str, str]] | None:
    """The endpoint and its path parameters; None where the path or the method is not known."""
    for route in ROUTES:
        match, found = route.matches(scope)
        if match is Match.FULL:
            return found["endpoint"], found["path_params"]
    return None


def methods_at(scope: Scope) -> list[str]:
    """The methods that a path knows; none where the path itself is not known."""
    routes = [route for route in ROUTES if route.matches(scope)[0] is not Match.NONE]
    return sorted({method for route in routes for method in route.methods or ()})

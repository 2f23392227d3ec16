"""The account through Neuro, which passes thirteen calls for stock orders on to it, as Neuro's page describes them.

    /api/v1/plugins/{plugin}/inventoryPlanner/stockOrders
    /api/v1/plugins/{plugin}/inventoryPlanner/stockOrders/{id}
    ... /items, /items/{item}, /connections, /connections/{connection}, /stock-update

The page describes requests only. Because it says that Neuro forwards them, responses are those of Inventory Planner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from secrets import compare_digest
from typing import Any

from starlette.datastructures import Headers
from starlette.routing import Route
from starlette.types import Scope

from inventory_planner_emulator import connections, endpoints, line_writes, order_writes, reads, stock_updates
from inventory_planner_emulator.account import Account
from inventory_planner_emulator.endpoint_request import EndpointRequest
from inventory_planner_emulator.endpoints import API, Endpoint
from inventory_planner_emulator.json_codec import decode, encode
from inventory_planner_emulator.request_body import parse_body
from inventory_planner_emulator.responses import HttpResponse, error_response, json_response

_PLUGINS = f"{API}/plugins/"
_ORDERS = f"{_PLUGINS}{{plugin}}/inventoryPlanner/stockOrders"
_ORDER = f"{_ORDERS}/{{order_id}}"
_CONNECTION = f"{_ORDER}/connections/{{connection:path}}"
_PAGING = {"page_no", "page_size", "page", "limit"}  # the last two are Inventory Planner's, and Neuro's page has others
_PAGE_NUMBER = re.compile(r"[0-9]{1,18}")
_UPDATE_FIELDS = frozenset({"status", "reference", "expected_date"})
_NEW_ORDER_FIELDS = _UPDATE_FIELDS | {
    *("warehouse", "source_warehouse", "type", "vendor", "connections", "variants_filter", "items"),
}


def is_neuro(path: str) -> bool:
    """Return True if a path is Neuro's and not the API's own."""
    return path.startswith(_PLUGINS)


def check_token(account: Account, headers: Headers) -> HttpResponse | None:
    """Return the response to a request without the right bearer token, or None."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and compare_digest(token.strip().encode(), account.neuro_token.encode()):
        return None
    return error_response(401, "Unauthenticated")


def find_endpoint(account: Account, scope: Scope) -> tuple[Endpoint, dict[str, str]] | None:
    """Find the endpoint of a request and its path parameters; None if Neuro's page doesn't offer it."""
    found = endpoints.find_endpoint(scope, _ROUTES)
    return found if found is not None and found[1]["plugin"] == account.plugin else None


def _list_orders(account: Account, request: EndpointRequest) -> HttpResponse:
    """Translate the page's number, which starts at 1, and its size; pass all other parameters on as filters."""
    query = [(name, value) for name, value in request.query if name not in _PAGING]
    number, size = request.parameter("page_no", "1"), request.parameter("page_size", "")
    query.append(("page", str(int(number) - 1) if _PAGE_NUMBER.fullmatch(number) else ""))
    query += [("limit", size)] if size else []
    return reads.list_orders(account, replace(request, query=tuple(query)))


def _get_order(account: Account, request: EndpointRequest) -> HttpResponse:
    return _as_neuro_answers(account, reads.get_order(account, request))


def _create_order(account: Account, request: EndpointRequest) -> HttpResponse:
    request = _in_envelope(account, request, _NEW_ORDER_FIELDS)
    return _as_neuro_answers(account, order_writes.create_order(account, request))


def _update_order(account: Account, request: EndpointRequest) -> HttpResponse:
    request = _in_envelope(account, request, _UPDATE_FIELDS)
    return _as_neuro_answers(account, order_writes.update_order(account, request))


def _push_stock_update(account: Account, request: EndpointRequest) -> HttpResponse:
    body = _pick(parse_body(request), ("stock_update", "forDst"))
    return stock_updates.push_stock_update(account, replace(request, body=encode(body)))


def _in_envelope(account: Account, request: EndpointRequest, listed: Iterable[str]) -> EndpointRequest:
    fields = parse_body(request)
    if account.quirks.neuro_listed_fields_only:
        fields = _pick(fields, listed)
    return replace(request, body=encode({"purchase-order": fields}))


def _as_neuro_answers(account: Account, response: HttpResponse) -> HttpResponse:
    """Return the response to a call for one order, with or without its envelope."""
    return json_response(decode(response.body)["purchase-order"]) if account.quirks.neuro_bare_orders else response


def _pick(fields: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: fields[name] for name in names if name in fields}


_CALLS: tuple[tuple[str, str, Endpoint], ...] = (  # numbered as on the page
    ("GET", _ORDERS, _list_orders),  # 1
    ("GET", _ORDER, _get_order),
    ("POST", _ORDERS, _create_order),
    ("PATCH", _ORDER, _update_order),
    ("GET", f"{_ORDER}/items", reads.list_lines),  # 5
    ("GET", f"{_ORDER}/items/{{item_id}}", reads.get_line),
    ("PATCH", f"{_ORDER}/items", line_writes.update_lines),
    ("PATCH", f"{_ORDER}/items/{{item_id}}", line_writes.update_line),
    ("GET", f"{_ORDER}/connections", reads.list_connections),
    ("GET", _CONNECTION, reads.get_connection),  # 10
    ("PUT", _CONNECTION, connections.save_connection),
    ("GET", f"{_ORDER}/stock-update", stock_updates.get_pending_stock_update),
    ("POST", f"{_ORDER}/stock-update", _push_stock_update),  # 13
)
_ROUTES = tuple(Route(path, endpoint, methods=[method]) for method, path, endpoint in _CALLS)

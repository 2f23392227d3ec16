"""What the emulated service can be asked and what it answers, as an OpenAPI document.

The service itself publishes none. This one is made from the route table, from `fields` for what may be written, and
from `records` for what is answered by an account without quirks. What an answer may lack (the parameter `fields` leaves
out any field), and what a write may hold beside its known fields (it is ignored), are left open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import msgspec
from starlette.routing import Route

from inventory_planner_emulator import reads, writes
from inventory_planner_emulator.catalogue import VARIANT_FIELDS
from inventory_planner_emulator.endpoints import ROUTES, Endpoint
from inventory_planner_emulator.fields import (
    ORDER_FIELDS,
    LineUpdate,
    NamedLineUpdate,
    NewOrder,
    SavedConnection,
    StockChange,
    StockUpdate,
    Text,
    UpdatedOrder,
    VendorData,
    WrittenVariant,
)
from inventory_planner_emulator.filters import OPERATORS
from inventory_planner_emulator.query import MOST_ROWS
from inventory_planner_emulator.records import (
    Connection,
    Done,
    Failed,
    Line,
    LineReceived,
    Meta,
    Order,
    PushedStock,
    Variant,
    VariantVendor,
    Vendor,
    Warehouse,
)
from inventory_planner_emulator.wire import encoded

PATH = "/openapi.json"  # outside of the API: the service has no such place
KEYS = {"key": "Authorization", "account": "Account"}

Schema = dict[str, Any]

ANSWERED: Mapping[str, Any] = {"result": Done}


@dataclass(frozen=True)
class Operation:
    """What an endpoint takes and gives: the keys of its bodies with what is under them."""

    answer: Mapping[str, Any]
    body: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the body may also hold."""
    query: tuple[Schema, ...] = ()


def _parameter(name: str, about: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "description": about, "schema": schema}


def _pattern(name: str, about: str, schema: Schema) -> Schema:
    """Parameters whose names follow a pattern: each property of this one is a parameter of the query."""
    return {**_parameter(name, about, {"type": "object", **schema}), "style": "form", "explode": True}


def _filters(fields: Iterable[str]) -> tuple[Schema, Schema]:
    known = sorted(fields)
    names = [name for known_name in known for name in (known_name, *(f"{known_name}_{word}" for word in OPERATORS))]
    sorts = [f"{name}_sort" for name in known]
    return (
        _pattern(
            "filters",
            "`field=value` or `field_<operator>=value`.",
            {"propertyNames": {"enum": names}, "additionalProperties": {"type": "string"}},
        ),
        _pattern(
            "sorts",
            "`field_sort=<direction>`; the first one counts most.",
            {"propertyNames": {"enum": sorts}, "additionalProperties": {"enum": ["asc", "desc", "1", "-1"]}},
        ),
    )


PRETTY = _parameter("pretty", "`1` for line breaks and indentation.", {"enum": ["0", "1"]})
FIELDS = _parameter("fields", "The top-level fields to answer with, separated by commas.", {"type": "string"})
FOR_DESTINATION = _parameter(
    "forDst", "False for the source warehouse of a transfer.", {"enum": ["true", "false"], "default": "true"}
)
PAGING = (
    _parameter("limit", "Rows in a page.", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}),
    _parameter("page", "The page; the first one is 0.", {"type": "integer", "minimum": 0}),
    _parameter("removed", "Removed records, too.", {"enum": ["true", "false"]}),
)


def _list(name: str, row: Any, fields: Iterable[str]) -> Operation:
    return Operation({"meta": Meta, name: list[row]}, query=(*PAGING, FIELDS, *_filters(fields)))


OPERATIONS: dict[Endpoint, Operation] = {
    reads.purchase_orders: _list("purchase-orders", Order, ORDER_FIELDS - {"removed"}),
    reads.purchase_order: Operation({"purchase-order": Order}, query=(FIELDS,)),
    reads.items: Operation({"items": list[Line]}),
    reads.item: Operation({"item": Line}),
    reads.connections: Operation({"connections": list[Connection]}),
    reads.connection: Operation({"connection": Connection}),
    reads.stock_updates: Operation({"stock_updates": list[PushedStock]}),
    reads.stock_update: Operation({"items": list[StockChange], "forDst": bool, "wh": Text}, query=(FOR_DESTINATION,)),
    reads.variants: _list("variants", Variant, (*VARIANT_FIELDS, *Variant.__annotations__)),
    reads.variant: Operation({"variant": Variant}),
    reads.variant_vendors: Operation({"vendors": list[VariantVendor]}),
    reads.variant_vendor: Operation({"vendor": VariantVendor}),
    reads.vendors: _list("vendors", Vendor, Vendor.__annotations__),
    reads.vendor: Operation({"vendor": Vendor}),
    reads.warehouses: _list("warehouses", Warehouse, Warehouse.__annotations__),
    writes.create_order: Operation({"purchase-order": Order, **ANSWERED}, {"purchase-order": NewOrder}),
    writes.update_order: Operation({"purchase-order": Order, **ANSWERED}, {"purchase-order": UpdatedOrder}),
    writes.update_items: Operation({"items": list[LineReceived], **ANSWERED}, {"items": list[NamedLineUpdate]}),
    writes.update_item: Operation({"items": LineReceived, **ANSWERED}, {"item": LineUpdate}),
    writes.save_connection: Operation({"connection": Connection, **ANSWERED}, {"connection": SavedConnection}),
    writes.push_stock_update: Operation(
        {"items": list[StockChange], "forDst": bool}, {"stock-update": StockUpdate}, {"forDst": bool}
    ),
    writes.update_variant: Operation({"variant": Variant, **ANSWERED}, {"variant": WrittenVariant}),
    writes.save_variant_vendor: Operation({"vendor": VariantVendor, **ANSWERED}, {"vendor": VendorData}),
    writes.delete_variant_vendor: Operation(ANSWERED),
}


@cache
def document() -> bytes:
    """The OpenAPI document, as JSON."""
    return encoded(description())


def description() -> dict[str, Any]:
    """The OpenAPI document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        for method in sorted((route.methods or set()) - {"HEAD"}):
            paths.setdefault(route.path_format, {})[method.lower()] = _operation(route, method)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Inventory Planner, emulated", "version": "1", "description": __doc__},
        "security": [{name: [] for name in KEYS}],
        "paths": paths,
        "components": {
            "schemas": _components(),
            "responses": _FAILURES,
            "securitySchemes": {name: {"type": "apiKey", "in": "header", "name": KEYS[name]} for name in KEYS},
        },
    }


def _operation(route: Route, method: str) -> dict[str, Any]:
    operation = OPERATIONS[route.endpoint]
    path = [{"name": name, "in": "path", "required": True, "schema": _ID} for name in route.param_convertors]
    described = {
        "operationId": f"{method.lower()} {route.path_format}",
        "summary": (route.endpoint.__doc__ or "").partition("\n")[0],
        "parameters": [*path, *operation.query, PRETTY],
        "responses": {
            "200": {"description": "Done.", "content": _json(_object(operation.answer))},
            **{status: {"$ref": f"#/components/responses/{status}"} for status in _statuses(route)},
        },
    }
    if operation.body:
        written = _object(operation.body, operation.options)
        described["requestBody"] = {"required": True, "content": _json(written)}
    return described


def _statuses(route: Route) -> Iterator[str]:
    return (status for status in _FAILURES if status != "404" or route.param_convertors)


def _object(required: Mapping[str, Any], options: Mapping[str, Any] | None = None) -> Schema:
    properties = {name: _schema(kind) for name, kind in {**required, **(options or {})}.items()}
    return {"type": "object", "properties": properties, "required": list(required)}


def _schema(kind: Any) -> Schema:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_REFERENCE)
    return schema


def _components() -> dict[str, Any]:
    parts = [part for each in OPERATIONS.values() for part in (each.answer, each.body, each.options)]
    kinds = [kind for part in parts for kind in part.values()]
    _, components = msgspec.json.schema_components([Failed, *kinds], ref_template=_REFERENCE)
    return dict(components)


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _failure(about: str, **more: Any) -> dict[str, Any]:
    return {"description": about, "content": {**_json(_object({"result": Failed})), **more}}


_REFERENCE = "#/components/schemas/{name}"
_ID = {"type": "string", "minLength": 1}
_FAILURES = {
    "401": _failure("The key is wrong."),
    "403": _failure(
        "The account is wrong; or, in HTML, the proxy in front blocks.", **{"text/html": {"schema": {"type": "string"}}}
    ),
    "404": _failure("What the path names is not in the account."),
    "500": _failure("Refused: `result.message` says why. Clients saw the service refuse with this status."),
}

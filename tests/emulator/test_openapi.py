from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import httpx
import msgspec
import pytest

from inventory_planner_emulator import Account, demo_account
from inventory_planner_emulator.endpoints import ROUTES
from inventory_planner_emulator.fields import ORDER_FIELDS
from inventory_planner_emulator.openapi import description
from inventory_planner_emulator.records import Order
from inventory_planner_emulator.wire import encoded

OPERATORS = (
    "eq",
    "eqi",
    "ne",
    "gt",
    "gte",
    "lt",
    "lte",
    "range",
    "match",
    "in",
)  # as the public API article lists them
WHOLE = description()
LISTS = ("purchase-orders", "variants", "vendors", "warehouses")


def parameters(path: str, method: str = "get") -> dict[str, dict[str, Any]]:
    described = WHOLE["paths"][f"/api/v1/{path}"][method]["parameters"]
    return {parameter["name"]: parameter for parameter in described}


def test_the_description_is_served_to_anyone_and_is_no_request_to_the_account(
    account: Account, client: httpx.Client
) -> None:
    answer = client.get("/openapi.json", headers={"Authorization": "other", "Account": ""})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == json.loads(json.dumps(WHOLE))
    assert account.requests == []


def test_every_route_is_described_and_nothing_else() -> None:
    described = {(path, method.upper()) for path, operations in WHOLE["paths"].items() for method in operations}
    served = {(route.path_format, method) for route in ROUTES for method in route.methods or () if method != "HEAD"}
    assert described == served


def test_every_parameter_of_a_path_is_described() -> None:
    for path, operations in WHOLE["paths"].items():
        for operation in operations.values():
            named = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_the_parameters_of_the_documents(name: str) -> None:
    assert {"limit", "page", "fields", "removed", "pretty", "filters", "sorts"} == parameters(name).keys()
    assert parameters(name)["limit"]["schema"]["maximum"] == 1000
    assert parameters(name)["page"]["schema"]["minimum"] == 0


@pytest.mark.parametrize("field", sorted(ORDER_FIELDS - {"removed"}))
def test_orders_are_filtered_and_sorted_by_every_field(field: str) -> None:
    known = parameters("purchase-orders")
    filters, sorts = (set(known[name]["schema"]["propertyNames"]["enum"]) for name in ("filters", "sorts"))
    assert {field, *(f"{field}_{operator}" for operator in OPERATORS)} <= filters
    assert f"{field}_sort" in sorts


def test_a_stock_update_is_asked_for_one_of_two_warehouses() -> None:
    known = parameters("purchase-orders/{order_id}/stock-update")
    assert known["forDst"]["schema"]["enum"] == ["true", "false"]


def test_a_refusal_is_described_for_every_operation() -> None:
    for operations in WHOLE["paths"].values():
        for operation in operations.values():
            assert operation["responses"]["500"] == {"$ref": "#/components/responses/500"}
    assert "Failed" in json.dumps(WHOLE["components"]["responses"]["500"])


def test_every_reference_leads_somewhere() -> None:
    references = set(re.findall(r'"\$ref": "#/components/(\w+)/(\w+)"', json.dumps(WHOLE)))
    assert {(kind, name) for kind, name in references if name not in WHOLE["components"][kind]} == set()
    assert len(references) > 20


def test_the_demo_account_is_as_described() -> None:
    orders = encoded(demo_account(date(2026, 1, 5)).orders())
    assert len(msgspec.json.decode(orders, type=list[Order])) == 600

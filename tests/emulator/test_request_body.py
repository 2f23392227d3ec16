from __future__ import annotations

from typing import Any

import pytest

from emulator_client import EmulatorClient, error
from inventory_planner_emulator import Account

ORDER = {"id": "a", "items": [{"id": "c9_1"}]}


@pytest.fixture(autouse=True)
def _order(account: Account) -> None:
    account.put(ORDER)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"{", id="truncated"),
        pytest.param(b'{"variant": {"lead_time": 1e99999999999999999999}}', id="an exponent beyond decimals"),
        pytest.param(b'{"variant": {"sku": "\xff"}}', id="not UTF-8"),
        pytest.param(b'{"variant": ' + b"[" * 100_000, id="nested too deep"),
    ],
)
def test_invalid_json_is_refused(client: EmulatorClient, content: bytes) -> None:
    response = client.patch("variants/c9_1", content=content)
    assert response.status_code == 500
    assert response.json()["result"]["message"].startswith("Invalid JSON: ")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param({"order": {}}, "Missing purchase-order", id="not under its key"),
        pytest.param([], "Invalid JSON: an object is expected", id="a list"),
    ],
)
def test_a_body_without_the_record_is_refused(
    account: Account, client: EmulatorClient, body: Any, message: str
) -> None:
    assert client.write("POST", "purchase-orders", body) == (500, error(message))
    assert account.orders() == [ORDER]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"warehouse": ["c9_1"]}, id="a list for a warehouse"),
        pytest.param({"vendor": 5}, id="a number for a vendor"),
        pytest.param({"shipping_handling": "much"}, id="a word for an amount"),
        pytest.param({"shipping_handling": "NaN"}, id="not a number"),
        pytest.param({"shipping_handling": 1e13}, id="a number too large"),
        pytest.param({"items": {"id": "c9_1"}}, id="an object for the lines"),
        pytest.param({"items": [{"replenishment": 1}]}, id="a line without an id"),
        pytest.param({"items": [{"id": "c9_1", "replenishment": True}]}, id="true for a quantity"),
        pytest.param({"items": [{"id": "c9_1", "components": ["c9_2"]}]}, id="a text for a component"),
    ],
)
def test_an_update_with_a_value_of_the_wrong_type_is_refused(
    account: Account, client: EmulatorClient, fields: dict[str, Any]
) -> None:
    status, response = client.write("PATCH", "purchase-orders/a", {"purchase-order": fields})
    assert (status, response["result"]["status"]) == (500, "error")
    assert response["result"]["message"].startswith("Invalid purchase-order: ")
    assert account.orders() == [ORDER]


@pytest.mark.parametrize(
    ("request_line", "key", "value"),
    [
        ("POST purchase-orders", "purchase-order", {"warehouse": "c", "variants_filter": "all"}),
        ("POST purchase-orders", "purchase-order", {"warehouse": "c", "connections": [{}]}),
        ("PATCH purchase-orders/a/items", "items", [{"received": 1}]),
        ("PATCH purchase-orders/a/items/c9_1", "item", {"received": "many"}),
        ("PUT purchase-orders/a/connections/shop", "connection", {"save_po": "yes"}),
        ("POST purchase-orders/a/stock-update", "stock-update", {"items": [{"delta": 1}]}),
        ("POST purchase-orders/a/stock-update", "stock_update", ["c9_1"]),
        ("PATCH variants/c9_1", "variant", {"lead_time": "soon"}),
        ("PUT variants/c9_1/vendors/acme", "vendor", {"cost_price": [1]}),
    ],
)
def test_every_write_refuses_values_of_the_wrong_type(
    account: Account, client: EmulatorClient, request_line: str, key: str, value: Any
) -> None:
    method, path = request_line.split()
    status, response = client.write(method, path, {key: value})
    message = response["result"]["message"].partition(":")[0]
    assert (status, message) == (500, f"Invalid {key.replace('_', '-')}")
    assert account.orders() == [ORDER]

from __future__ import annotations

from typing import Any

import pytest

from emulator_client import EmulatorClient, NeuroClient, error, success
from inventory_planner_emulator import Account, Quirks, RecordedRequest
from orders import NOW

STAMP = NOW.isoformat()
ID = "po-12345"
LINES = [
    {"id": "item-1", "replenishment": 60, "received": 10, "in_stock": 75},
    {"id": "item-2", "replenishment": 70, "in_stock": 5},
]
CONNECTION = {"connection": "shopify", "save_po": False}
ORDER = {
    "id": ID,
    "reference": "PO-1",
    "status": "open",
    "warehouse": "WH-001",
    "total_ordered": 130,
    "total_received": 10,
    "connections": [CONNECTION],
    "items": LINES,
}
NEW_ORDER = {
    "warehouse": "WH-001",
    "type": "po",
    "status": "OPEN",
    "reference": "PO-2025-001",
    "vendor": "VENDOR-001",
    "expected_date": "2025-02-15",
}


@pytest.fixture(autouse=True)
def _order(account: Account) -> None:
    account.put(ORDER)


@pytest.mark.parametrize(
    ("path", "twin"),
    [
        ("stockOrders?page_no=1&page_size=20", "purchase-orders?page=0&limit=20"),
        (f"stockOrders/{ID}", f"purchase-orders/{ID}"),
        (f"stockOrders/{ID}/items", f"purchase-orders/{ID}/items"),
        (f"stockOrders/{ID}/items/item-1", f"purchase-orders/{ID}/items/item-1"),
        (f"stockOrders/{ID}/connections", f"purchase-orders/{ID}/connections"),
        (f"stockOrders/{ID}/connections/shopify", f"purchase-orders/{ID}/connections/shopify"),
        (f"stockOrders/{ID}/stock-update?forDst=true", f"purchase-orders/{ID}/stock-update?forDst=true"),
    ],
)
def test_a_documented_read_is_passed_on(client: EmulatorClient, neuro: NeuroClient, path: str, twin: str) -> None:
    response = neuro.get(path)
    assert (response.status_code, response.json()) == (200, client.get(twin).json())


@pytest.mark.parametrize(
    ("request_line", "body", "answer"),
    [
        (
            f"PATCH stockOrders/{ID}",
            {"status": "CLOSED", "expected_date": "2025-02-20"},
            {
                "purchase-order": {
                    **ORDER,
                    "status": "closed",
                    "expected_date": "2025-02-20",
                    "last_modified": STAMP,
                    "updated_at": STAMP,
                },
                **success(f"Updated purchase-order {ID}"),
            },
        ),
        (
            f"PATCH stockOrders/{ID}/items",
            {"items": [{"id": "item-1", "received": 25}, {"id": "item-2", "received": 50}]},
            {
                "items": [
                    {"id": "item-1", "replenishment": 60, "received": 25},
                    {"id": "item-2", "replenishment": 70, "received": 50},
                ],
                **success("2 updated, from total 2 items"),
            },
        ),
        (
            f"PATCH stockOrders/{ID}/items/item-1",
            {"item": {"id": "item-1", "received": 30}},
            {
                "items": {"id": "item-1", "replenishment": 60, "received": 30},
                **success('Purchase order "PO-1" item item-1 updated'),
            },
        ),
        (
            f"PUT stockOrders/{ID}/connections/shopify",
            {"connection": {"save_po": True}},
            {
                "connection": {
                    "connection": "shopify",
                    "save_po": True,
                    "id": "t-12345",
                    "reference": "PO-1",
                    "status": "success",
                },
                **success(f"Updated purchase-order {ID} connection shopify"),
            },
        ),
        (
            f"POST stockOrders/{ID}/stock-update",
            {"stock_update": {"items": [{"id": "item-1", "delta": 25, "stock_before": 75}]}, "forDst": True},
            {"items": [{"id": "item-1", "delta": 25, "stock_before": 75}], "forDst": True},
        ),
    ],
)
def test_a_documented_write_is_passed_on(neuro: NeuroClient, request_line: str, body: Any, answer: Any) -> None:
    method, path = request_line.split()
    assert neuro.write(method, path, body) == (200, answer)


def test_the_documented_new_order_is_created(account: Account, neuro: NeuroClient) -> None:
    status, answer = neuro.write("POST", "stockOrders", NEW_ORDER)
    order = answer["purchase-order"]
    assert (status, answer["result"]) == (200, success(f"Created purchase-order {order['id']}")["result"])
    assert account.get(order["id"]) == order
    sent = {**NEW_ORDER, "status": "open", "vendor": "vendor-001"}
    assert {name: order[name] for name in sent} == sent


def test_pages_count_from_1_and_other_parameters_are_filters(account: Account, neuro: NeuroClient) -> None:
    account.put({**ORDER, "id": "b", "status": "closed"})
    account.put({**ORDER, "id": "c", "warehouse": "WH-002"})
    account.put({**ORDER, "id": "d"})

    def read(**params: Any) -> list[str]:
        return [order["id"] for order in neuro.read("stockOrders", **params).json()["purchase-orders"]]

    assert read() == [ID, "b", "c", "d"]
    assert [read(page_no=page, page_size=3) for page in (1, 2, 3)] == [[ID, "b", "c"], ["d"], []]
    assert read(status="open", warehouse="WH-001") == [ID, "d"]
    assert read(page=1, limit=1) == [ID, "b", "c", "d"]


@pytest.mark.parametrize(
    "headers", [{"Authorization": ""}, {"Authorization": "Bearer x"}, {"Authorization": "demo-token"}]
)
def test_a_request_without_the_token_is_refused(neuro: NeuroClient, headers: dict[str, str]) -> None:
    response = neuro.get("stockOrders", headers=headers)
    assert (response.status_code, response.json()) == (401, error("Unauthenticated"))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"stockOrders/{ID}"),
        ("DELETE", f"stockOrders/{ID}"),
        ("GET", f"stockOrders/{ID}/stock_updates"),
        ("GET", "variants"),
        ("GET", "purchase-orders"),
        ("GET", "/api/v1/plugins/other/inventoryPlanner/stockOrders"),
        ("GET", "/api/v1/plugins/demo-plugin"),
    ],
)
def test_what_the_page_does_not_offer_is_not_found(neuro: NeuroClient, server: Any, method: str, path: str) -> None:
    url = f"{server.url}{path}" if path.startswith("/") else path
    response = neuro.request(method, url)
    assert (response.status_code, response.json()) == (404, error("Not found"))


def test_an_envelope_around_an_order_hides_its_fields(account: Account, neuro: NeuroClient) -> None:
    assert neuro.write("PATCH", f"stockOrders/{ID}", {"purchase-order": {"status": "CLOSED"}})[0] == 200
    assert account.get(ID)["status"] == "open"
    assert neuro.write("POST", "stockOrders", {"purchase-order": NEW_ORDER}) == (500, error("Warehouse is required"))


def test_a_stock_update_under_inventory_planner_s_key_is_refused(neuro: NeuroClient) -> None:
    body = {"stock-update": {"items": [{"id": "item-1", "delta": 1}]}}
    assert neuro.write("POST", f"stockOrders/{ID}/stock-update", body) == (500, error("Missing stock-update"))


def test_errors_are_passed_on(account: Account, neuro: NeuroClient) -> None:
    account.edit(ID, readonly=True)
    assert neuro.write("PATCH", f"stockOrders/{ID}", {}) == (500, error(f"Purchase order {ID} is read-only"))
    assert neuro.write("GET", "stockOrders/x") == (404, error("Failed to find purchase-order x"))


def test_orders_may_come_without_their_envelope(account: Account, neuro: NeuroClient) -> None:
    account.quirks = Quirks(neuro_bare_orders=True)
    assert neuro.write("GET", f"stockOrders/{ID}") == (200, ORDER)
    assert neuro.write("PATCH", f"stockOrders/{ID}", {"status": "CLOSED"}) == (200, account.get(ID))
    assert neuro.write("POST", "stockOrders", NEW_ORDER) == (200, account.orders()[-1])


def test_fields_that_the_page_does_not_list_may_be_dropped(account: Account, neuro: NeuroClient) -> None:
    account.quirks = Quirks(neuro_listed_fields_only=True)
    neuro.write("PATCH", f"stockOrders/{ID}", {"reference": "PO-2", "notes": "late"})
    neuro.write("POST", "stockOrders", {**NEW_ORDER, "notes": "late"})
    assert [(order["reference"], order.get("notes")) for order in account.orders()] == [
        ("PO-2", None),
        ("PO-2025-001", None),
    ]


def test_requests_through_neuro_are_recorded(account: Account, neuro: NeuroClient) -> None:
    neuro.write("PATCH", f"stockOrders/{ID}", {"status": "CLOSED"})
    path = f"/api/v1/plugins/demo-plugin/inventoryPlanner/stockOrders/{ID}"
    assert account.requests == [RecordedRequest("PATCH", path, {}, 200, {"status": "CLOSED"}, applied=True)]

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from inventory_planner_emulator import Account

Get = Callable[..., httpx.Response]
LINES = [
    {
        "id": "c9_5001",
        "sku": "TEE",
        "title": "Tee",
        "replenishment": 30,
        "received": 12,
        "cost_price": 4,
        "in_stock": 3,
    },
    {"id": "c9_5002", "sku": "CAP", "title": "Cap", "replenishment": 20, "cost_price": 2.5, "vendor_reference": "C-2"},
]
CONNECTION = {"connection": "shop.4411", "save_po": True, "id": "t1", "reference": "PO1", "status": "success"}
PUSHED = {"forDst": True, "wh": "c9_1", "items": [{"id": "c9_5001", "delta": 10, "stock_before": 3}]}
ORDER = {
    "id": "a",
    "status": "open",
    "vendor": "acme mills",
    "vendor_display_name": "Acme Mills",
    "warehouse": "c9_1",
    "warehouse_display_name": "Main DC",
    "currency": "EUR",
    "created_at": "2024-04-28T08:12:55+00:00",
    "last_modified": "2024-05-03T09:41:07+00:00",
    "connections": [CONNECTION],
    "stock_updates": [PUSHED],
    "items": LINES,
}
TRANSFER = {
    "id": "t",
    "status": "closed",
    "source_type": "warehouse",
    "source_warehouse": "c9_1",
    "source_display_name": "Main DC",
    "warehouse": "c9_2",
    "currency": "EUR",
    "created_at": "2024-05-01T08:00:00+00:00",
    "last_modified": "2024-05-04T08:00:00+00:00",
    "items": [{"id": "c9_5001", "sku": "TEE", "title": "Tee", "replenishment": 5, "received": 5, "source_stock": 9}],
}


@pytest.fixture(autouse=True)
def _orders(account: Account) -> None:
    account.put(ORDER)
    account.put(TRANSFER)


@pytest.mark.parametrize(
    ("path", "params", "body"),
    [
        pytest.param("purchase-orders/a", {}, {"purchase-order": ORDER}, id="an order"),
        pytest.param("purchase-orders/a", {"fields": "id,status"}, {"purchase-order": {"id": "a", "status": "open"}}),
        pytest.param("purchase-orders/a/items", {}, {"items": LINES}, id="lines"),
        pytest.param("purchase-orders/a/items/c9_5002", {}, {"item": LINES[1]}, id="a line"),
        pytest.param("purchase-orders/a/connections", {}, {"connections": [CONNECTION]}, id="connections"),
        pytest.param("purchase-orders/a/connections/shop.4411", {}, {"connection": CONNECTION}, id="a connection"),
        pytest.param("purchase-orders/t/connections", {}, {"connections": []}, id="no connections"),
        pytest.param("purchase-orders/a/stock_updates", {}, {"stock_updates": [PUSHED]}, id="stock updates pushed"),
        pytest.param(
            "purchase-orders/a/stock-update",
            {"forDst": "true"},
            {"items": [{"id": "c9_5001", "delta": 2, "stock_before": 3}], "forDst": True, "wh": "c9_1"},
            id="stock update to push: received less pushed",
        ),
        pytest.param(
            "purchase-orders/t/stock-update",
            {"forDst": "false"},
            {"items": [{"id": "c9_5001", "delta": -5, "stock_before": 9}], "forDst": False, "wh": "c9_1"},
            id="stock update to push to the source of a transfer",
        ),
        pytest.param("vendors/acme mills", {}, {"vendor": {"id": "acme mills", "name": "Acme Mills"}}, id="a vendor"),
        pytest.param(
            "variants/c9_5002/vendors",
            {},
            {
                "vendors": [
                    {"cost_price": 2.5, "vendor_reference": "C-2", "t": "vendor", "s": "order", "n": "acme mills"}
                ]
            },
            id="vendors of a variant",
        ),
    ],
)
def test_a_read_answers(get: Get, path: str, params: dict[str, str], body: dict[str, Any]) -> None:
    answer = get(path, **params)
    assert (answer.status_code, answer.json()) == (200, body)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("purchase-orders/x", "purchase-order x"),
        ("purchase-orders/x/items", "purchase-order x"),
        ("purchase-orders/x/stock-update", "purchase-order x"),
        ("purchase-orders/a/items/x", "item x"),
        ("purchase-orders/a/connections/x", "connection x"),
        ("variants/x", "variant x"),
        ("variants/c9_5001/vendors/x", "vendor x"),
        ("vendors/x", "vendor x"),
    ],
)
def test_what_is_not_there_is_not_found(get: Get, path: str, wanted: str) -> None:
    answer = get(path)
    message = f"Failed to find {wanted}"
    assert (answer.status_code, answer.json()) == (404, {"result": {"status": "error", "message": message}})


def test_vendors_are_those_of_the_orders(get: Get) -> None:
    body = get("vendors").json()
    assert (body["meta"]["total"], body["vendors"]) == (1, [{"id": "acme mills", "name": "Acme Mills"}])


def test_warehouses_carry_their_id_as_name(get: Get) -> None:
    shared = {"type": "warehouse", "disabled": False, "connection": "c9", "currency": "EUR"}
    assert get("warehouses").json()["warehouses"] == [
        {
            "name": "c9_1",
            "display_name": "Main DC",
            **shared,
            "created_at": "2024-04-28T08:12:55+00:00",
            "updated_at": "2024-05-04T08:00:00+00:00",
        },
        {
            "name": "c9_2",
            "display_name": "c9_2",
            **shared,
            "created_at": "2024-05-01T08:00:00+00:00",
            "updated_at": "2024-05-04T08:00:00+00:00",
        },
    ]


def test_variants_are_filtered_sorted_and_restricted_like_orders(get: Get) -> None:
    body = get("variants", fields="id,purchase_orders_qty", purchase_orders_qty_gt=18, id_sort="desc", limit=5).json()
    assert body["variants"] == [
        {"id": "c9_5002", "purchase_orders_qty": 20},
    ]
    assert get("variants/c9_5001").json() == {
        "variant": {
            "id": "c9_5001",
            "vendor": "acme mills",
            "sku": "TEE",
            "title": "Tee",
            "cost_price": 4,
            "in_stock": 3,
            "replenishment": 0,
            "purchase_orders_qty": 18,
            "lead_time": None,
            "review_period": None,
            "under_value": 0,
            "oos": None,
            "removed": False,
        }
    }

from __future__ import annotations

from typing import Any

import pytest

from emulator_client import EmulatorClient, error
from inventory_planner_emulator import Account, Quirks

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
    "email": "orders@acme.example",
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
VENDOR = {"id": "acme mills", "name": "Acme Mills", "email": "orders@acme.example", "currency": "EUR"}
VARIANT_VENDOR = {"cost_price": 2.5, "vendor_reference": "C-2", "t": "vendor", "s": "order", "n": "acme mills"}


@pytest.fixture(autouse=True)
def _orders(account: Account) -> None:
    account.put(ORDER)
    account.put(TRANSFER)


@pytest.mark.parametrize(
    ("path", "params", "body"),
    [
        pytest.param("purchase-orders/a", {}, {"purchase-order": ORDER}, id="order"),
        pytest.param("purchase-orders/a", {"fields": "id,status"}, {"purchase-order": {"id": "a", "status": "open"}}),
        pytest.param("purchase-orders/a/items", {}, {"items": LINES}, id="lines"),
        pytest.param("purchase-orders/a/items/c9_5002", {}, {"item": LINES[1]}, id="line"),
        pytest.param("purchase-orders/a/connections", {}, {"connections": [CONNECTION]}, id="connections"),
        pytest.param("purchase-orders/a/connections/shop.4411", {}, {"connection": CONNECTION}, id="connection"),
        pytest.param("purchase-orders/t/connections", {}, {"connections": []}, id="no connections"),
        pytest.param("purchase-orders/a/stock_updates", {}, {"stock_updates": [PUSHED]}, id="pushed stock updates"),
        pytest.param(
            "purchase-orders/a/stock-update",
            {"forDst": "true"},
            {"items": [{"id": "c9_5001", "delta": 2, "stock_before": 3}], "forDst": True, "wh": "c9_1"},
            id="pending stock update: received less pushed",
        ),
        pytest.param(
            "purchase-orders/t/stock-update",
            {"forDst": "false"},
            {"items": [{"id": "c9_5001", "delta": -5, "stock_before": 9}], "forDst": False, "wh": "c9_1"},
            id="pending stock update of a transfer's source",
        ),
        pytest.param("vendors/acme mills", {}, {"vendor": VENDOR}, id="vendor"),
        pytest.param("variants/c9_5002/vendors", {}, {"vendors": [VARIANT_VENDOR]}, id="vendors of a variant"),
    ],
)
def test_read(client: EmulatorClient, path: str, params: dict[str, str], body: dict[str, Any]) -> None:
    response = client.read(path, **params)
    assert (response.status_code, response.json()) == (200, body)


def test_a_single_line_is_found_if_lists_are_served_as_objects(account: Account, client: EmulatorClient) -> None:
    account.quirks = Quirks(lists_as_objects=True)
    assert client.read("purchase-orders/a/items/c9_5002").json() == {"item": LINES[1]}


@pytest.mark.parametrize(
    ("path", "missing"),
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
def test_a_missing_record_is_not_found(client: EmulatorClient, path: str, missing: str) -> None:
    response = client.read(path)
    assert (response.status_code, response.json()) == (404, error(f"Failed to find {missing}"))


def test_vendors_are_those_of_the_orders(client: EmulatorClient) -> None:
    body = client.read("vendors").json()
    assert (body["meta"]["total"], body["vendors"]) == (1, [VENDOR])


def test_the_name_of_a_warehouse_is_its_id(client: EmulatorClient) -> None:
    shared = {"type": "warehouse", "disabled": False, "connection": "c9", "currency": "EUR"}
    assert client.read_rows("warehouses") == [
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


def test_variants_take_filters_sorts_and_fields(client: EmulatorClient) -> None:
    params = {"purchase_orders_qty_gt": 18, "id_sort": "desc", "limit": 5, "fields": "id,purchase_orders_qty"}
    assert client.read_rows("variants", **params) == [{"id": "c9_5002", "purchase_orders_qty": 20}]


def test_a_variant_is_computed_from_its_lines(client: EmulatorClient) -> None:
    assert client.read("variants/c9_5001").json() == {
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

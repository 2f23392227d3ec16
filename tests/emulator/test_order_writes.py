from __future__ import annotations

import re
from typing import Any

import pytest

from emulator_client import EmulatorClient, error, success
from inventory_planner_emulator import Account

STAMP = "2026-01-05T12:00:00+00:00"
UNIX = 1767614400
ORDER = {
    "id": "a",
    "reference": "7",
    "status": "open",
    "vendor": "acme mills",
    "vendor_display_name": "Acme Mills",
    "source_type": "vendor",
    "source": "acme mills",
    "source_display_name": "Acme Mills",
    "warehouse": "c9_1",
    "warehouse_display_name": "Main DC",
    "currency": "EUR",
    "last_modified": "2024-05-03T09:41:07+00:00",
    "total": 130,
    "total_ordered": 50,
    "total_received": 0,
    "items": [
        {"id": "c9_1", "sku": "TEE", "title": "Tee", "replenishment": 30, "cost_price": 4, "received": 2},
        {"id": "c9_2", "sku": "CAP", "title": "Cap", "replenishment": 20, "cost_price": 0.5},
    ],
}


@pytest.fixture(autouse=True)
def _order(account: Account) -> None:
    account.put(ORDER)


def test_a_new_order_gets_an_id_a_reference_and_its_vendor_s_fields(account: Account, client: EmulatorClient) -> None:
    fields = {
        "status": "OPEN",
        "vendor": "Acme Mills",
        "warehouse": "c9_1",
        "currency": "EUR",
        "expected_date": "2026-02-01",
        "id": "mine",
        "total": 1,
        "nonsense": True,
        "items": [{"id": "c9_1", "replenishment": 10}],
        "skip_background_jobs": False,
    }
    status, body = client.write("POST", "purchase-orders", {"purchase-order": fields})
    order = body["purchase-order"]
    assert (status, body["result"]) == (200, success(f"Created purchase-order {order['id']}")["result"])
    assert re.fullmatch(f"{UNIX:08x}[0-9a-f]{{16}}", order["id"])
    assert order == {
        "id": order["id"],
        "reference": "8",
        "status": "open",
        "created_date": "2026-01-05",
        "expected_date": "2026-02-01",
        "created_at": STAMP,
        "updated_at": STAMP,
        "last_modified": STAMP,
        "currency": "EUR",
        "vendor": "acme mills",
        "vendor_display_name": "Acme Mills",
        "source_type": "vendor",
        "source": "acme mills",
        "source_display_name": "Acme Mills",
        "warehouse": "c9_1",
        "warehouse_display_name": "Main DC",
        "connections": [],
        "total": 40,
        "total_ordered": 10,
        "total_received": 0,
        "items": order["items"],
    }
    assert account.get(order["id"]) == order


def test_the_lines_of_a_new_order_get_their_variant_s_fields_and_totals(client: EmulatorClient) -> None:
    lines = [{"id": "c9_1", "replenishment": 10}, {"id": "c9_9", "sku": "NEW", "cost_price": 1.5, "tax": 20}]
    order = client.write_order("POST", "purchase-orders", {"warehouse": "c9_1", "items": lines})
    assert order["items"] == [
        {
            "id": "c9_1",
            "line_id": "c9_1",
            "sku": "TEE",
            "title": "Tee",
            "cost_price": 4,
            "replenishment": 10,
            "remaining": 10,
            "ordered_cost": 40,
            "total_ex_tax": 40,
            "total": 40,
        },
        {
            "id": "c9_9",
            "line_id": "c9_9",
            "sku": "NEW",
            "cost_price": 1.5,
            "tax": 20,
            "replenishment": 0,
            "remaining": 0,
            "ordered_cost": 0,
            "total_ex_tax": 0,
            "total": 0,
        },
    ]


def test_a_new_transfer_has_a_warehouse_as_its_source_and_is_saved_to_connections(client: EmulatorClient) -> None:
    fields = {
        "source_warehouse": "c9_1",
        "warehouse": "c9_2",
        "items": [{"id": "c9_1", "replenishment": 1}],
        "connections": [{"connection": "shop.4411", "save_po": True}],
    }
    order = client.write_order("POST", "purchase-orders", fields)
    saved = {"id": f"t{order['id'][-6:]}", "reference": "8", "status": "success"}
    expected = {
        "source_type": "warehouse",
        "source": "c9_1",
        "source_display_name": "Main DC",
        "warehouse_display_name": "c9_2",
        "connections": [{"connection": "shop.4411", "save_po": True, **saved}],
    }
    assert {name: order[name] for name in expected} == expected


def test_an_assembly_order_keeps_its_components(client: EmulatorClient) -> None:
    components = [{"id": "c9_2", "quantity": 4, "sku": "CAP", "title": "Cap"}]
    lines = [{"id": "c9_5", "replenishment": 10, "components": components}]
    fields = {"type": "assembly", "warehouse": "c9_1", "source_warehouse": "c9_1", "items": lines}
    order = client.write_order("POST", "purchase-orders", fields)
    assert (order["type"], order["items"][0]["components"]) == ("assembly", components)


def test_a_variants_filter_selects_the_lines_of_a_new_order(account: Account, client: EmulatorClient) -> None:
    account.edit("a", status="closed")
    variants_filter = {"vendor": "acme mills", "replenishment_gt": 25}
    fields = {"vendor": "acme mills", "warehouse": "c9_1", "variants_filter": variants_filter}
    order = client.write_order("POST", "purchase-orders", fields)
    assert [(line["id"], line["replenishment"]) for line in order["items"]] == [("c9_1", 30)]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"items": [{"id": "x"}]}, "Warehouse is required", id="no warehouse"),
        pytest.param({"warehouse": "c9_1", "items": []}, "Purchase order has no items", id="no lines"),
        pytest.param(
            {"warehouse": "c9_1", "variants_filter": {"sku": "x"}}, "Purchase order has no items", id="no variants"
        ),
        pytest.param(
            {"warehouse": "c9_1", "type": "assembly", "items": [{"id": "c9_1"}]},
            "Source warehouse is required",
            id="an assembly order without its source",
        ),
        pytest.param(
            {"warehouse": "c9_1", "source_warehouse": "c9_1", "type": "assembly", "items": [{"id": "c9_1"}]},
            "Components are required",
            id="an assembly line without components",
        ),
    ],
)
def test_an_incomplete_new_order_is_refused(
    account: Account, client: EmulatorClient, fields: dict[str, Any], message: str
) -> None:
    assert client.write("POST", "purchase-orders", {"purchase-order": fields}) == (500, error(message))
    assert account.orders() == [ORDER]


def test_the_largest_numbers_add_up(client: EmulatorClient) -> None:
    line = {"id": "c9_1", "replenishment": 10**12, "cost_price": 10**12, "tax": 10**12}
    order = client.write_order("PATCH", "purchase-orders/a", {"items": [line]})
    assert order["total"] == pytest.approx(1e34)


def test_a_very_long_reference_does_not_advance_the_counter(account: Account, client: EmulatorClient) -> None:
    account.edit("a", reference="9" * 5000)
    order = client.write_order("POST", "purchase-orders", {"warehouse": "c9_1", "items": [{"id": "c9_1"}]})
    assert order["reference"] == "1"


def test_an_order_without_a_warehouse_can_get_a_vendor(account: Account, client: EmulatorClient) -> None:
    account.put({"id": "b"})
    order = client.write_order("PATCH", "purchase-orders/b", {"vendor": "acme mills"})
    assert (order["vendor_display_name"], order["source"]) == ("Acme Mills", "acme mills")


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_an_update_changes_writable_fields_only(account: Account, client: EmulatorClient, method: str) -> None:
    fields = {"status": "CLOSED", "notes": "late", "id": "b", "total": 1, "nonsense": 1}
    changed = {**ORDER, "status": "closed", "notes": "late", "last_modified": STAMP, "updated_at": STAMP}
    body = {"purchase-order": changed, **success("Updated purchase-order a")}
    assert client.write(method, "purchase-orders/a", {"purchase-order": fields}) == (200, body)
    assert account.orders() == [changed]


def test_an_update_replaces_the_lines_and_keeps_received_quantities(client: EmulatorClient) -> None:
    fields = {"items": [{"id": "c9_1", "replenishment": 40}], "shipping_handling": 2.5}
    order = client.write_order("PATCH", "purchase-orders/a", fields)
    lines = [(line["id"], line["replenishment"], line["received"], line["remaining"]) for line in order["items"]]
    assert lines == [("c9_1", 40, 2, 38)]
    assert (order["total"], order["total_ordered"], order["total_received"]) == (162.5, 40, 2)


def test_received_is_a_total_and_the_difference_becomes_a_receipt(account: Account, client: EmulatorClient) -> None:
    body = {"items": [{"id": "c9_1", "received": 7}, {"id": "c9_2", "received": 0}, {"id": "x", "received": 1}]}
    rows = [{"id": "c9_1", "replenishment": 30, "received": 7}, {"id": "c9_2", "replenishment": 20, "received": 0}]
    response = {"items": rows, **success("2 updated, from total 2 items")}
    assert client.write("PATCH", "purchase-orders/a/items", body) == (200, response)
    order = account.get("a")
    assert order["items"][0]["received_history"] == [{"date": UNIX, "value": 5}]
    assert "received_history" not in order["items"][1]
    assert (order["total_received"], order["total"]) == (7, 130)
    assert (order["received_date"], order["last_modified"]) == ("2026-01-05", STAMP)


def test_an_updated_line_is_returned_under_the_plural_key(account: Account, client: EmulatorClient) -> None:
    line = {"id": "c9_2", "replenishment": 20, "received": 13}
    response = {"items": line, **success('Purchase order "7" item c9_2 updated')}
    body = {"item": {"received": 13, "cost_price": 1}}
    assert client.write("PATCH", "purchase-orders/a/items/c9_2", body) == (200, response)
    assert (account.get("a")["total"], account.get("a")["total_received"]) == (140, 15)


def test_lines_with_the_same_id_take_one_update_each(account: Account, client: EmulatorClient) -> None:
    account.put({**ORDER, "items": [{"id": "c9_1", "replenishment": 5}, {"id": "c9_1", "replenishment": 6}]})
    body = {"items": [{"id": "c9_1", "received": 1}, {"id": "c9_1", "received": 2}]}
    client.write("PATCH", "purchase-orders/a/items", body)
    assert [line["received"] for line in account.get("a")["items"]] == [1, 2]


def test_an_order_can_be_saved_to_a_connection(account: Account, client: EmulatorClient) -> None:
    saved = {"id": "ta", "reference": "7", "status": "success", "connection": "shop.4411", "save_po": True}
    response = {"connection": saved, **success("Updated purchase-order a connection shop.4411")}
    body = {"connection": {"save_po": True}}
    assert client.write("PUT", "purchase-orders/a/connections/shop.4411", body) == (200, response)
    assert account.get("a")["connections"] == [saved]


@pytest.mark.parametrize("key", ["stock_update", "stock-update"])
def test_a_pushed_stock_update_is_no_longer_pending(client: EmulatorClient, key: str) -> None:
    path = "purchase-orders/a/stock-update"
    row = {"id": "c9_1", "delta": 2, "stock_before": 0}
    assert client.read(path).json() == {"items": [row], "forDst": True, "wh": "c9_1"}
    body = {key: {"items": [row]}, "forDst": True}
    assert client.write("POST", path, body) == (200, {"items": [row], "forDst": True})
    assert client.read(path).json() == {"items": [], "forDst": True, "wh": "c9_1"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", ""),
        ("PUT", ""),
        ("PATCH", "/items"),
        ("PATCH", "/items/c9_1"),
        ("PUT", "/connections/shop"),
        ("POST", "/stock-update"),
    ],
)
def test_read_only_and_missing_orders_are_not_changed(
    account: Account, client: EmulatorClient, method: str, path: str
) -> None:
    locked = {**ORDER, "readonly": True}
    account.put(locked)
    assert client.write(method, f"purchase-orders/a{path}", {}) == (500, error("Purchase order a is read-only"))
    assert client.write(method, f"purchase-orders/x{path}", {})[0] == 404
    assert account.orders() == [locked]


def test_a_missing_line_is_not_found(account: Account, client: EmulatorClient) -> None:
    body = {"item": {"received": 1}}
    assert client.write("PATCH", "purchase-orders/a/items/x", body) == (404, error("Failed to find item x"))
    assert account.orders() == [ORDER]

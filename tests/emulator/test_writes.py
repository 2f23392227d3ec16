from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

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
Write = Callable[..., tuple[int, Any]]


@pytest.fixture
def write(account: Account, client: httpx.Client) -> Write:
    account.put(ORDER)

    def write(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = client.request(method, f"/api/v1/{path}", json=body)
        return answer.status_code, answer.json()

    return write


def success(message: str) -> dict[str, Any]:
    return {"result": {"status": "success", "message": message}}


def refused(message: str) -> tuple[int, dict[str, Any]]:
    return 500, {"result": {"status": "error", "message": message}}


def test_a_new_order_knows_its_vendor_its_variants_and_its_totals(account: Account, write: Write) -> None:
    given = {
        "status": "OPEN",
        "vendor": "Acme Mills",
        "warehouse": "c9_1",
        "currency": "EUR",
        "expected_date": "2026-02-01",
        "id": "mine",
        "total": 1,
        "nonsense": True,
        "items": [{"id": "c9_1", "replenishment": 10}, {"id": "c9_9", "sku": "NEW", "cost_price": 1.5, "tax": 20}],
        "skip_background_jobs": False,
    }
    status, body = write("POST", "purchase-orders", {"purchase-order": given})
    order = body["purchase-order"]
    assert status == 200
    assert re.fullmatch(f"{UNIX:08x}[0-9a-f]{{16}}", order["id"])
    assert body["result"] == success(f"Created purchase-order {order['id']}")["result"]
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
        "items": [
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
        ],
    }
    assert account.get(order["id"])["total"] == 40


def test_a_new_transfer_comes_from_a_warehouse_and_is_saved_where_asked(write: Write) -> None:
    given = {
        "source_warehouse": "c9_1",
        "warehouse": "c9_2",
        "items": [{"id": "c9_1", "replenishment": 1}],
        "connections": [{"connection": "shop.4411", "save_po": True}],
    }
    order = write("POST", "purchase-orders", {"purchase-order": given})[1]["purchase-order"]
    fields = ("source_type", "source", "source_display_name", "warehouse_display_name", "connections")
    assert {name: order[name] for name in fields} == {
        "source_type": "warehouse",
        "source": "c9_1",
        "source_display_name": "Main DC",
        "warehouse_display_name": "c9_2",
        "connections": [
            {
                "connection": "shop.4411",
                "save_po": True,
                "id": f"t{order['id'][-6:]}",
                "reference": "8",
                "status": "success",
            }
        ],
    }


def test_an_assembly_order_keeps_its_components(write: Write) -> None:
    components = [{"id": "c9_2", "quantity": 4, "sku": "CAP", "title": "Cap"}]
    given = {
        "type": "assembly",
        "warehouse": "c9_1",
        "source_warehouse": "c9_1",
        "items": [{"id": "c9_5", "replenishment": 10, "components": components}],
    }
    order = write("POST", "purchase-orders", {"purchase-order": given})[1]["purchase-order"]
    assert (order["type"], order["items"][0]["components"]) == ("assembly", components)


def test_a_filter_of_variants_makes_the_lines(account: Account, write: Write) -> None:
    account.edit("a", status="closed")
    wanted = {"vendor": "acme mills", "replenishment_gt": 25}
    given = {"vendor": "acme mills", "warehouse": "c9_1", "variants_filter": wanted}
    order = write("POST", "purchase-orders", {"purchase-order": given})[1]["purchase-order"]
    assert [(item["id"], item["replenishment"]) for item in order["items"]] == [("c9_1", 30)]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param({"purchase-order": {"items": [{"id": "x"}]}}, "Warehouse is required", id="no warehouse"),
        pytest.param({"purchase-order": {"warehouse": "c9_1"}}, "Purchase order has no items", id="no lines"),
        pytest.param({"order": {}}, "Missing purchase-order", id="not wrapped"),
        pytest.param([], "Invalid JSON: an object is expected", id="a list"),
    ],
)
def test_a_new_order_is_refused(account: Account, write: Write, body: Any, message: str) -> None:
    assert write("POST", "purchase-orders", body) == refused(message)
    assert account.orders() == [ORDER]


def test_a_body_that_is_not_json_is_refused(account: Account, client: httpx.Client) -> None:
    account.put(ORDER)
    answer = client.patch("/api/v1/purchase-orders/a", content=b"{")
    assert answer.status_code == 500
    assert answer.json()["result"]["message"].startswith("Invalid JSON: ")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'{"variant": {"lead_time": 1e99999999999999999999}}', id="an exponent beyond decimals"),
        pytest.param(b'{"variant": {"sku": "\xff"}}', id="not UTF-8"),
        pytest.param(b'{"variant": ' + b"[" * 100_000, id="nested too deep"),
    ],
)
def test_a_body_that_cannot_be_held_is_refused(account: Account, client: httpx.Client, content: bytes) -> None:
    account.put(ORDER)
    answer = client.patch("/api/v1/variants/c9_1", content=content)
    assert answer.status_code == 500
    assert answer.json()["result"]["message"].startswith("Invalid JSON: ")


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"warehouse": ["c9_1"]}, id="a list for a warehouse"),
        pytest.param({"vendor": 5}, id="a number for a vendor"),
        pytest.param({"shipping_handling": "much"}, id="a word for an amount"),
        pytest.param({"shipping_handling": "NaN"}, id="not a number"),
        pytest.param({"shipping_handling": 1e13}, id="a number too large"),
        pytest.param({"items": {"id": "c9_1"}}, id="lines that are no list"),
        pytest.param({"items": [{"replenishment": 1}]}, id="a line without an id"),
        pytest.param({"items": [{"id": "c9_1", "replenishment": True}]}, id="true for a quantity"),
        pytest.param({"items": [{"id": "c9_1", "components": ["c9_2"]}]}, id="a component that is no object"),
    ],
)
def test_an_update_with_a_value_of_the_wrong_kind_is_refused_and_changes_nothing(
    account: Account, write: Write, given: dict[str, Any]
) -> None:
    status, body = write("PATCH", "purchase-orders/a", {"purchase-order": given})
    assert (status, body["result"]["status"]) == (500, "error")
    assert body["result"]["message"].startswith("Invalid purchase-order: ")
    assert account.orders() == [ORDER]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (
            ("POST", "purchase-orders", {"purchase-order": {"warehouse": "c", "variants_filter": "all"}}),
            "purchase-order",
        ),
        (("POST", "purchase-orders", {"purchase-order": {"warehouse": "c", "connections": [{}]}}), "purchase-order"),
        (("PATCH", "purchase-orders/a/items", {"items": [{"received": 1}]}), "items"),
        (("PATCH", "purchase-orders/a/items/c9_1", {"item": {"received": "many"}}), "item"),
        (("PUT", "purchase-orders/a/connections/shop", {"connection": {"save_po": "yes"}}), "connection"),
        (("POST", "purchase-orders/a/stock-update", {"stock-update": {"items": [{"delta": 1}]}}), "stock-update"),
        (("POST", "purchase-orders/a/stock-update", {"stock_update": ["c9_1"]}), "stock-update"),
        (("PATCH", "variants/c9_1", {"variant": {"lead_time": "soon"}}), "variant"),
        (("PUT", "variants/c9_1/vendors/acme", {"vendor": {"cost_price": [1]}}), "vendor"),
    ],
)
def test_a_write_with_a_value_of_the_wrong_kind_is_refused(
    account: Account, write: Write, asked: tuple[str, str, Any], name: str
) -> None:
    status, answer = write(*asked)
    assert (status, answer["result"]["message"].partition(":")[0]) == (500, f"Invalid {name}")
    assert account.orders() == [ORDER]


def test_the_largest_numbers_still_add_up(write: Write) -> None:
    line = {"id": "c9_1", "replenishment": 10**12, "cost_price": 10**12, "tax": 10**12}
    order = write("PATCH", "purchase-orders/a", {"purchase-order": {"items": [line]}})[1]["purchase-order"]
    assert order["total"] == pytest.approx(1e34)


def test_a_long_number_as_a_reference_does_not_set_the_counter(account: Account, write: Write) -> None:
    account.edit("a", reference="9" * 5000)
    given = {"warehouse": "c9_1", "items": [{"id": "c9_1"}]}
    assert write("POST", "purchase-orders", {"purchase-order": given})[1]["purchase-order"]["reference"] == "1"


def test_an_order_without_a_warehouse_takes_a_vendor(account: Account, write: Write) -> None:
    account.put({"id": "b"})
    order = write("PATCH", "purchase-orders/b", {"purchase-order": {"vendor": "acme mills"}})[1]["purchase-order"]
    assert (order["vendor_display_name"], order["source"]) == ("Acme Mills", "acme mills")


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_an_update_changes_what_may_be_written_and_leaves_the_rest(account: Account, write: Write, method: str) -> None:
    given = {"status": "CLOSED", "notes": "late", "id": "b", "total": 1, "nonsense": 1}
    changed = {**ORDER, "status": "closed", "notes": "late", "last_modified": STAMP, "updated_at": STAMP}
    body = {"purchase-order": changed, **success("Updated purchase-order a")}
    assert write(method, "purchase-orders/a", {"purchase-order": given}) == (200, body)
    assert account.orders() == [changed]


def test_an_update_of_the_lines_replaces_them_and_keeps_what_was_received(write: Write) -> None:
    given = {"items": [{"id": "c9_1", "replenishment": 40}], "shipping_handling": 2.5}
    order = write("PATCH", "purchase-orders/a", {"purchase-order": given})[1]["purchase-order"]
    received = [(item["id"], item["replenishment"], item["received"], item["remaining"]) for item in order["items"]]
    assert received == [("c9_1", 40, 2, 38)]
    assert (order["total"], order["total_ordered"], order["total_received"]) == (162.5, 40, 2)


def test_received_is_the_new_total_and_the_difference_is_a_receipt(account: Account, write: Write) -> None:
    body = {"items": [{"id": "c9_1", "received": 7}, {"id": "c9_2", "received": 0}, {"id": "x", "received": 1}]}
    assert write("PATCH", "purchase-orders/a/items", body) == (
        200,
        {
            "items": [
                {"id": "c9_1", "replenishment": 30, "received": 7},
                {"id": "c9_2", "replenishment": 20, "received": 0},
            ],
            **success("2 updated, from total 2 items"),
        },
    )
    order = account.get("a")
    assert order["items"][0]["received_history"] == [{"date": UNIX, "value": 5}]
    assert "received_history" not in order["items"][1]
    assert (order["total_received"], order["total"]) == (7, 130)
    assert (order["received_date"], order["last_modified"]) == ("2026-01-05", STAMP)


def test_one_line_is_updated_and_answered_under_the_plural_key(account: Account, write: Write) -> None:
    assert write("PATCH", "purchase-orders/a/items/c9_2", {"item": {"received": 13, "cost_price": 1}}) == (
        200,
        {
            "items": {"id": "c9_2", "replenishment": 20, "received": 13},
            **success('Purchase order "7" item c9_2 updated'),
        },
    )
    assert (account.get("a")["total"], account.get("a")["total_received"]) == (140, 15)


def test_lines_with_the_same_id_take_updates_in_turn(account: Account, write: Write) -> None:
    account.put({**ORDER, "items": [{"id": "c9_1", "replenishment": 5}, {"id": "c9_1", "replenishment": 6}]})
    write("PATCH", "purchase-orders/a/items", {"items": [{"id": "c9_1", "received": 1}, {"id": "c9_1", "received": 2}]})
    assert [item["received"] for item in account.get("a")["items"]] == [1, 2]


def test_a_connection_is_saved(account: Account, write: Write) -> None:
    saved = {"id": "ta", "reference": "7", "status": "success", "connection": "shop.4411", "save_po": True}
    assert write("PUT", "purchase-orders/a/connections/shop.4411", {"connection": {"save_po": True}}) == (
        200,
        {"connection": saved, **success("Updated purchase-order a connection shop.4411")},
    )
    assert account.get("a")["connections"] == [saved]


@pytest.mark.parametrize("name", ["stock_update", "stock-update"])
def test_a_stock_update_is_pushed_once(write: Write, name: str) -> None:
    row = {"id": "c9_1", "delta": 2, "stock_before": 0}
    assert write("GET", "purchase-orders/a/stock-update")[1] == {"items": [row], "forDst": True, "wh": "c9_1"}
    body = {name: {"items": [row]}, "forDst": True}
    assert write("POST", "purchase-orders/a/stock-update", body) == (200, {"items": [row], "forDst": True})
    assert write("GET", "purchase-orders/a/stock-update")[1] == {"items": [], "forDst": True, "wh": "c9_1"}


def test_a_variant_takes_what_may_be_written(write: Write) -> None:
    given = {"variant": {"lead_time": 7, "review_period": 21, "sku": "OTHER"}}
    status, body = write("PATCH", "variants/c9_1", given)
    found = {name: body["variant"][name] for name in ("sku", "lead_time", "review_period")}
    assert (status, found) == (200, {"sku": "TEE", "lead_time": 7, "review_period": 21})
    assert body["result"] == success("Updated variant c9_1")["result"]
    assert write("GET", "variants/c9_1")[1]["variant"] == body["variant"]


@pytest.mark.parametrize("word", ["vendors", "vendor"])
def test_a_vendor_is_assigned_to_a_variant_and_taken_away(write: Write, word: str) -> None:
    saved = {"cost_price": 2.1, "vendor_reference": "R", "t": "vendor", "s": "user", "n": "mysupplier"}
    given = {"vendor": {"cost_price": 2.1, "vendor_reference": "R"}}
    path = f"variants/c9_1/{word}/mysupplier"
    assert write("PUT", path, given) == (200, {"vendor": saved, **success("Vendor data vendor mysupplier updated")})
    assert write("GET", path) == (200, {"vendor": saved})
    assert write("DELETE", path) == (200, success("Vendor data vendor mysupplier deleted"))
    assert write("GET", path)[0] == 404


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
def test_a_read_only_order_is_not_written(account: Account, write: Write, method: str, path: str) -> None:
    locked = {**ORDER, "readonly": True}
    account.put(locked)
    assert write(method, f"purchase-orders/a{path}", {}) == refused("Purchase order a is read-only")
    assert write(method, f"purchase-orders/x{path}", {})[0] == 404
    assert account.orders() == [locked]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (("PATCH", "purchase-orders/a/items/x", {"item": {"received": 1}}), 404),
        (("PATCH", "purchase-orders/a/items/c9_1", {"item": {"received": "many"}}), 500),
        (("PATCH", "variants/x", {"variant": {}}), 404),
        (("PUT", "variants/x/vendors/v", {"vendor": {}}), 404),
        (("DELETE", "variants/c9_1/vendors/x", None), 404),
    ],
)
def test_a_write_to_what_is_not_there_changes_nothing(
    account: Account, write: Write, asked: tuple[str, str, Any], status: int
) -> None:
    assert write(*asked)[0] == status
    assert account.orders() == [ORDER]

from __future__ import annotations

from typing import Any

import pytest

from emulator_client import EmulatorClient, error, success
from inventory_planner_emulator import Account, Quirks

ORDER = {
    "id": "a",
    "reference": "7",
    "status": "open",
    "warehouse": "c9_1",
    "items": [
        {"id": "c9_1", "replenishment": 10, "received": 6, "in_stock": 3},
        {"id": "c9_2", "replenishment": 20, "received": 5},
        {"id": "c9_3", "replenishment": 30},
    ],
}
ITEMS = "purchase-orders/a/items"
STOCK = "purchase-orders/a/stock-update"
SHOP = "purchase-orders/a/connections/shop"
SAVE = {"connection": {"save_po": True}}


@pytest.fixture(autouse=True)
def _order(account: Account) -> None:
    account.put(ORDER)


@pytest.mark.parametrize(("counted", "total"), [("in the order", 3), ("sent", 2)])
def test_fewer_lines_may_be_updated_than_were_sent(
    account: Account, client: EmulatorClient, counted: Any, total: int
) -> None:
    account.quirks = Quirks(skipped_lines=frozenset({"c9_2"}), lines_counted=counted)
    body = {"items": [{"id": "c9_1", "received": 7}, {"id": "c9_2", "received": 7}]}
    row = {"id": "c9_1", "replenishment": 10, "received": 7}
    answer = {"items": [row], **success(f"1 updated, from total {total} items")}
    assert client.write("PATCH", ITEMS, body) == (200, answer)
    assert [line.get("received") for line in account.get("a")["items"]] == [7, 5, None]


def test_a_failed_save_is_a_success_with_the_status_error(account: Account, client: EmulatorClient) -> None:
    account.quirks = Quirks(connection_errors=frozenset({"shop"}))
    failed = {"connection": "shop", "save_po": True, "status": "error"}
    answer = {"connection": failed, **success("Updated purchase-order a connection shop")}
    assert client.write("PUT", SHOP, SAVE) == (200, answer)
    assert client.read(SHOP).json() == {"connection": failed}
    account.quirks = Quirks()
    assert client.write("PUT", SHOP, SAVE)[1]["connection"]["status"] == "success"


def test_a_save_may_wait_for_some_reads(account: Account, client: EmulatorClient) -> None:
    account.quirks = Quirks(connection_wait=("queued", "run"), connection_errors=frozenset({"bad"}))
    saved = client.write("PUT", SHOP, SAVE)[1]["connection"]
    client.write("PUT", "purchase-orders/a/connections/bad", SAVE)
    shown = [client.read("purchase-orders/a/connections").json()["connections"] for _ in range(2)]
    shown.append(client.read("purchase-orders/a").json()["purchase-order"]["connections"])
    statuses = [{row["connection"]: row["status"] for row in connections} for connections in shown]
    assert (saved, statuses) == (
        {"connection": "shop", "save_po": True, "status": "queued"},
        [{"shop": "queued", "bad": "queued"}, {"shop": "run", "bad": "run"}, {"shop": "success", "bad": "error"}],
    )
    assert client.read(SHOP).json()["connection"] == {**saved, "id": "ta", "reference": "7", "status": "success"}


def test_a_new_order_may_wait_for_its_connections(account: Account, client: EmulatorClient) -> None:
    account.quirks = Quirks(connection_wait=("queued",))
    fields = {"warehouse": "c9_1", "items": [{"id": "c9_1"}], "connections": [{"connection": "s", "save_po": True}]}
    order = client.write_order("POST", "purchase-orders", fields)
    shown = [client.read(f"purchase-orders/{order['id']}/connections/s").json()["connection"] for _ in range(2)]
    assert [row["status"] for row in (*order["connections"], *shown)] == ["queued", "queued", "success"]


def test_failed_items_of_a_stock_update_stay_pending(account: Account, client: EmulatorClient) -> None:
    account.quirks = Quirks(push_errors={"c9_2": "Unknown SKU"})
    pending = client.read(STOCK).json()["items"]
    first, second = {"id": "c9_1", "delta": 6, "stock_before": 3}, {"id": "c9_2", "delta": 5, "stock_before": 0}
    assert pending == [first, second]
    failed = {**second, "error": "Unknown SKU"}
    answer = {"items": [first, failed], "forDst": True}
    assert client.write("POST", STOCK, {"stock-update": {"items": pending}, "forDst": True}) == (200, answer)
    assert client.read(STOCK).json()["items"] == [second]
    assert account.get("a")["stock_updates"] == [{"forDst": True, "wh": "c9_1", "items": [first, failed]}]


def test_an_item_that_is_not_in_the_order_can_t_be_pushed(client: EmulatorClient) -> None:
    row = {"id": "x", "delta": 1, "stock_before": 0}
    answer = {"items": [{**row, "error": "The purchase order has no such item"}], "forDst": True}
    assert client.write("POST", STOCK, {"stock-update": {"items": [row]}}) == (200, answer)


def test_a_stock_update_pushed_twice_leaves_a_difference(client: EmulatorClient) -> None:
    body = {"stock-update": {"items": [{"id": "c9_1", "delta": 6, "stock_before": 3}]}}
    for _ in range(2):
        client.write("POST", STOCK, body)
    assert [(row["id"], row["delta"]) for row in client.read(STOCK).json()["items"]] == [("c9_1", -6), ("c9_2", 5)]


def test_lines_of_one_variant_are_pending_together(account: Account, client: EmulatorClient) -> None:
    account.edit("a", items=[{"id": "v", "received": 2}, {"id": "v", "received": 3}])
    assert client.read(STOCK).json()["items"] == [{"id": "v", "delta": 5, "stock_before": 0}]
    client.write("POST", STOCK, {"stock-update": {"items": [{"id": "v", "delta": 5, "stock_before": 0}]}})
    assert client.read(STOCK).json()["items"] == []


def test_a_transfer_has_a_stock_update_for_each_side(account: Account, client: EmulatorClient) -> None:
    account.edit("a", source_warehouse="c9_0")
    destination = client.read(STOCK, forDst="true").json()
    source = client.read(STOCK, forDst="false").json()
    assert (source["wh"], [(row["id"], row["delta"]) for row in source["items"]]) == (
        "c9_0",
        [("c9_1", -6), ("c9_2", -5)],
    )
    client.write("POST", STOCK, {"stock-update": {"items": source["items"]}, "forDst": False})
    assert client.read(STOCK, forDst="false").json()["items"] == []
    assert client.read(STOCK, forDst="true").json() == destination


def test_only_a_transfer_has_a_stock_update_for_its_source(client: EmulatorClient) -> None:
    assert client.read(STOCK, forDst="false").json() == {"items": [], "forDst": False, "wh": None}
    body = {"stock-update": {"items": [{"id": "c9_1", "delta": 1}]}, "forDst": False}
    message = "Only a transfer can update stock in the source warehouse"
    assert client.write("POST", STOCK, body) == (500, error(message))


@pytest.mark.parametrize(
    ("quirks", "answered", "read"),
    [
        (Quirks(), "closed", "closed"),
        (Quirks(answered_status_case="upper"), "CLOSED", "closed"),
        (Quirks(status_case="upper", answered_status_case="lower"), "closed", "CLOSED"),
        (Quirks(status_case="upper"), "CLOSED", "CLOSED"),
    ],
)
def test_the_answer_to_a_write_may_spell_the_status_differently(
    account: Account, client: EmulatorClient, quirks: Quirks, answered: str, read: str
) -> None:
    account.quirks = quirks
    order = client.write_order("PATCH", "purchase-orders/a", {"status": "Closed"})
    assert (order["status"], client.read("purchase-orders/a").json()["purchase-order"]["status"]) == (answered, read)


@pytest.mark.parametrize(
    ("status", "connections", "expected"),
    [
        ("OPEN", [], "draft"),
        ("OPEN", [{"connection": "shop", "save_po": True}], "active"),
        ("Ordered", [], "active"),
        ("CLOSED", [], "closed"),
        ("Cancelled", [], "cancelled"),
    ],
)
def test_the_status_may_be_answered_as_its_type(
    account: Account, client: EmulatorClient, status: str, connections: list[Any], expected: str
) -> None:
    account.quirks = Quirks(answered_status_case="type")
    fields = {"status": status, "warehouse": "c9_1", "connections": connections, "items": [{"id": "c9_1"}]}
    order = client.write_order("POST", "purchase-orders", fields)
    assert (order["status"], account.get(order["id"])["status"]) == (expected, status.lower())


def test_lines_can_be_addressed_by_the_numbers_that_reads_show(account: Account, client: EmulatorClient) -> None:
    account.quirks = Quirks(numeric_item_ids=True)
    assert client.read(f"{ITEMS}/2").json()["item"]["id"] == 2
    answer = client.write("PATCH", ITEMS, {"items": [{"id": 1, "received": 7}]})[1]
    assert answer["items"] == [{"id": 1, "replenishment": 10, "received": 7}]
    assert client.write("PATCH", f"{ITEMS}/2", {"item": {"received": 6}})[1]["items"]["id"] == 2
    pending = client.read(STOCK).json()["items"]
    assert [(row["id"], row["delta"]) for row in pending] == [(1, 7), (2, 6)]
    client.write("POST", STOCK, {"stock-update": {"items": pending}})
    assert client.read(STOCK).json()["items"] == []
    client.write_order("PATCH", "purchase-orders/a", {"items": [{"id": 3, "replenishment": 1}]})
    assert [(line["id"], line["replenishment"]) for line in account.get("a")["items"]] == [("c9_3", 1)]


def on_order(client: EmulatorClient) -> Any:
    variant = client.read("variants/c9_3").json()["variant"]
    return variant["purchase_orders_qty"]


@pytest.mark.parametrize(
    ("request_line", "body"),
    [
        (f"PATCH {ITEMS}", {"items": [{"id": "c9_3", "received": 3}]}),
        (f"PATCH {ITEMS}/c9_3", {"item": {"received": 3}}),
        ("PATCH purchase-orders/a", {"purchase-order": {"status": "CLOSED"}}),
        (
            "POST purchase-orders",
            {"purchase-order": {"warehouse": "c9_1", "items": [{"id": "c9_3", "replenishment": 1}]}},
        ),
    ],
)
def test_figures_change_with_the_background_jobs_at_night(
    account: Account, client: EmulatorClient, request_line: str, body: Any
) -> None:
    method, path = request_line.split()
    assert client.write(method, path, body)[0] == 200
    assert on_order(client) == 30
    account.run_background_jobs()
    assert on_order(client) != 30


FLAG = {"skip_background_jobs": False}
ITEM = {"id": "c9_3", "received": 3}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param(ITEMS, {"items": [ITEM], **FLAG}, id="beside the lines"),
        pytest.param(ITEMS, {"items": [ITEM, FLAG]}, id="among the lines"),
        pytest.param(ITEMS, {"items": [{**ITEM, **FLAG}]}, id="in a line"),
        pytest.param(f"{ITEMS}/c9_3", {"item": ITEM, **FLAG}, id="beside a line"),
        pytest.param("purchase-orders/a", {"purchase-order": {"status": "CLOSED", **FLAG}}, id="in the order"),
        pytest.param("purchase-orders/a", {"purchase-order": {"status": "CLOSED"}, **FLAG}, id="beside the order"),
    ],
)
def test_a_write_can_run_the_background_jobs_at_once(client: EmulatorClient, path: str, body: Any) -> None:
    assert client.write("PATCH", path, body)[0] == 200
    assert on_order(client) != 30


@pytest.mark.parametrize("value", [True, None, "false", 0])
def test_any_other_value_of_the_flag_leaves_the_jobs_to_the_night(client: EmulatorClient, value: Any) -> None:
    client.write("PATCH", ITEMS, {"items": [ITEM], "skip_background_jobs": value})
    assert on_order(client) == 30


def test_what_users_change_counts_at_once(account: Account, client: EmulatorClient) -> None:
    account.receive("a", "c9_3", 10)
    assert on_order(client) == 20

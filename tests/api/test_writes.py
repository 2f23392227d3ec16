"""The calls that change the account send what the API's two articles and Neuro's page document, and nothing else.

The documented answers are served as the articles print them; where they are no JSON, they are corrected. The articles'
calls for variants are not here, because nothing uses them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from msgspec import Raw

from documented import ASSEMBLY, BRIGHTPEARL, PUSHED, QUICKBOOKS, STOCK_ITEMS
from documented import RECEIVED as ID
from inventory_planner.api.client import Client
from inventory_planner.api.order_parts import LineQuantities, StockChanges, StockItem
from inventory_planner.api.orders import Connection
from inventory_planner.api.writes import (
    create_order,
    push_stock,
    save_connection,
    update_line,
    update_lines,
    update_order,
)
from inventory_planner.errors import RejectedError, UnknownOutcomeError
from inventory_planner_emulator import Account, Fault, Quirks
from orders import line, order, raw
from roads import Request, Road

PURCHASE_ORDER: dict[str, Any] = {
    "status": "OPEN",
    "reference": "MY_PO_20",
    "expected_date": "2018-03-15",
    "vendor": "vendor_1",
    "warehouse": "w1",
    "variants_filter": {"vendor": "vendor_1", "replenishment_gt": 3},
}


def transfer_to(connection: str) -> dict[str, Any]:
    return {
        "status": "OPEN",
        "source_warehouse": "w1",
        "warehouse": "w2",
        "expected_date": "2018-03-15",
        "variants_filter": {"replenishment_gt": 3},
        "connections": [{"connection": connection, "save_po": True}],
    }


def success(message: str) -> dict[str, Any]:
    return {"result": {"status": "success", "message": message}}


@dataclass(frozen=True)
class Example:
    """A documented call: what we call, the request as it is printed, the answer, and what we read in it."""

    call: Callable[[Client], Any]
    request: Request
    answer: dict[str, Any]
    result: Any = field(default=None)

    @property
    def order(self) -> dict[str, Any] | None:
        """The order that the answer holds."""
        found: dict[str, Any] | None = self.answer.get("purchase-order")
        return found


EXAMPLES = {
    "create a purchase order from a filter": Example(
        lambda client: create_order(client, PURCHASE_ORDER),
        Request("POST", "", {"purchase-order": PURCHASE_ORDER}),
        {
            "purchase-order": {
                "status": "draft",
                "vendor": "Wonka Candy (DEMO)",
                "expected_date": "2018-03-15",
                "items": [],
                "id": "5a8322013e7859ae69a5d180",
            },
            **success("Created purchase-order 5a8322013e7859ae69a5d180"),
        },
    ),
    **{
        f"create a transfer in {name}": Example(
            lambda client, name=name: create_order(client, transfer_to(name)),  # type: ignore[misc]
            Request("POST", "", {"purchase-order": transfer_to(name)}),
            {
                "purchase-order": {
                    "status": "active",
                    "source_warehouse": "w1",
                    "warehouse": "w2",
                    "expected_date": "2018-03-15",
                    "connections": [
                        {
                            "connection": name,
                            "save_po": True,
                            "id": "t410034",
                            "reference": "ST0021",
                            "status": "success",
                        }
                    ],
                    "items": [],
                    "id": "5a83236c3e78599f6ea5d180",
                },
                **success("Created purchase-order 5a83236c3e78599f6ea5d180"),
            },
        )
        for name in (QUICKBOOKS, BRIGHTPEARL)
    },
    "create an assembly order": Example(
        lambda client: create_order(client, ASSEMBLY),
        Request("POST", "", {"purchase-order": ASSEMBLY}),
        {"purchase-order": {**ASSEMBLY, "id": "5a83"}, **success("Created purchase-order 5a83")},
    ),
    "close an order": Example(
        lambda client: update_order(client, ID, {"status": "CLOSED"}),
        Request("PATCH", f"/{ID}", {"purchase-order": {"status": "CLOSED"}}),
        {
            "purchase-order": {"status": "CLOSED", "id": "5a8322013e7859ae69a5d180"},
            **success("Updated purchase-order 5a8322013e7859ae69a5d180"),
        },
    ),
    "update received quantities": Example(
        lambda client: update_lines(client, ID, {"c20_123": Decimal(7), "c20_124": Decimal(5)}),
        Request(
            "PATCH",
            f"/{ID}/items",
            {"items": [{"id": "c20_123", "received": 7}, {"id": "c20_124", "received": 5}]},
        ),
        {
            "items": [
                {"id": "c20_123", "replenishment": 10, "received": 7},
                {"id": "c20_124", "replenishment": 20, "received": 5},
            ],
            **success("2 updated, from total 2 items"),
        },
        [LineQuantities("c20_123", 10, 7), LineQuantities("c20_124", 20, 5)],
    ),
    "update received quantities and recalculate": Example(
        lambda client: update_lines(client, ID, {"c20_123": Decimal(3)}, skip_background_jobs=False),
        Request("PATCH", f"/{ID}/items", {"items": [{"id": "c20_123", "received": 3}], "skip_background_jobs": False}),
        {
            "items": [{"id": "c20_123", "replenishment": 10, "received": 3}],
            **success("1 updated, from total 2 items"),
        },
        [LineQuantities("c20_123", 10, 3)],
    ),
    "update the received quantity of one line": Example(  # the article's path has 123, its body c20_123: Neuro's page,
        lambda client: update_line(client, ID, "c20_123", Decimal(13)),  # and the rule for paths, have the whole id
        Request("PATCH", f"/{ID}/items/c20_123", {"item": {"id": "c20_123", "received": 13}}),
        {
            "items": {"id": 123, "replenishment": 20, "received": 13},
            **success('Purchase order "1" item i2 updated'),
        },
        LineQuantities(123, 20, 13),
    ),
    **{
        f"save an order into {name}": Example(
            lambda client: save_connection(client, ID, QUICKBOOKS, {"save_po": True}),
            Request("PUT", f"/{ID}/connections/{QUICKBOOKS}", {"connection": {"save_po": True}}),
            {
                "connection": {
                    "save_po": True,
                    "connection": name,
                    "id": 815902,
                    "reference": "PO0043",
                    "status": "success",
                },
                **success(f"Updated purchase-order {ID} connection {name}"),
            },
            Connection(name, None, 815902, "PO0043", "success", save_po=True),
        )
        for name in (QUICKBOOKS, BRIGHTPEARL)
    },
    "push stock updates": Example(
        lambda client: push_stock(client, PUSHED, STOCK_ITEMS),
        Request("POST", f"/{PUSHED}/stock-update", {"stock-update": {"items": STOCK_ITEMS}, "forDst": True}),
        {"items": [STOCK_ITEMS[0], {**STOCK_ITEMS[1], "error": "Update request failed"}], "forDst": True},
        StockChanges(
            items=[StockItem(123, 0, 10), StockItem(456, 1, 5, "Update request failed")], is_for_destination=True
        ),
    ),
}


def read(found: Any) -> Any:
    """What a call returned, an order as JSON and an envelope without the text of the response."""
    if isinstance(found, StockChanges):
        return StockChanges(items=found.items, is_for_destination=found.is_for_destination, warehouse=found.warehouse)
    return json.loads(bytes(found)) if isinstance(found, Raw) else found


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_a_documented_call_is_sent_as_printed_and_its_answer_is_understood(road: Road, example: Example) -> None:
    road.account.faults.append(Fault.status(200, raw(example.answer)))
    found = example.call(road.client)
    (sent,) = road.sent
    assert sent == road.documented(example.request)
    assert raw(sent.body) == raw(road.documented(example.request).body)  # the types of numbers and flags, too
    assert read(found) == (example.order or example.result)


BARE = {name: example for name, example in EXAMPLES.items() if example.order}


@pytest.mark.parametrize("example", BARE.values(), ids=BARE)
def test_a_documented_order_is_understood_without_its_envelope(road: Road, example: Example) -> None:
    road.account.faults.append(Fault.status(200, raw(example.order)))
    assert read(example.call(road.client)) == example.order


def test_a_response_that_is_no_strict_json_has_an_unknown_outcome(road: Road) -> None:
    as_printed = b'{"items": [{"id": "c20_123", "received": 7}], "result": {"status": "success"},}'
    road.account.faults.append(Fault.status(200, as_printed))
    with pytest.raises(UnknownOutcomeError, match="incomplete or malformed"):
        update_lines(road.client, ID, {"c20_123": Decimal(7)})


# Neuro's page

NEURO_ID = "po-12345"
NEURO_ORDER: dict[str, Any] = {
    "warehouse": "WH-001",
    "type": "po",
    "status": "OPEN",
    "reference": "PO-2025-001",
    "vendor": "VENDOR-001",
    "expected_date": "2025-02-15",
}
NEURO_EXAMPLES = {
    "3. create an order": (
        lambda client: create_order(client, NEURO_ORDER),
        Request("POST", "", NEURO_ORDER),
    ),
    "4. update an order": (
        lambda client: update_order(client, NEURO_ID, {"status": "CLOSED", "expected_date": "2025-02-20"}),
        Request("PATCH", f"/{NEURO_ID}", {"status": "CLOSED", "expected_date": "2025-02-20"}),
    ),
    "7. update lines": (
        lambda client: update_lines(client, NEURO_ID, {"item-1": Decimal(25), "item-2": Decimal(50)}),
        Request(
            "PATCH",
            f"/{NEURO_ID}/items",
            {"items": [{"id": "item-1", "received": 25}, {"id": "item-2", "received": 50}]},
        ),
    ),
    "8. update one line": (
        lambda client: update_line(client, NEURO_ID, "item-1", Decimal(30)),
        Request("PATCH", f"/{NEURO_ID}/items/item-1", {"item": {"id": "item-1", "received": 30}}),
    ),
    "11. update a connection": (
        lambda client: save_connection(client, NEURO_ID, "shopify", {"save_po": True}),
        Request("PUT", f"/{NEURO_ID}/connections/shopify", {"connection": {"save_po": True}}),
    ),
    "13. push a stock update": (
        lambda client: push_stock(client, NEURO_ID, [{"id": "item-1", "delta": 25, "stock_before": 75}]),
        Request(
            "POST",
            f"/{NEURO_ID}/stock-update",
            {"stock_update": {"items": [{"id": "item-1", "delta": 25, "stock_before": 75}]}, "forDst": True},
        ),
    ),
}


@pytest.fixture
def neuro_order(account: Account) -> None:
    """The order of Neuro's examples."""
    lines = [
        {"id": "item-1", "replenishment": 60, "received": 10, "in_stock": 75},
        {"id": "item-2", "replenishment": 70, "in_stock": 5},
    ]
    connections = [{"connection": "shopify", "save_po": False}]
    account.put(order(NEURO_ID, reference="PO-1", items=lines, connections=connections))


@pytest.mark.usefixtures("neuro_order")
@pytest.mark.parametrize("is_bare", [False, True], ids=["in an envelope", "bare"])
@pytest.mark.parametrize(("call", "request_"), NEURO_EXAMPLES.values(), ids=NEURO_EXAMPLES)
def test_a_call_of_neuro_s_page_is_sent_as_printed_and_applied(
    call: Callable[[Client], Any], request_: Request, is_bare: bool, account: Account, clients: dict[str, Client]
) -> None:
    account.quirks = Quirks(neuro_bare_orders=is_bare)
    call(clients["neuro"])
    (sent,) = account.requests
    assert Request.of(sent) == request_
    assert raw(sent.body) == raw(request_.body)
    assert (sent.status, sent.applied) == (200, True)
    assert sent.path.startswith(clients["neuro"].route.path())


# what the examples don't show


def test_numbers_are_sent_with_every_digit(road: Road) -> None:
    road.account.faults.append(Fault.status(200, b'{"items":[]}'))
    update_lines(road.client, ID, {"a": Decimal("7.0"), "b": Decimal("0.10"), "c": Decimal("1E+3"), "d": Decimal(0)})
    (sent,) = road.sent
    assert raw(sent.body) == (
        b'{"items":[{"id":"a","received":7},{"id":"b","received":0.10},{"id":"c","received":1000},'
        b'{"id":"d","received":0}]}'
    )


@pytest.mark.parametrize("skip", [True, False])
def test_an_order_says_itself_whether_jobs_are_skipped(skip: bool, road: Road) -> None:
    road.account.put(order("one"))
    road.account.faults.append(Fault.status(200, b'{"id":"new"}'))
    flag = {"skip_background_jobs": skip}
    create_order(road.client, {"warehouse": "w1", "items": [], **flag})
    update_order(road.client, "one", {"notes": "x", **flag})
    assert road.sent == [
        road.documented(Request("POST", "", {"purchase-order": {"warehouse": "w1", "items": [], **flag}})),
        road.documented(Request("PATCH", "/one", {"purchase-order": {"notes": "x", **flag}})),
    ]


def test_stock_is_pushed_to_the_source_of_a_transfer(road: Road) -> None:
    road.account.faults.append(Fault.status(200, raw({"items": STOCK_ITEMS, "forDst": False, "wh": "w1"})))
    found = push_stock(road.client, PUSHED, STOCK_ITEMS, is_for_destination=False)
    (sent,) = road.sent
    body = {"stock-update": {"items": STOCK_ITEMS}, "forDst": False}
    assert sent == road.documented(Request("POST", f"/{PUSHED}/stock-update", body))
    assert (found.is_for_destination, found.warehouse) == (False, "w1")


def test_only_the_lines_that_the_api_updated_are_returned(road: Road) -> None:
    road.account.put(order("one", items=[line("a"), line("b"), line("c")]))
    road.account.quirks = Quirks(skipped_lines=frozenset({"b"}))
    updated = update_lines(road.client, "one", dict.fromkeys("abc", Decimal(4)))
    assert updated == [LineQuantities("a", 30, 4), LineQuantities("c", 30, 4)]


def test_errors_of_a_stock_update_name_the_variant_and_the_message(road: Road) -> None:
    road.account.put(order("one", items=[line("a", received=2), line("b", received=3)]))
    road.account.quirks = Quirks(push_errors={"b": "Update request failed"})
    items = [{"id": "a", "delta": 2, "stock_before": 3}, {"id": "b", "delta": 3, "stock_before": 3}]
    pushed = push_stock(road.client, "one", items)
    assert [(item.id, item.message) for item in pushed.items] == [("a", ""), ("b", "Update request failed")]


def test_an_order_that_can_t_be_changed_is_refused(road: Road) -> None:
    road.account.put(order("one", readonly=True))
    with pytest.raises(RejectedError, match=r"returned 500 \(Purchase order one is read-only\)"):
        update_order(road.client, "one", {"status": "CLOSED"})
    assert [request.applied for request in road.account.requests] == [False]


CALLS: dict[str, Callable[[Client], Any]] = {
    "create": lambda client: create_order(client, PURCHASE_ORDER),
    "update": lambda client: update_order(client, ID, {"status": "CLOSED"}),
    "lines": lambda client: update_lines(client, ID, {"a": Decimal(1)}),
    "line": lambda client: update_line(client, ID, "a", Decimal(1)),
    "connection": lambda client: save_connection(client, ID, QUICKBOOKS, {"save_po": True}),
}


@pytest.mark.parametrize("body", [b"{}", b'{"result":{"status":"success"}}', b'{"items":{}}'])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_success_without_what_was_changed_has_an_unknown_outcome(
    call: Callable[[Client], Any], body: bytes, road: Road
) -> None:
    road.account.faults.append(Fault.status(200, body))
    with pytest.raises(UnknownOutcomeError):
        call(road.client)
    assert len(road.sent) == 1

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from msgspec import Raw

from inventory_planner.api.client import Client
from inventory_planner.api.listing import get_order, list_orders
from inventory_planner.api.order_parts import (
    StockItem,
    get_connection,
    get_line,
    get_pending_stock,
    list_connections,
    list_lines,
)
from inventory_planner.api.orders import Connection
from inventory_planner.errors import NotFoundError, UnreadableAnswerError
from inventory_planner_emulator import Account, Fault, Quirks
from orders import line, order, raw
from roads import Request, Road

ID = "po-12345"
PUSHED = "5c9deeb5178a3816620d8362"
LINES = [line("item-1", received=2), line("item-2", cost_price=Decimal("19.250"))]
CONNECTIONS = [
    {"connection": "shopify", "connection_id": 7, "save_po": True, "id": 815902, "reference": "PO0043"},
    {"connection": "qb", "save_po": False, "status": "queued"},
]
READ_CONNECTIONS = [
    Connection("shopify", 7, 815902, "PO0043", None, save_po=True),
    Connection("qb", None, None, None, "queued", save_po=False),
]


@pytest.fixture(autouse=True)
def _order(account: Account) -> None:
    account.put(order(ID, items=LINES, connections=CONNECTIONS))


# the examples of Neuro's page, which are those of the articles but for the list

NEURO_EXAMPLES: dict[str, tuple[Callable[[Client], Any], Request]] = {
    "1. list orders": (
        lambda client: list_orders(client, page_size=20),
        Request("GET", "", params={"page_no": "1", "page_size": "20"}),
    ),
    "2. one order": (lambda client: get_order(client, ID), Request("GET", f"/{ID}")),
    "5. lines": (lambda client: list_lines(client, ID), Request("GET", f"/{ID}/items")),
    "6. one line": (lambda client: get_line(client, ID, "item-1"), Request("GET", f"/{ID}/items/item-1")),
    "9. connections": (lambda client: list_connections(client, ID), Request("GET", f"/{ID}/connections")),
    "10. one connection": (
        lambda client: get_connection(client, ID, "shopify"),
        Request("GET", f"/{ID}/connections/shopify"),
    ),
    "12. pending stock": (
        lambda client: get_pending_stock(client, ID),
        Request("GET", f"/{ID}/stock-update", params={"forDst": "true"}),
    ),
}


def read(found: Any) -> Any:
    """What a call returned, without what differs between two responses of the same content."""
    if isinstance(found, list):
        return [read(each) for each in found]
    if isinstance(found, Raw):
        return bytes(found)
    return (
        {name: read(getattr(found, name)) for name in found.__struct_fields__ if name != "whole"}
        if hasattr(found, "__struct_fields__")
        else found
    )


@pytest.mark.parametrize(("call", "request_"), NEURO_EXAMPLES.values(), ids=NEURO_EXAMPLES)
def test_a_read_of_neuro_s_page_is_sent_as_printed_and_answered_as_directly(
    call: Callable[[Client], Any], request_: Request, account: Account, clients: dict[str, Client]
) -> None:
    through_neuro = read(call(clients["neuro"]))
    (sent,) = account.requests
    assert Request.of(sent) == request_
    assert (sent.status, sent.path.startswith(clients["neuro"].route.path())) == (200, True)
    assert through_neuro == read(call(clients["direct"]))


def test_the_documented_stock_update_is_requested_as_printed_and_understood(road: Road) -> None:
    answer = {
        "items": [{"id": 123, "delta": 10, "stock_before": 0}, {"id": 456, "delta": 5, "stock_before": 1}],
        "forDst": True,
        "wh": 13434355,
    }
    road.account.faults.append(Fault.status(200, raw(answer)))
    found = get_pending_stock(road.client, PUSHED)
    assert road.sent == [Request("GET", f"/{PUSHED}/stock-update", params={"forDst": "true"})]
    assert found.items == [StockItem(123, 0, 10), StockItem(456, 1, 5)]
    assert (found.is_for_destination, found.warehouse) == (True, 13434355)


# the parts


def test_lines_are_kept_as_the_api_wrote_them(road: Road) -> None:
    assert [bytes(each) for each in list_lines(road.client, ID)] == [raw(each) for each in LINES]
    assert bytes(get_line(road.client, ID, "item-2")) == raw(LINES[1])


@pytest.mark.parametrize("key", ["item", "items"])
def test_one_line_is_understood_under_either_key(key: str, road: Road) -> None:
    road.account.faults.append(Fault.status(200, raw({key: {"id": "item-1"}})))
    assert json.loads(bytes(get_line(road.client, ID, "item-1"))) == {"id": "item-1"}


def test_connections_show_whether_the_order_is_saved_and_as_what(road: Road) -> None:
    assert list_connections(road.client, ID) == READ_CONNECTIONS
    assert get_connection(road.client, ID, "qb") == READ_CONNECTIONS[1]


def test_pending_stock_is_that_of_the_side_that_is_asked_for(road: Road) -> None:
    transfer = {"type": "transfer", "source_type": "warehouse", "source_warehouse": "w1", "warehouse": "w2"}
    road.account.put(order("move", items=[line("a", received=5, in_stock=3, source_stock=9)], **transfer))
    found = [get_pending_stock(road.client, "move", is_for_destination=each) for each in (True, False)]
    assert [(each.is_for_destination, each.warehouse, each.items) for each in found] == [
        (True, "w2", [StockItem("a", 3, 5)]),
        (False, "w1", [StockItem("a", 9, -5)]),
    ]
    assert [request.params for request in road.sent] == [{"forDst": "true"}, {"forDst": "false"}]


@pytest.mark.parametrize("error", [None, False, ""])
def test_a_variant_without_a_message_did_not_fail(error: Any) -> None:
    assert StockItem("a", 3, 5, error).message == ""


def test_an_error_of_another_type_is_a_message(road: Road) -> None:
    road.account.faults.append(Fault.status(200, raw({"items": [{"id": "a", "error": {"code": 7}}]})))
    (item,) = get_pending_stock(road.client, ID).items
    assert item.message == "{'code': 7}"


MISSING: dict[str, Callable[[Client], Any]] = {
    "lines of an order": lambda client: list_lines(client, "x"),
    "a line": lambda client: get_line(client, ID, "x"),
    "connections of an order": lambda client: list_connections(client, "x"),
    "a connection": lambda client: get_connection(client, ID, "x"),
    "stock of an order": lambda client: get_pending_stock(client, "x"),
}


@pytest.mark.parametrize("is_200", [False, True], ids=["404", "200"])
@pytest.mark.parametrize("call", MISSING.values(), ids=MISSING)
def test_what_is_missing_is_not_found(call: Callable[[Client], Any], is_200: bool, road: Road) -> None:
    road.account.quirks = Quirks(not_found_as_200=is_200)
    with pytest.raises(NotFoundError, match="Failed to find"):
        call(road.client)


READS: dict[str, Callable[[Client], Any]] = {
    "lines": lambda client: list_lines(client, ID),
    "a line": lambda client: get_line(client, ID, "item-1"),
    "connections": lambda client: list_connections(client, ID),
    "a connection": lambda client: get_connection(client, ID, "qb"),
    "stock": lambda client: get_pending_stock(client, ID),
}


@pytest.mark.parametrize("call", READS.values(), ids=READS)
def test_a_response_without_what_was_asked_for_is_unreadable(call: Callable[[Client], Any], road: Road) -> None:
    road.account.faults.append(Fault.status(200, b"{}"))
    with pytest.raises(UnreadableAnswerError):
        call(road.client)


@pytest.mark.parametrize("call", READS.values(), ids=READS)
def test_a_read_is_sent_again_when_no_answer_came(call: Callable[[Client], Any], road: Road) -> None:
    road.account.faults.append(Fault.no_answer())
    call(road.client)
    assert [request.method for request in road.sent] == ["GET", "GET"]

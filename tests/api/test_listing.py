from __future__ import annotations

import msgspec
import pytest

from inventory_planner.api.client import Client
from inventory_planner.api.decoding import (
    QuarantinedRecord,
    Record,
    decode_order,
)
from inventory_planner.api.listing import Page, SingleOrder, count_orders, get_order
from inventory_planner.errors import NotFoundError, UnreadableAnswerError
from inventory_planner_emulator import Account, Fault, Quirks
from orders import ORDER_ID, order, raw


def test_an_invalid_order_does_not_invalidate_its_page() -> None:
    text = raw(
        {
            "meta": {"total": 2, "limit": "1000", "page": 0},
            "purchase-orders": [order(shipping_handling="x"), order("b")],
        }
    )
    page = msgspec.json.decode(text, type=Page, strict=False)
    first, second = (decode_order(bytes(each)) for each in page.orders)
    assert isinstance(first, QuarantinedRecord)
    assert (first.order_id, first.reason) == (ORDER_ID, 'Expected a number, got "x" - at `$.shipping_handling`')
    assert isinstance(second, Record)
    assert second.order_id == "b"


def test_a_page_requires_only_its_total_and_its_orders() -> None:
    page = msgspec.json.decode(b'{"meta":{"total":0},"purchase-orders":[]}', type=Page)
    assert (page.meta.total, page.meta.limit, page.orders, page.result) == (0, None, [], None)


def test_a_single_order_keeps_its_json() -> None:
    text = b'{"id":"1", "total": 1.0}'
    assert bytes(msgspec.json.decode(b'{"purchase-order":%b}' % text, type=SingleOrder).order) == text


# an order of its own, through Neuro perhaps without an envelope


@pytest.fixture
def neuro(clients: dict[str, Client]) -> Client:
    """A client through Neuro."""
    return clients["neuro"]


@pytest.mark.parametrize("is_bare", [False, True], ids=["in its envelope", "bare"])
def test_an_order_through_neuro_keeps_its_json(is_bare: bool, account: Account, neuro: Client) -> None:
    account.put(order("one"))
    account.quirks = Quirks(neuro_bare_orders=is_bare)
    assert bytes(get_order(neuro, "one")) == raw(account.get("one"))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (rb'{"id":"1","notes":"cut \ud83d"}', rb'{"id":"1","notes":"cut \ufffd"}'),
        (b'{"id":"1","total":NaN}', b'{"id":"1","total":"NaN"}'),
        (b'\xef\xbb\xbf{"id":1}', b'{"id":1}'),
    ],
    ids=["half a character", "a number that is none", "a byte order mark"],
)
def test_a_bare_order_is_mended_as_one_in_its_envelope_is(
    sent: bytes, kept: bytes, account: Account, neuro: Client
) -> None:
    account.faults.append(Fault.status(200, sent))
    assert bytes(get_order(neuro, "1")) == kept


def test_a_missing_order_is_not_found_on_either_road(account: Account, clients: dict[str, Client]) -> None:
    for is_200 in (False, True):
        account.quirks = Quirks(not_found_as_200=is_200, neuro_bare_orders=True)
        for client in clients.values():
            with pytest.raises(NotFoundError, match="Failed to find purchase-order x"):
                get_order(client, "x")


@pytest.mark.parametrize("body", [b"{}", b'{"result":{"status":"success"}}', b'{"variant":{"id":1}}'])
def test_a_response_without_an_order_is_unreadable(body: bytes, account: Account, clients: dict[str, Client]) -> None:
    for client in clients.values():
        account.faults.append(Fault.status(200, body))
        with pytest.raises(UnreadableAnswerError, match="The response holds no order"):
            get_order(client, "1")


def test_orders_are_counted_on_either_road(account: Account, clients: dict[str, Client]) -> None:
    account.put(order("one"))
    account.put(order("two"))
    assert {road: count_orders(client) for road, client in clients.items()} == {"direct": 2, "neuro": 2}

from __future__ import annotations

import msgspec

from inventory_planner.api.decoding import (
    QuarantinedRecord,
    Record,
    decode_order,
)
from inventory_planner.api.listing import Page, SingleOrder
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

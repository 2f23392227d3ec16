from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec import Raw

from inventory_planner.api.decoding import OrderDecoder, QuarantinedRecord, Record, decode_order
from inventory_planner.api.misfits import Misfits, as_written, drift, merge_misfits
from inventory_planner.api.orders import Component, Connection, Line, Order, Receipt
from orders import decoded, decoded_line, raw, record_of


def reason(value: Any) -> str:
    found = decode_order(raw(value))
    assert isinstance(found, QuarantinedRecord), found
    return found.reason


def order_and_misfits(text: bytes) -> tuple[Order, Misfits | None]:
    found = decode_order(text)
    assert isinstance(found, Record), found
    return found.order, found.misfits


# fields that an order does not need


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("created_at", b'"-0001-11-30T00:00:00+00:00"'),
        ("created_at", b'"2024-05-03 09:41:07"'),
        ("updated_at", b'"yesterday"'),
        ("updated_at", b"1e300"),
        ("readonly", b'"yes"'),
        ("readonly", b"2"),
        ("notes", b'["a"]'),
        ("status", b'{"name":"open"}'),
        ("total", b'"many"'),
        ("total", b'"1,234"'),
        ("total_ordered", b"true"),
        ("version", b"[1]"),
        ("connections", b'"shop"'),
        ("connections", b'["shop"]'),
        ("connections", b'[{"save_po":"perhaps"}]'),
        ("stock_updates", b"7"),
    ],
)
def test_a_field_of_an_order_with_an_unexpected_shape_is_left_out(name: str, written: bytes) -> None:
    text = b'{"id":"1","items":[],"%b":%b}' % (name.encode(), written)
    found, misfits = order_and_misfits(text)
    assert misfits == {0: {name}}
    assert as_written(text, 0, misfits[0]) == {name: written}
    assert (found.id, found.items, getattr(found, name) or None) in [
        ("1", [], None),
        ("1", [], [Connection()]),
        ("1", [], Raw(written)),  # JSON, which keeps what was written
    ]


@pytest.mark.parametrize(
    ("name", "written"),
    [("tax", b'"n/a"'), ("cbm", b'"5 cbm"'), ("in_stock", b"true"), ("has_error", b'"none"'), ("sku", b'["A"]')],
)
def test_a_field_of_a_line_with_an_unexpected_shape_is_left_out(name: str, written: bytes) -> None:
    text = b'{"id":"1","items":[{"id":"a"},{"id":"b","%b":%b,"received":2}]}' % (name.encode(), written)
    found, misfits = order_and_misfits(text)
    assert found.items == [Line(id="a"), Line(id="b", received=2)]
    assert misfits == {2: {name}}
    assert as_written(text, 2, misfits[2]) == {name: written}


def test_the_list_around_a_field_of_an_unexpected_shape_is_kept() -> None:
    text = (
        b'{"id":"1","items":[{"id":"a","received_history":[{"date":{"day":1},"value":"2"}],'
        b'"components":[{"id":"c","quantity":1,"title":[1]}]}]}'
    )
    found, misfits = order_and_misfits(text)
    history, components = [Receipt(value=2)], [Component(id="c", quantity=1)]
    assert found.items == [Line(id="a", received_history=history, components=components)]
    assert misfits == {1: {"received_history", "components"}}


def test_a_value_in_another_form_is_read_if_it_can_mean_only_one() -> None:
    found, misfits = order_and_misfits(
        b'{"id":"1","created_at":"Mon, 05 Jan 2026 09:41:07 +0000","updated_at":1767606067000,"total":"1.234,50"}'
    )
    assert (found.created_at, found.total) == (found.updated_at, Decimal("1234.5"))
    assert (str(found.created_at), misfits) == ("2026-01-05 09:41:07+00:00", None)


# quantities and costs


@pytest.mark.parametrize("name", ["replenishment", "received"])
def test_a_quantity_that_is_false_is_0_and_an_empty_one_is_not_set(name: str) -> None:
    assert getattr(decoded_line(b'{"id":"a","%b":false}' % name.encode()), name) == 0
    assert getattr(decoded_line(b'{"id":"a","%b":" ","tax":"x"}' % name.encode()), name) is None


@pytest.mark.parametrize("name", ["cost_price", "cost price", "landing_cost_price", "discount"])
def test_a_cost_that_is_false_is_not_set(name: str) -> None:
    assert decoded_line(b'{"id":"a","%b":false}' % name.encode()) == Line(id="a")


def test_a_quantity_of_a_receipt_or_component_that_is_false_is_0() -> None:
    found = decoded_line(b'{"id":"a","received_history":[{"value":false}],"components":[{"id":"c","quantity":false}]}')
    assert (found.received_history, found.components) == ([Receipt(value=0)], [Component(id="c", quantity=0)])


def test_a_cost_with_grouped_digits_is_read() -> None:
    assert decoded_line(b'{"id":"a","cost_price":"1,234.50"}').cost_price == Decimal("1234.50")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"received": "5 pcs"}, 'Expected a number, got "5 pcs" - at `$.items[0].received`'),
        ({"received": "1,234"}, '"1,234" can mean 1234 or 1.234 - at `$.items[0].received`'),
        ({"received": True}, "Expected `int | decimal | null`, got `bool` - at `$.items[0].received`"),
        ({"cost_price": [1]}, "Expected `int | decimal | null`, got `array` - at `$.items[0].cost_price`"),
        ({"received_history": "none"}, "Expected `array`, got `str` - at `$.items[0].received_history`"),
        ({"received_history": [1]}, "Expected `object`, got `int` - at `$.items[0].received_history[0]`"),
        (
            {"components": [{"id": "c"}, {"id": "d", "quantity": "x"}]},
            'Expected a number, got "x" - at `$.items[0].components[1].quantity`',
        ),
        (
            {"components": [{"quantity": 1}]},
            "Line 1 has a component without `id` or `sku` - at `$.items[0].components[0]`",
        ),
    ],
)
def test_a_line_whose_goods_or_costs_can_not_be_read_is_quarantined(fields: dict[str, Any], words: str) -> None:
    assert reason({"id": "1", "items": [{"id": "a", **fields}]}) == words


@pytest.mark.parametrize("name", ["shipping_handling", "default_discount"])
def test_an_order_whose_costs_can_not_be_read_is_quarantined(name: str) -> None:
    assert reason({"id": "1", name: "free"}) == f'Expected a number, got "free" - at `$.{name}`'


# ids


@pytest.mark.parametrize(
    ("written", "item_id"),
    [
        ({"id": None, "line_id": "l", "sku": "S"}, "l"),
        ({"id": "", "line_id": 7, "sku": "S"}, "7"),
        ({"line_id": "", "sku": "S"}, "S"),
        ({"id": {"$oid": "1"}, "line_id": [], "sku": "S"}, "S"),
    ],
)
def test_a_line_without_an_id_is_known_by_its_line_id_or_sku(written: dict[str, Any], item_id: str) -> None:
    found = record_of({"id": "1", "items": [{"id": "a"}, written]})
    (_, line) = found.order.items or ()
    assert (str(line.id), found.misfits) == (item_id, {2: {"id"}})
    kept = {"id": raw(written["id"])} if "id" in written else {}
    assert as_written(found.raw, 2, {"id"}) == kept


def test_a_line_without_any_id_quarantines_its_order() -> None:
    words = "Line 2 has no `id` or `line_id` or `sku` - at `$.items[1]`"
    assert reason({"id": "1", "items": [{"id": "a"}, {"title": "Freight", "line_id": False}]}) == words


def test_a_component_without_an_id_is_known_by_its_sku() -> None:
    found = record_of({"id": "1", "items": [{"id": "a", "components": [{"sku": "LEG", "quantity": 4}]}]})
    assert found.order.items == [Line(id="a", components=[Component(id="LEG", sku="LEG", quantity=4)])]
    assert found.misfits == {1: {"components"}}


def test_a_list_of_one_line_can_be_written_as_the_line() -> None:
    assert decoded(b'{"id":"1","items":{"id":"a","received":2}}').items == [Line(id="a", received=2)]


# unknown fields and reports


def test_unknown_fields_are_learned_from_strange_orders_too() -> None:
    decoder = OrderDecoder()
    found = decoder.decode(b'{"id":"1","color":"red","created_at":"soon","items":[{"id":"a","shade":1,"tax":"x"}]}')
    assert isinstance(found, Record)
    assert (decoder.unknown, found.misfits) == (
        ("purchase-order.color", "item.shade"),
        {0: {"created_at"}, 1: {"tax"}},
    )


def test_the_drift_names_each_field_once() -> None:
    misfits = merge_misfits({0: frozenset({"total"}), 2: frozenset({"tax"})}, {3: frozenset({"tax", 'a"b'})})
    assert misfits == {0: {"total"}, 2: {"tax"}, 3: {"tax", 'a"b'}}
    assert drift(misfits) == {"purchase-order.total (unexpected shape)", "item.tax (unexpected shape)", 'item.a"b'}

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from inventory_planner.api.decoding import (
    Record,
    decode_order,
)
from inventory_planner.api.orders import (
    ABSENT,
    Component,
    Connection,
    Line,
    Order,
    Receipt,
)
from orders import decoded, decoded_line, raw

UNSET_VALUES = {"null": b"null", "an empty string": b'""', "an empty list": b"[]", "an empty object": b"{}"}


# unset values


@pytest.mark.parametrize("written", UNSET_VALUES.values(), ids=UNSET_VALUES)
@pytest.mark.parametrize(
    "name", ["reference", "expected_date", "total", "total_ordered", "readonly", "addMySKUs", "last_modified"]
)
def test_a_field_of_an_order_is_unset_by(written: bytes, name: str) -> None:
    found = decoded(b'{"id":"1","min_budget":"","%b":%b}' % (name.encode(), written))
    assert found == Order(id="1")


@pytest.mark.parametrize("name", ["reference", "expected_date", "total", "created_at", "last_modified", "connections"])
def test_a_field_of_an_order_other_than_a_flag_is_unset_by_false(name: str) -> None:
    assert decoded(b'{"id":"1","%b":false}' % name.encode()) == Order(id="1")


def test_a_field_of_an_order_is_unset_without_its_key() -> None:
    assert decoded(b'{"id":"1"}') == Order(id="1")


@pytest.mark.parametrize("written", UNSET_VALUES.values(), ids=UNSET_VALUES)
@pytest.mark.parametrize("name", ["sku", "created_at_time", "replenishment", "received", "cost price", "has_error"])
def test_a_field_of_a_line_is_unset_by(written: bytes, name: str) -> None:
    found = decoded_line(b'{"id":"a","boxes":"","%b":%b}' % (name.encode(), written))
    assert found == Line(id="a")


@pytest.mark.parametrize("written", UNSET_VALUES.values(), ids=UNSET_VALUES)
def test_a_field_of_a_receipt_a_component_and_a_connection_is_unset_by(written: bytes) -> None:
    text = (
        b'{"id":"1","connections":[{"connection":"shop","save_po":%b,"reference":%b}],"items":[{"id":"a",'
        b'"received_history":[{"date":%b,"value":%b}],"components":[{"id":"b","quantity":%b,"sku":%b}]}]}'
    ) % ((written,) * 6)
    found = decoded(text)
    assert found.connections == [Connection(connection="shop")]
    assert found.items == [Line(id="a", received_history=[Receipt()], components=[Component(id="b")])]


@pytest.mark.parametrize("written", [*UNSET_VALUES.values(), None], ids=[*UNSET_VALUES, "a missing key"])
@pytest.mark.parametrize("name", ["received_history", "components"])
def test_a_list_of_a_line_is_empty_by(written: bytes | None, name: str) -> None:
    part = b"" if written is None else b',"%b":%b' % (name.encode(), written)
    assert not getattr(decoded_line(b'{"id":"a"%b}' % part), name)


@pytest.mark.parametrize(
    ("written", "expected"),
    [(b'"007"', "007"), (b"17", "17"), (b"98765432109876543210", "98765432109876543210"), (b'"null"', "null")],
    ids=["text", "a number", "a number of 67 bits", "a word"],
)
def test_an_id_can_be_a_string_or_a_number(written: bytes, expected: str) -> None:
    found = decode_order(b'{"id":%b,"items":[{"id":%b,"components":[{"id":%b}]}]}' % (written, written, written))
    assert isinstance(found, Record)
    (item,) = found.order.items or ()
    (component,) = item.components or ()
    assert (found.order_id, str(item.id), str(component.id)) == (expected, expected, expected)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (b'"1042"', "1042"),
        (b'"0042"', "0042"),
        (b"1042", "1042"),
        (b"10.50", "10.50"),
        (b"123456789012345678901234567890", "123456789012345678901234567890"),
        (b"true", "true"),
        (b'"Stra\\u00dfe \\"7\\"\\n"', 'Straße "7"\n'),
        (b'" "', " "),
    ],
)
def test_a_text_can_be_written_as_a_number(written: bytes, expected: str) -> None:
    assert str(decoded(b'{"id":"1","reference":%b}' % written).reference) == expected


@pytest.mark.parametrize(
    ("written", "expected"), [(b"true", True), (b"false", False), (b"1", True), (b'"0"', False), (b'"true"', True)]
)
def test_a_flag_can_be_written_as_a_string_or_a_number(written: bytes, expected: bool) -> None:
    assert decoded(b'{"id":"1","readonly":%b}' % written).readonly is expected


# lists


@pytest.mark.parametrize("keys", [("0", "1"), ("3", "7"), ("first", "second")], ids=["from 0", "gaps", "names"])
def test_lists_can_be_written_as_objects(keys: tuple[str, str]) -> None:
    def as_object(*elements: dict[str, Any]) -> dict[str, Any]:
        return dict(zip(keys, elements, strict=False))

    text = raw(
        {
            "id": "1",
            "connections": as_object({"connection": "shop", "id": 5}),
            "items": as_object(
                {"id": 7, "received_history": as_object({"date": 1767225600, "value": "2"}, {"date": "", "value": 1})},
                {"id": "b", "components": as_object({"id": 8, "quantity": ""}, {"id": "c"})},
            ),
        }
    )
    found = decoded(text)
    assert found.connections == [Connection(connection="shop", id="5")]
    assert found.items == [
        Line(
            id="7",
            received_history=[Receipt(date="1767225600", value=Decimal(2)), Receipt(date=None, value=Decimal(1))],
        ),
        Line(id="b", components=[Component(id="8"), Component(id="c")]),
    ]


def test_a_connection_takes_its_name_from_its_key() -> None:
    found = decoded(
        raw({"id": "1", "connections": {"shop": {"id": 5}, "store": {"connection": "other", "save_po": ""}}})
    )

    assert found.connections == [Connection(connection="shop", id="5"), Connection(connection="other")]


@pytest.mark.parametrize("items", [b"[]", b"{}"], ids=["a list", "an object"])
@pytest.mark.parametrize("min_budget", [b"5", b'""'], ids=["as it is", "normalized"])
def test_an_empty_list_of_lines_stays_an_empty_list(items: bytes, min_budget: bytes) -> None:
    found = decoded(b'{"id":"1","total_ordered":50,"min_budget":%b,"items":%b}' % (min_budget, items))
    assert found.items == []


@pytest.mark.parametrize("written", [b'{"a": [1.50, "\\u00e9"]}', b'[{"n":"Acme"}]', b'"a=1"', b"7"])
@pytest.mark.parametrize("name", ["tax_info", "custom_fields", "history"])
@pytest.mark.parametrize("min_budget", [b"5", b'""'], ids=["as it is", "normalized"])
def test_json_fields_keep_the_json_as_written(name: str, written: bytes, min_budget: bytes) -> None:
    found = decoded(b'{"id":"1","min_budget":%b,"%b":%b}' % (min_budget, name.encode(), written))
    assert bytes(getattr(found, name)) == written


def test_a_json_field_without_its_key_is_absent() -> None:
    assert decoded(b'{"id":"1"}').history == ABSENT

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from inventory_planner.api.contract import (
    NOT_A_FIELD,
    UNKNOWN_AT_MOST,
    BadRecord,
    Component,
    Connection,
    Line,
    Order,
    Page,
    Reader,
    Receipt,
    Record,
    Single,
    StockUpdate,
    StockUpdateItem,
    Summary,
    digest,
    raw_order,
    record,
    stock_updates_as_written,
    summary,
    unknown_fields,
)
from orders import ORDER_ID, line, order, raw

NOT_SET = {"null": b"null", "an empty text": b'""', "an empty list": b"[]", "an empty map": b"{}"}
DOCUMENTED = {
    Order: {
        *("id", "reference", "extra_reference", "status", "created_date", "expected_date", "payment_date"),
        *("shipment_date", "received_date", "last_modified", "readonly", "source_type", "type", "vendor"),
        *("source_warehouse", "source", "warehouse", "vendor_address", "billing_address", "shipping_address"),
        *("email", "attn", "notes", "shipment_method", "payment_terms", "shipping_handling", "currency"),
        *("shipping_handling_tax", "discount_enabled", "default_discount", "uom_ordering", "uom_round", "moq"),
        *("items", "total", "total_ordered", "total_received", "shop_name", "addMySKUs", "addVendorSKUs"),
        *("addBarcodes", "addCategories", "useTitlesAsVendorName", "custom_fields", "connections", "stock-update"),
    },
    Line: {
        *("id", "title", "sku", "barcode", "image", "vendor_name", "vendor_reference", "uom_ordering"),
        *("vendor_packaging", "source_stock", "in_stock", "purchase_orders_qty", "transfer_units_in"),
        *("transfer_units_out", "replenishment", "cost price", "cost_price", "landing_cost_price", "tax", "discount"),
        *("cbm", "received", "received_history", "components"),
    },
    Receipt: {"date", "value"},
    Component: {"id", "quantity", "sku", "title", "barcode"},
    Connection: {"status", "connection", "connection_id", "save_po", "id", "reference"},
    StockUpdate: {"forDst", "wh", "items"},
    StockUpdateItem: {"id", "stock_before", "delta", "error"},
}


def read(text: bytes) -> Order:
    found = record(text)
    assert isinstance(found, Record), found
    return found.order


def reason(text: bytes) -> str:
    found = record(text)
    assert isinstance(found, BadRecord)
    assert found.raw == text
    return found.reason


def read_line(text: bytes) -> Line:
    (found,) = read(b'{"id":"1","items":[%b]}' % text).items or ()
    return found


@pytest.mark.parametrize("struct", DOCUMENTED, ids=lambda struct: struct.__name__)
def test_every_documented_field_is_read(struct: type[msgspec.Struct]) -> None:
    fields = {each.encode_name for each in msgspec.structs.fields(struct)}
    assert DOCUMENTED[struct] <= fields


def test_an_order_is_read_whole() -> None:
    found = read(raw(order(items=[], notes="Fragile", total_ordered=0)))
    assert found == Order(
        id=ORDER_ID,
        reference="1042",
        status="open",
        type="po",
        source_type="vendor",
        source="acme mills",
        source_display_name="Acme Mills",
        vendor="acme mills",
        vendor_display_name="Acme Mills",
        vendor_address="1 Mill Lane\nLeeds",
        warehouse="c9_1001",
        warehouse_display_name="Main DC",
        replenish_warehouse="c9_1001",
        replenishment_type="old_products",
        created_date="2025-12-01",
        expected_date="2026-01-20",
        received_date="2026-01-04",
        created_at=datetime(2025, 12, 1, 8, 12, 55, tzinfo=UTC),
        updated_at=datetime(2026, 1, 5, 9, 41, 8, tzinfo=UTC),
        last_modified=datetime(2026, 1, 5, 9, 41, 7, tzinfo=UTC),
        version=Decimal(3),
        currency="EUR",
        total=Decimal("512.50"),
        total_ordered=Decimal(0),
        total_received=Decimal(12),
        source_address=Raw(b"{}"),
        tax_info=Raw(b'{"rate":0.20,"name":"VAT"}'),
        custom_fields=Raw(b"[]"),
        history=Raw(b"[]"),
        discount_enabled=False,
        moq="variant",
        uom_ordering=True,
        uom_round="up",
        email="buyer@example.test",
        notes="Fragile",
        add_my_skus=False,
        add_vendor_skus=True,
        connections=[],
        items=[],
    )


def test_a_record_tells_its_id_and_keeps_its_text() -> None:
    text = b'{"id":17,"last_modified":"2026-01-05T11:41:07+02:00"}'
    found = record(text)
    assert isinstance(found, Record)
    assert (found.order_id, found.raw) == ("17", text)


# numbers


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("4.25", "4.25"),
        ("4.250", "4.250"),
        ("0.1", "0.1"),
        ("-0.050000000000017364", "-0.050000000000017364"),
        ("12345678901234567890.123456789012345678901", "12345678901234567890.123456789012345678901"),
        ("9007199254740993", "9007199254740993"),
        ("1e3", "1E+3"),
        ("2.5E-7", "2.5E-7"),
        ('"19.90"', "19.90"),
        ('"9007199254740993"', "9007199254740993"),
        ('"1e2"', "1E+2"),
        ("0", "0"),
        ("0.00", "0.00"),
    ],
)
def test_a_number_keeps_every_digit(written: str, exact: str) -> None:
    total = read(b'{"id":"1","total":%b}' % written.encode()).total
    assert str(total) == exact


@given(st.decimals(allow_nan=False, allow_infinity=False), st.booleans())
def test_any_number_is_read_exactly(number: Decimal, is_text: bool) -> None:
    written = f'"{number}"' if is_text else str(number)
    total = read(b'{"id":"1","total":%b}' % written.encode()).total
    assert total is not None
    assert total == number
    assert number.is_zero() or Decimal(total).as_tuple() == number.as_tuple()


@pytest.mark.parametrize("written", [b'"many"', b'"1,5"', b'"1.5.1"', b"true", b"[1]", b'{"a":1}', b'"  "'])
@pytest.mark.parametrize("name", ["total", "total_ordered", "version"])
def test_an_unreadable_number_makes_a_bad_record(name: str, written: bytes) -> None:
    assert reason(b'{"id":"1","%b":%b}' % (name.encode(), written)).endswith(f"- at `$.{name}`")


# what is not set


@pytest.mark.parametrize("written", NOT_SET.values(), ids=NOT_SET)
@pytest.mark.parametrize(
    "name", ["reference", "expected_date", "total", "total_ordered", "readonly", "addMySKUs", "last_modified"]
)
def test_a_field_of_an_order_is_not_set_by(written: bytes, name: str) -> None:
    found = read(b'{"id":"1","min_budget":"","%b":%b}' % (name.encode(), written))
    assert found == Order(id="1")


def test_a_missing_key_is_not_set() -> None:
    assert read(b'{"id":"1"}') == Order(id="1")


@pytest.mark.parametrize("written", NOT_SET.values(), ids=NOT_SET)
@pytest.mark.parametrize("name", ["sku", "created_at_time", "replenishment", "received", "cost price", "has_error"])
def test_a_field_of_a_line_is_not_set_by(written: bytes, name: str) -> None:
    found = read_line(b'{"id":"a","boxes":"","%b":%b}' % (name.encode(), written))
    assert found == Line(id="a")


@pytest.mark.parametrize("written", NOT_SET.values(), ids=NOT_SET)
def test_a_field_of_a_receipt_a_component_and_a_connection_is_not_set_by(written: bytes) -> None:
    text = (
        b'{"id":"1","connections":[{"connection":"shop","save_po":%b,"reference":%b}],"items":[{"id":"a",'
        b'"received_history":[{"date":%b,"value":%b}],"components":[{"id":"b","quantity":%b,"sku":%b}]}]}'
    ) % ((written,) * 6)
    found = read(text)
    assert found.connections == [Connection(connection="shop")]
    assert found.items == [Line(id="a", received_history=[Receipt()], components=[Component(id="b")])]


@pytest.mark.parametrize("written", [*NOT_SET.values(), None], ids=[*NOT_SET, "a missing key"])
@pytest.mark.parametrize("name", ["received_history", "components"])
def test_a_line_has_no_parts_by(written: bytes | None, name: str) -> None:
    part = b"" if written is None else b',"%b":%b' % (name.encode(), written)
    assert not getattr(read_line(b'{"id":"a"%b}' % part), name)


@pytest.mark.parametrize("written", [*NOT_SET.values(), None], ids=[*NOT_SET, "a missing key"])
def test_an_order_without_an_id_is_bad_by(written: bytes | None) -> None:
    text = b"{}" if written is None else b'{"id":%b}' % written
    assert reason(text) == "Object missing required field `id`"
    assert BadRecord(text, "").order_id is None


# ids and text


@pytest.mark.parametrize(
    ("written", "expected"),
    [(b'"007"', "007"), (b"17", "17"), (b"98765432109876543210", "98765432109876543210"), (b'"null"', "null")],
    ids=["text", "a number", "a number of 67 bits", "a word"],
)
def test_an_id_is_text_however_it_is_written(written: bytes, expected: str) -> None:
    found = record(b'{"id":%b,"items":[{"id":%b,"components":[{"id":%b}]}]}' % (written, written, written))
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
def test_text_may_be_written_as_a_number(written: bytes, expected: str) -> None:
    assert str(read(b'{"id":"1","reference":%b}' % written).reference) == expected


def test_text_that_is_a_filled_list_makes_a_bad_record() -> None:
    assert reason(b'{"id":"1","notes":["a"]}') == "Expected `int | str | null`, got `array` - at `$.notes`"


@pytest.mark.parametrize(
    ("written", "expected"), [(b"true", True), (b"false", False), (b"1", True), (b'"0"', False), (b'"true"', True)]
)
def test_a_flag_may_be_written_as_text_or_number(written: bytes, expected: bool) -> None:
    assert read(b'{"id":"1","readonly":%b}' % written).readonly is expected


# instants


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (b'"2026-01-05T09:41:07+00:00"', datetime(2026, 1, 5, 9, 41, 7, tzinfo=UTC)),
        (b'"2026-01-05T09:41:07Z"', datetime(2026, 1, 5, 9, 41, 7, tzinfo=UTC)),
        (b'"2026-01-05T09:41:07.250-05:00"', datetime(2026, 1, 5, 14, 41, 7, 250_000, tzinfo=UTC)),
        (b'"2026-01-05 09:41:07+05:30"', datetime(2026, 1, 5, 9, 41, 7, tzinfo=timezone(timedelta(hours=5.5)))),
        (b"1767606067", datetime(2026, 1, 5, 9, 41, 7, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_with_its_offset(written: bytes, expected: datetime) -> None:
    assert read(b'{"id":"1","last_modified":%b}' % written).last_modified == expected


@pytest.mark.parametrize("name", ["last_modified", "created_at", "updated_at"])
@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2026-06-31T09:41:07+00:00", "Invalid RFC3339 encoded datetime"),
        ("0000-00-00T00:00:00+00:00", "Invalid RFC3339 encoded datetime"),
        ("yesterday", "Invalid RFC3339 encoded datetime"),
        ("2026-01-05T09:41:07", "Expected `datetime` with a timezone component"),
    ],
    ids=["31 June", "zeros", "a word", "no offset"],
)
def test_an_impossible_instant_makes_a_bad_record(name: str, written: str, words: str) -> None:
    assert reason(b'{"id":"1","%b":"%b"}' % (name.encode(), written.encode())) == f"{words} - at `$.{name}`"


def test_an_impossible_instant_of_a_line_is_only_text() -> None:
    assert read_line(b'{"id":"a","created_at_time":"2026-06-31T00:00:00Z"}').created_at_time == "2026-06-31T00:00:00Z"


# lists


@pytest.mark.parametrize("keys", [("0", "1"), ("3", "7"), ("first", "second")], ids=["from 0", "gaps", "names"])
def test_lists_may_be_written_as_objects(keys: tuple[str, str]) -> None:
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
    found = read(text)
    assert found.connections == [Connection(connection="shop", id="5")]
    assert found.items == [
        Line(
            id="7",
            received_history=[Receipt(date="1767225600", value=Decimal(2)), Receipt(date=None, value=Decimal(1))],
        ),
        Line(id="b", components=[Component(id="8"), Component(id="c")]),
    ]


def test_a_connection_that_is_named_by_its_key_keeps_the_name() -> None:
    found = read(raw({"id": "1", "connections": {"shop": {"id": 5}, "store": {"connection": "other", "save_po": ""}}}))

    assert found.connections == [Connection(connection="shop", id="5"), Connection(connection="other")]


# stock updates

PUSHED = {
    "items": [{"id": "a", "delta": 10, "stock_before": 2}, {"id": "b", "error": "Refused"}],
    "forDst": True,
    "wh": "c",
}
AS_READ = StockUpdate(
    is_for_destination=True,
    warehouse="c",
    items=[StockUpdateItem(id="a", delta=10, stock_before=2), StockUpdateItem(id="b", error="Refused")],
)
TAKEN = {"items": [{"id": "a", "delta": "-2.50"}], "forDst": False}
TAKEN_AS_READ = StockUpdate(is_for_destination=False, items=[StockUpdateItem(id="a", delta=Decimal("-2.50"))])


def stock_updates(written: Any, name: str = "stock_updates") -> list[StockUpdate]:
    found = record(raw({"id": "1", name: written}))
    assert isinstance(found, Record), found
    return list(found.stock_updates)


@pytest.mark.parametrize("name", ["stock_updates", "stock_update", "stock-update"])
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ([PUSHED, TAKEN], [AS_READ, TAKEN_AS_READ]),
        (PUSHED, [AS_READ]),
        ({"0": PUSHED, "1": TAKEN}, [AS_READ, TAKEN_AS_READ]),
        ({"first": PUSHED, "second": TAKEN}, [AS_READ, TAKEN_AS_READ]),
        ({**PUSHED, "items": dict(enumerate(PUSHED["items"]))}, [AS_READ]),
        ([{**PUSHED, "by": "ann", "at": [1]}], [AS_READ]),
    ],
    ids=["a list", "a single one", "a map by position", "a map by name", "a map of items", "with other fields"],
)
def test_stock_updates_are_read_as(name: str, written: Any, expected: list[StockUpdate]) -> None:
    assert stock_updates(written, name) == expected


@pytest.mark.parametrize("value", ["", None, [], {}], ids=["an empty text", "null", "an empty list", "an empty map"])
def test_what_a_stock_update_does_not_tell_is_not_set(value: Any) -> None:
    item = {"id": "a", "stock_before": value, "delta": value, "error": value}
    (found,) = stock_updates([{"forDst": value, "wh": value, "items": [item]}])
    (read_item,) = found.items or ()
    assert found == StockUpdate(items=[read_item])
    assert not read_item.error
    assert (read_item.id, read_item.stock_before, read_item.delta) == ("a", None, None)
    assert not stock_updates(value)
    assert [each.items or [] for each in stock_updates([{"items": value}, {}])] == [[], []]


def test_an_item_of_a_stock_update_that_is_named_by_its_key_keeps_the_name() -> None:
    (found,) = stock_updates({"items": {"c9_1": {"delta": 1}, "c9_2": {"id": "other"}, "5": {"delta": 2}}})
    assert [item.id for item in found.items or ()] == ["c9_1", "other", None]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (b"7", "Expected `array`, got `int`"),
        (b'["none"]', "Expected `object`, got `str`"),
        (b'[{"items":["a"]}]', "Expected `object`, got `str`"),
        (b'[{"items":[{"id":"a","delta":"many"}]}]', "Invalid decimal string - at `$[0].items[0].delta`"),
        (b'[{"forDst":"perhaps"}]', "Expected `bool | null`, got `str` - at `$[0].forDst`"),
    ],
    ids=["a number", "texts", "items as texts", "an unreadable number", "an unreadable flag"],
)
def test_stock_updates_that_cannot_be_read_make_a_bad_record(written: bytes, words: str) -> None:
    assert reason(b'{"id":"1","stock_updates":%b}' % written) == f"Stock updates: {words}"


# what does not fit


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"[]", "Expected `object`, got `array`"),
        (b'"order"', "Expected `object`, got `str`"),
        (b"null", "Expected `object`, got `null`"),
        (b'{"id":"1"', "Input data was truncated"),
        (b'{"id":"1","items":"none"}', "Expected `array`, got `str`"),
        (b'{"id":"1","items":["a"]}', "Expected `object`, got `str`"),
        (b'{"id":"1","items":[{"id":"a"},{"sku":"B"}]}', "Object missing required field `id` - at `$.items[1]`"),
        (
            b'{"id":"1","items":[{"id":"a","received":"x"}]}',
            "Invalid decimal string - at `$.items[0].received`",
        ),
        (
            b'{"id":"1","items":[{"id":"a","received_history":[{"value":"x"}]}]}',
            "Invalid decimal string - at `$.items[0].received_history[0].value`",
        ),
    ],
    ids=[
        *("a list", "a text", "null", "half an order", "lines as text", "a line as text", "a line without an id"),
        *("an unreadable number in a line", "an unreadable number in a receipt"),
    ],
)
def test_a_wrong_shape_makes_a_bad_record_with_the_place(text: bytes, words: str) -> None:
    assert reason(text) == words


@pytest.mark.parametrize(
    "text",
    [
        b'{"id":"1","notes":"\xff"}',
        b'{"id":"1","tax_info":{"name":"\xff"}}',
        b'{"id":"1","of no interest":"\xff"}',
        b'{"id":"\xff"}',
    ],
    ids=["in text", "in JSON", "in a key that is passed over", "in the id"],
)
def test_bytes_that_are_no_text_make_a_bad_record(text: bytes) -> None:
    assert "can't decode byte 0xff" in reason(text)
    assert BadRecord(text, "").order_id in ("1", None)


# an order whose lines are missing


@pytest.mark.parametrize("items", [None, b"null", b'""'], ids=["a missing key", "null", "an empty text"])
@pytest.mark.parametrize("ordered", ["50", "0.5", "-1", '"7"'])
def test_an_order_for_something_without_lines_is_bad(items: bytes | None, ordered: str) -> None:
    part = b"" if items is None else b',"items":%b' % items
    words = f"No `items`, although `total_ordered` is {ordered.strip(chr(34))}"
    assert reason(b'{"id":"1","total_ordered":%b%b}' % (ordered.encode(), part)) == words


@pytest.mark.parametrize("ordered", [b"0", b'""', b"null", b"0.00"])
def test_an_order_for_nothing_needs_no_lines(ordered: bytes) -> None:
    assert read(b'{"id":"1","total_ordered":%b}' % ordered).items is None


@pytest.mark.parametrize("items", [b"[]", b"{}"], ids=["a list", "an object"])
@pytest.mark.parametrize("min_budget", [b"5", b'""'], ids=["as it is", "tidied"])
def test_an_order_that_says_that_it_has_no_lines_has_none(items: bytes, min_budget: bytes) -> None:
    found = read(b'{"id":"1","total_ordered":50,"min_budget":%b,"items":%b}' % (min_budget, items))
    assert found.items == []


# JSON that stays JSON


@pytest.mark.parametrize("written", [b'{"a": [1.50, "\\u00e9"]}', b'[{"n":"Acme"}]', b'"a=1"', b"7"])
@pytest.mark.parametrize("name", ["tax_info", "custom_fields", "history"])
@pytest.mark.parametrize("min_budget", [b"5", b'""'], ids=["as it is", "tidied"])
def test_maps_and_lists_without_a_table_are_kept_as_they_were_written(
    name: str, written: bytes, min_budget: bytes
) -> None:
    found = read(b'{"id":"1","min_budget":%b,"%b":%b}' % (min_budget, name.encode(), written))
    assert bytes(getattr(found, name)) == written


@pytest.mark.parametrize("written", [b'[{"items":[{"id": 1.0}]}]', b'{"items": [], "\\u0077h":"a"}'])
@pytest.mark.parametrize("name", ["stock_updates", "stock_update", "stock-update"])
def test_stock_updates_are_also_kept_as_they_were_written(name: str, written: bytes) -> None:
    found = stock_updates_as_written(read(b'{"id":"1","total":"","%b":%b}' % (name.encode(), written)))
    assert found is not None
    assert bytes(found) == written


def test_json_that_is_not_there_is_no_field() -> None:
    assert read(b'{"id":"1"}').history == NOT_A_FIELD


# orders that are not read yet


def test_an_order_tells_what_it_is_before_it_is_read() -> None:
    text = raw(order())
    found = raw_order(Raw(text))
    assert (bytes(found.raw), found.digest, found.summary) == (text, digest(text), SUMMARY)
    assert (found.key, found.order_id, found.last_modified) == (ORDER_ID, ORDER_ID, SUMMARY.last_modified)


def test_an_order_that_does_not_fit_tells_its_id_and_its_instant_where_it_can() -> None:
    found = raw_order(Raw(b'{"id":17,"last_modified":"2026-01-05T09:41:07Z","total_ordered":"x"}'))
    assert (found.summary, found.key) == (None, "17")
    assert (found.order_id, found.last_modified) == ("17", datetime(2026, 1, 5, 9, 41, 7, tzinfo=UTC))


@pytest.mark.parametrize("text", [b"[]", b'{"id":"","last_modified":""}', b'{"id":[1],"last_modified":"never"}', b"{"])
def test_an_order_without_an_id_and_an_instant_says_so_and_is_known_by_its_digest(text: bytes) -> None:
    found = raw_order(Raw(text))
    assert (found.order_id, found.last_modified, found.summary) == (None, None, None)
    assert found.key == found.digest == digest(text)
    assert BadRecord(text, "").order_id is None


# summaries

SUMMARY = Summary(
    id=ORDER_ID,
    last_modified=datetime(2026, 1, 5, 9, 41, 7, tzinfo=UTC),
    status="open",
    total_ordered=Decimal(50),
    total_received=Decimal(12),
)


def test_a_summary_is_read_from_the_few_fields_and_from_a_whole_order() -> None:
    few = {name: value for name, value in order().items() if name in Summary.__struct_fields__}
    assert summary(raw(few)) == summary(raw(order())) == SUMMARY


@pytest.mark.parametrize("written", [*NOT_SET.values(), None], ids=[*NOT_SET, "a missing key"])
def test_a_summary_may_lack_all_but_the_id(written: bytes | None) -> None:
    names = ("last_modified", "status", "total_ordered", "total_received")
    rest = b"" if written is None else b"".join(b',"%b":%b' % (name.encode(), written) for name in names)
    found = summary(b'{"id":7,"min_budget":"x"%b}' % rest)
    assert found is not None
    assert (str(found.id), found.last_modified, found.status or None) == ("7", None, None)
    assert (found.total_ordered, found.total_received) == (None, None)


@pytest.mark.parametrize(
    "text", [b"{}", b"[]", b'{"id":""}', b'{"id":"1","total_ordered":"x"}', b'{"id":"1","status":"\xff"}']
)
def test_what_does_not_fit_has_no_summary(text: bytes) -> None:
    assert summary(text) is None


# pages


def test_a_bad_record_does_not_spoil_its_page() -> None:
    text = raw({"meta": {"total": 2, "limit": "1000", "page": 0}, "purchase-orders": [order(total="x"), order("b")]})
    page = msgspec.json.decode(text, type=Page, strict=False)
    first, second = (record(bytes(each)) for each in page.orders)
    assert isinstance(first, BadRecord)
    assert (first.order_id, first.reason) == (ORDER_ID, "Invalid decimal string - at `$.total`")
    assert isinstance(second, Record)
    assert second.order_id == "b"


def test_a_page_needs_only_its_total_and_its_orders() -> None:
    page = msgspec.json.decode(b'{"meta":{"total":0},"purchase-orders":[]}', type=Page)
    assert (page.meta.total, page.meta.limit, page.orders, page.result) == (0, None, [], None)


def test_a_single_order_keeps_its_text() -> None:
    text = b'{"id":"1", "total": 1.0}'
    assert bytes(msgspec.json.decode(b'{"purchase-order":%b}' % text, type=Single).order) == text


def test_equal_texts_alone_have_equal_digests() -> None:
    texts = [raw(order()), raw(order(total=Decimal("512.5"))), raw(order(items=[line()]))]
    assert digest(texts[0]) == digest(raw(order()))
    assert len({digest(text) for text in texts}) == 3


def test_a_reader_learns_fields_as_they_come_and_keeps_their_text() -> None:
    reader = Reader()
    first = reader.record(b'{"id":"1","min_budget":"","color":"red","items":[{"id":2,"sales":1.50,"e":""}]}')
    second = reader.record(b'{"id":"2","items":{"0":{"id":5,"new":{"a":""}}},"color":[]}')
    third = reader.record(b'{"id":"3","items":null,"total":[]}')

    assert reader.unknown == ("purchase-order.color", "item.sales", "item.e", "item.new")
    assert [kept(each) for each in (first, second, third)] == [
        (b'{"color":"red"}', [b'{"sales":1.50}']),
        (None, [b'{"new":{"a":""}}']),
        (None, []),
    ]


def test_unknown_fields_with_a_percent_sign_are_kept_as_they_are() -> None:
    reader = Reader()
    texts = [b'{"id":"1","100%b":1,"%d":"50%"}', b'{"id":"2","100%b":2}']
    assert [kept(reader.record(text))[0] for text in texts] == [b'{"100%b":1,"%d":"50%"}', b'{"100%b":2}']


@pytest.mark.parametrize("text", [b'{"id":"1","a\\"b":1}', b'{"id":"1","items":[{"id":"2","a\\\\b":1}]}'])
def test_an_order_with_a_field_whose_name_no_column_can_hold_is_set_aside_alone(text: bytes) -> None:
    reader = Reader()
    bad, good = reader.record(text), reader.record(b'{"id":"2","color":1}')

    assert isinstance(bad, BadRecord)
    assert bad.reason.startswith("A field of an unknown name can't be kept")
    assert (kept(good), reader.unknown) == ((b'{"color":1}', []), ("purchase-order.color",))


@pytest.mark.parametrize("instant", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_an_order_modified_on_no_day_of_the_calendar_is_set_aside_and_tells_no_instant(instant: str) -> None:
    text = b'{"id":"1","last_modified":"%b"}' % instant.encode()
    assert reason(text).startswith("In UTC `last_modified` is no day of the calendar")
    found = raw_order(msgspec.Raw(text))
    assert (found.order_id, found.last_modified) == ("1", None)


def test_names_without_end_are_passed_over_in_the_end() -> None:
    reader = Reader()
    for number in range(300):
        assert isinstance(reader.record(b'{"id":"1","key-%d":%d}' % (number, number)), Record)

    assert len(reader.unknown) == UNKNOWN_AT_MOST + 1


def kept(record: Record | BadRecord) -> tuple[bytes | None, list[bytes | None]]:
    assert isinstance(record, Record)
    of_order, *of_lines = (unknown_fields(each) for each in (record.order, *(record.order.items or ())))
    return of_order and bytes(of_order), [each and bytes(each) for each in of_lines]

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from inventory_planner.api.decoding import (
    QuarantinedRecord,
    RawOrder,
    Record,
    decode_order,
    digest,
    read_summary,
)
from inventory_planner.api.orders import (
    Order,
    StockUpdate,
    StockUpdateItem,
    Summary,
)
from inventory_planner.api.stock_updates import raw_stock_updates
from orders import ORDER_ID, decoded, decoded_line, line, order, raw

UNSET_VALUES = {"null": b"null", "an empty string": b'""', "an empty list": b"[]", "an empty object": b"{}"}


def reason(text: bytes) -> str:
    found = decode_order(text)
    assert isinstance(found, QuarantinedRecord)
    assert found.raw == text
    return found.reason


def test_an_order_is_decoded_with_all_its_fields() -> None:
    found = decoded(raw(order(items=[], notes="Fragile", total_ordered=0)))
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


def test_a_record_has_the_id_and_the_json_of_its_order() -> None:
    text = b'{"id":17,"last_modified":"2026-01-05T11:41:07+02:00"}'
    found = decode_order(text)
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
    total = decoded(b'{"id":"1","total":%b}' % written.encode()).total
    assert str(total) == exact


@given(st.decimals(allow_nan=False, allow_infinity=False), st.booleans())
def test_any_number_is_decoded_exactly(number: Decimal, is_text: bool) -> None:
    written = f'"{number}"' if is_text else str(number)
    total = decoded(b'{"id":"1","total":%b}' % written.encode()).total
    assert total is not None
    assert total == number
    assert number.is_zero() or Decimal(total).as_tuple() == number.as_tuple()


@pytest.mark.parametrize("written", [*UNSET_VALUES.values(), None], ids=[*UNSET_VALUES, "a missing key"])
def test_an_order_without_an_id_is_quarantined(written: bytes | None) -> None:
    text = b"{}" if written is None else b'{"id":%b}' % written
    assert reason(text) == "Object missing required field `id`"
    assert QuarantinedRecord(text, "").order_id is None


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
def test_an_instant_is_decoded_with_its_offset(written: bytes, expected: datetime) -> None:
    assert decoded(b'{"id":"1","last_modified":%b}' % written).last_modified == expected


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
def test_an_order_modified_at_no_instant_is_quarantined(written: str, words: str) -> None:
    assert reason(b'{"id":"1","last_modified":"%b"}' % written.encode()) == f"{words} - at `$.last_modified`"


def test_an_impossible_instant_of_a_line_stays_a_text() -> None:
    assert (
        decoded_line(b'{"id":"a","created_at_time":"2026-06-31T00:00:00Z"}').created_at_time == "2026-06-31T00:00:00Z"
    )


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
    found = decode_order(raw({"id": "1", name: written}))
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
    ids=["a list", "a single one", "an object by position", "an object by name", "an object of items", "other fields"],
)
def test_stock_updates_can_be_written_as(name: str, written: Any, expected: list[StockUpdate]) -> None:
    assert stock_updates(written, name) == expected


@pytest.mark.parametrize(
    "value", ["", None, [], {}], ids=["an empty string", "null", "an empty list", "an empty object"]
)
def test_a_field_of_a_stock_update_is_unset_by(value: Any) -> None:
    item = {"id": "a", "stock_before": value, "delta": value, "error": value}
    (found,) = stock_updates([{"forDst": value, "wh": value, "items": [item]}])
    (read_item,) = found.items or ()
    assert found == StockUpdate(items=[read_item])
    assert not read_item.error
    assert (read_item.id, read_item.stock_before, read_item.delta) == ("a", None, None)
    assert not stock_updates(value)
    assert [each.items or [] for each in stock_updates([{"items": value}, {}])] == [[], []]


def test_an_item_of_a_stock_update_takes_its_id_from_its_key() -> None:
    (found,) = stock_updates({"items": {"c9_1": {"delta": 1}, "c9_2": {"id": "other"}, "5": {"delta": 2}}})
    assert [item.id for item in found.items or ()] == ["c9_1", "other", None]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (b"7", []),
        (b'["none"]', []),
        (b'[{"items":["a"]}]', [StockUpdate(items=[])]),
        (b'[{"items":[{"id":"a","delta":"many"}]}]', [StockUpdate(items=[StockUpdateItem(id="a")])]),
        (b'{"forDst":"perhaps","wh":"c"}', [StockUpdate(warehouse="c")]),
    ],
    ids=["a number", "strings", "items as strings", "an invalid number", "an invalid flag"],
)
def test_stock_updates_are_read_as_far_as_they_can_be(written: bytes, expected: list[StockUpdate]) -> None:
    found = decode_order(b'{"id":"1","stock_update":%b}' % written)
    assert isinstance(found, Record), found
    assert (found.stock_updates, found.misfits) == (expected, {0: {"stock_update"}})


# unexpected shapes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"[]", "Expected `object`, got `array`"),
        (b'"order"', "Expected `object`, got `str`"),
        (b"null", "Expected `object`, got `null`"),
        (b'{"id":"1"', "Input data was truncated"),
        (b'{"id":"1","items":"none"}', "Expected `array`, got `str` - at `$.items`"),
        (b'{"id":"1","items":["a"]}', "Expected `object`, got `str` - at `$.items[0]`"),
        (
            b'{"id":"1","items":[{"id":"a"},{"title":"B"}]}',
            "Line 2 has no `id` or `line_id` or `sku` - at `$.items[1]`",
        ),
        (
            b'{"id":"1","items":[{"id":"a","received":"x"}]}',
            'Expected a number, got "x" - at `$.items[0].received`',
        ),
        (
            b'{"id":"1","items":[{"id":"a","received_history":[{"value":"x"}]}]}',
            'Expected a number, got "x" - at `$.items[0].received_history[0].value`',
        ),
    ],
    ids=[
        *(
            "a list",
            "a string",
            "null",
            "half an order",
            "lines as a string",
            "a line as a string",
            "a line without an id",
        ),
        *("an invalid number in a line", "an invalid number in a receipt"),
    ],
)
def test_the_reason_for_quarantine_names_the_place(text: bytes, words: str) -> None:
    assert reason(text) == words


def test_bytes_that_are_not_utf_8_are_replaced() -> None:
    text = b'{"id":"1","notes":"\xff","tax_info":{"name":"\xff"},"of no interest":"\xff"}'
    found = decode_order(text)
    assert isinstance(found, Record), found
    assert (found.order.notes, found.raw) == ("\ufffd", text.replace(b"\xff", "\ufffd".encode()))


def test_an_order_whose_id_is_not_utf_8_is_quarantined() -> None:
    text = b'{"id":"\xff"}'
    assert "can't decode byte 0xff" in reason(text)
    assert QuarantinedRecord(text, "").order_id is None


# orders without lines


@pytest.mark.parametrize("items", [None, b"null", b'""'], ids=["a missing key", "null", "an empty string"])
@pytest.mark.parametrize("ordered", ["50", "0.5", "-1", '"7"'])
def test_an_order_for_something_without_lines_is_quarantined(items: bytes | None, ordered: str) -> None:
    part = b"" if items is None else b',"items":%b' % items
    words = f"`items` is missing, but `total_ordered` is {ordered.strip(chr(34))}"
    assert reason(b'{"id":"1","total_ordered":%b%b}' % (ordered.encode(), part)) == words


def test_an_order_without_lines_for_an_unreadable_quantity_is_quarantined() -> None:
    words = "`items` is missing, and `total_ordered` can't be read"
    assert reason(b'{"id":"1","total_ordered":"many"}') == words


@pytest.mark.parametrize("ordered", [b"0", b'""', b"null", b"0.00", b"false"])
def test_an_order_for_nothing_needs_no_lines(ordered: bytes) -> None:
    assert decoded(b'{"id":"1","total_ordered":%b}' % ordered).items is None


@pytest.mark.parametrize("written", [b'[{"items":[{"id": 1.0}]}]', b'{"items": [], "\\u0077h":"a"}'])
@pytest.mark.parametrize("name", ["stock_updates", "stock_update", "stock-update"])
def test_stock_updates_are_also_kept_as_written(name: str, written: bytes) -> None:
    found = raw_stock_updates(decoded(b'{"id":"1","total":"","%b":%b}' % (name.encode(), written)))
    assert found is not None
    assert bytes(found) == written


# orders that are not decoded


def test_an_order_is_identified_without_being_decoded() -> None:
    text = raw(order())
    found = RawOrder.from_json(Raw(text))
    assert (bytes(found.raw), found.digest, found.summary) == (text, digest(text), SUMMARY)
    assert (found.key, found.order_id, found.last_modified) == (ORDER_ID, ORDER_ID, SUMMARY.last_modified)


def test_an_order_without_a_readable_status_is_identified_by_its_id_and_its_instant() -> None:
    found = RawOrder.from_json(Raw(b'{"id":17,"last_modified":"2026-01-05T09:41:07Z","status":["odd"]}'))
    assert (found.summary, found.key) == (None, "17")
    assert (found.order_id, found.last_modified) == ("17", datetime(2026, 1, 5, 9, 41, 7, tzinfo=UTC))


@pytest.mark.parametrize("text", [b"[]", b'{"id":"","last_modified":""}', b'{"id":[1],"last_modified":"never"}', b"{"])
def test_an_order_without_an_id_is_identified_by_its_digest(text: bytes) -> None:
    found = RawOrder.from_json(Raw(text))
    assert (found.order_id, found.last_modified, found.summary) == (None, None, None)
    assert found.key == found.digest == digest(text)
    assert QuarantinedRecord(text, "").order_id is None


# summaries


SUMMARY = Summary(
    id=ORDER_ID,
    last_modified=datetime(2026, 1, 5, 9, 41, 7, tzinfo=UTC),
    status="open",
    total_ordered=Decimal(50),
    total_received=Decimal(12),
)


def test_a_summary_is_read_from_its_fields_alone_or_from_a_whole_order() -> None:
    few = {name: value for name, value in order().items() if name in Summary.__struct_fields__}
    assert read_summary(raw(few)) == read_summary(raw(order())) == SUMMARY


@pytest.mark.parametrize("written", [*UNSET_VALUES.values(), None], ids=[*UNSET_VALUES, "a missing key"])
def test_a_summary_requires_only_the_id(written: bytes | None) -> None:
    names = ("last_modified", "status", "total_ordered", "total_received")
    rest = b"" if written is None else b"".join(b',"%b":%b' % (name.encode(), written) for name in names)
    found = read_summary(b'{"id":7,"min_budget":"x"%b}' % rest)
    assert found is not None
    assert (str(found.id), found.last_modified, found.status or None) == ("7", None, None)
    assert (found.total_ordered, found.total_received) == (None, None)


def test_a_summary_is_read_without_the_fields_of_an_unexpected_shape() -> None:
    found = read_summary(b'{"id":1,"last_modified":"Mon, 05 Jan 2026 09:41:07 GMT","status":[],"total_ordered":"x"}')
    assert found is not None
    assert (str(found.id), found.last_modified, found.total_ordered) == ("1", SUMMARY.last_modified, None)


@pytest.mark.parametrize("text", [b"{}", b"[]", b'{"id":""}', b'{"id":"1","last_modified":"soon"}', b'{"id":"\xff"}'])
def test_an_invalid_order_has_no_summary(text: bytes) -> None:
    assert read_summary(text) is None


def test_only_equal_texts_have_equal_digests() -> None:
    texts = [raw(order()), raw(order(total=Decimal("512.5"))), raw(order(items=[line()]))]
    assert digest(texts[0]) == digest(raw(order()))
    assert len({digest(text) for text in texts}) == 3


@pytest.mark.parametrize("instant", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_an_order_modified_outside_the_calendar_is_quarantined(instant: str) -> None:
    text = b'{"id":"1","last_modified":"%b"}' % instant.encode()
    assert reason(text).startswith("`last_modified` is outside the calendar in UTC")
    found = RawOrder.from_json(msgspec.Raw(text))
    assert (found.order_id, found.last_modified) == ("1", None)

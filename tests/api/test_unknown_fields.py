from __future__ import annotations

import pytest

from inventory_planner.api.decoding import (
    BadRecord,
    Reader,
    Record,
)
from inventory_planner.api.unknown_fields import UNKNOWN_AT_MOST, unknown_fields


def kept(record: Record | BadRecord) -> tuple[bytes | None, list[bytes | None]]:
    assert isinstance(record, Record)
    of_order, *of_lines = (unknown_fields(each) for each in (record.order, *(record.order.items or ())))
    return of_order and bytes(of_order), [each and bytes(each) for each in of_lines]


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


def test_names_without_end_are_passed_over_in_the_end() -> None:
    reader = Reader()
    for number in range(300):
        assert isinstance(reader.record(b'{"id":"1","key-%d":%d}' % (number, number)), Record)

    assert len(reader.unknown) == UNKNOWN_AT_MOST + 1

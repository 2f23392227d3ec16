from __future__ import annotations

import pytest

from inventory_planner.api.decoding import (
    OrderDecoder,
    QuarantinedRecord,
    Record,
)
from inventory_planner.api.unknown_fields import MAX_UNKNOWN_FIELDS, unknown_fields


def kept(record: Record | QuarantinedRecord) -> tuple[bytes | None, list[bytes | None]]:
    assert isinstance(record, Record)
    of_order, *of_lines = (unknown_fields(each) for each in (record.order, *(record.order.items or ())))
    return of_order and bytes(of_order), [each and bytes(each) for each in of_lines]


def test_a_reader_learns_fields_as_they_come_and_keeps_their_text() -> None:
    reader = OrderDecoder()
    first = reader.decode(b'{"id":"1","min_budget":"","color":"red","items":[{"id":2,"sales":1.50,"e":""}]}')
    second = reader.decode(b'{"id":"2","items":{"0":{"id":5,"new":{"a":""}}},"color":[]}')
    third = reader.decode(b'{"id":"3","items":null,"total":[]}')

    assert reader.unknown == ("purchase-order.color", "item.sales", "item.e", "item.new")
    assert [kept(each) for each in (first, second, third)] == [
        (b'{"color":"red"}', [b'{"sales":1.50}']),
        (None, [b'{"new":{"a":""}}']),
        (None, []),
    ]


def test_unknown_fields_with_a_percent_sign_are_kept_as_they_are() -> None:
    reader = OrderDecoder()
    texts = [b'{"id":"1","100%b":1,"%d":"50%"}', b'{"id":"2","100%b":2}']
    assert [kept(reader.decode(text))[0] for text in texts] == [b'{"100%b":1,"%d":"50%"}', b'{"100%b":2}']


@pytest.mark.parametrize("text", [b'{"id":"1","a\\"b":1}', b'{"id":"1","items":[{"id":"2","a\\\\b":1}]}'])
def test_an_order_with_a_field_whose_name_no_column_can_hold_is_set_aside_alone(text: bytes) -> None:
    reader = OrderDecoder()
    bad, good = reader.decode(text), reader.decode(b'{"id":"2","color":1}')

    assert isinstance(bad, QuarantinedRecord)
    assert bad.reason.startswith("Can't keep a field with this name")
    assert (kept(good), reader.unknown) == ((b'{"color":1}', []), ("purchase-order.color",))


def test_names_without_end_are_passed_over_in_the_end() -> None:
    reader = OrderDecoder()
    for number in range(300):
        assert isinstance(reader.decode(b'{"id":"1","key-%d":%d}' % (number, number)), Record)

    assert len(reader.unknown) == MAX_UNKNOWN_FIELDS + 1

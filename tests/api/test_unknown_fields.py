from __future__ import annotations

import pytest
from msgspec import Raw

from inventory_planner.api.decoding import (
    OrderDecoder,
    QuarantinedRecord,
    Record,
)
from inventory_planner.api.unknown_fields import MAX_UNKNOWN_FIELDS, unknown_fields, with_fields


def kept(record: Record | QuarantinedRecord) -> tuple[bytes | None, list[bytes | None]]:
    assert isinstance(record, Record)
    of_order, *of_lines = (unknown_fields(each) for each in (record.order, *(record.order.items or ())))
    return of_order and bytes(of_order), [each and bytes(each) for each in of_lines]


def test_a_decoder_learns_unknown_fields_and_keeps_their_json() -> None:
    decoder = OrderDecoder()
    first = decoder.decode(b'{"id":"1","min_budget":"","color":"red","items":[{"id":2,"sales":1.50,"e":""}]}')
    second = decoder.decode(b'{"id":"2","items":{"0":{"id":5,"new":{"a":""}}},"color":[]}')
    third = decoder.decode(b'{"id":"3","items":null,"total":[]}')

    assert decoder.unknown == ("purchase-order.color", "item.sales", "item.e", "item.new")
    assert [kept(each) for each in (first, second, third)] == [
        (b'{"color":"red"}', [b'{"sales":1.50}']),
        (None, [b'{"new":{"a":""}}']),
        (None, []),
    ]


def test_unknown_fields_can_contain_a_percent_sign() -> None:
    decoder = OrderDecoder()
    texts = [b'{"id":"1","100%b":1,"%d":"50%"}', b'{"id":"2","100%b":2}']
    assert [kept(decoder.decode(text))[0] for text in texts] == [b'{"100%b":1,"%d":"50%"}', b'{"100%b":2}']


def test_a_field_whose_name_no_attribute_can_have_is_left_to_the_misfits() -> None:
    decoder = OrderDecoder()
    strange = decoder.decode(b'{"id":"1","a\\"b":1,"items":[{"id":"2","a\\\\b":1}]}')
    usual = decoder.decode(b'{"id":"2","color":1}')

    assert isinstance(strange, Record)
    assert strange.misfits == {0: {'a"b'}, 1: {"a\\b"}}
    assert (kept(usual), decoder.unknown) == ((b'{"color":1}', []), ("purchase-order.color",))


def test_further_fields_are_joined_to_the_unknown_ones() -> None:
    assert with_fields(Raw(b'{"a":1}'), {'b"': b"[ 2 ]"}) == Raw(b'{"a":1,"b\\"":[ 2 ]}')
    assert with_fields(None, {"b": b"2"}) == Raw(b'{"b":2}')
    assert with_fields(None, {}) is None


@pytest.mark.long
def test_unknown_names_beyond_the_limit_are_ignored() -> None:
    decoder = OrderDecoder()
    for number in range(300):
        assert isinstance(decoder.decode(b'{"id":"1","key-%d":%d}' % (number, number)), Record)

    assert len(decoder.unknown) == MAX_UNKNOWN_FIELDS + 1

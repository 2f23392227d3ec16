"""The API writes the same value in many ways; the rows are the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inventory_planner.api.decoding import QuarantinedRecord, Record, decode_order
from inventory_planner.api.orders import Flag, Id, Instant, Json, Number, Order, StockUpdate, Text
from inventory_planner.sync.order_rows import order_rows

SYNCED_AT = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)
NUMBERS = st.decimals(-(10**9), 10**9, places=4, allow_nan=False).map(str)
INSTANTS = st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (naive limits)
Written = tuple[bytes | None, bytes | None]  # cleanly, and as the API may write the same; None is a missing key


def either(clean: bytes, *others: bytes) -> st.SearchStrategy[Written]:
    return st.tuples(st.just(clean), st.sampled_from([clean, *others]))


def encoded(value: Any) -> st.SearchStrategy[Written]:
    return either(msgspec.json.encode(value))


VALUES: dict[Any, st.SearchStrategy[Written]] = {
    Id: st.integers(0, 10**20).flatmap(lambda number: either(b'"%d"' % number, b"%d" % number)),
    Text: st.one_of(
        st.from_regex(r"\A[1-9][0-9]{0,3}\.[0-9][1-9]\Z")
        .map(str.encode)
        .flatmap(lambda text: either(b'"%b"' % text, text)),
        st.integers(-(10**20), 10**20).flatmap(lambda number: either(b'"%d"' % number, b"%d" % number)),
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1).flatmap(encoded),
    ),
    Number: NUMBERS.flatmap(lambda number: either(number.encode(), f'"{number}"'.encode())),
    Flag: st.sampled_from([(b"true", b"1", b'"true"'), (b"false", b"0", b'"0"')]).flatmap(lambda ways: either(*ways)),
    Instant: INSTANTS.flatmap(encoded),
    Json: st.sampled_from([[1], {"a": "b"}, "a=b"]).flatmap(encoded),
    Any: st.sampled_from(["Refused", {"code": 7}]).flatmap(encoded),
}


def not_set(*ways: bytes) -> st.SearchStrategy[Written]:
    return st.tuples(st.none(), st.sampled_from([None, b"null", b'""', *ways]))


def list_of(struct: type[msgspec.Struct]) -> st.SearchStrategy[Written]:
    return st.tuples(st.lists(object_of(struct), max_size=3), st.booleans()).map(
        lambda drawn: (
            b"[%b]" % b",".join(clean for clean, _ in drawn[0]),
            b"{%b}" % b",".join(b'"%d":%b' % (place, dirty) for place, (_, dirty) in enumerate(drawn[0]))
            if drawn[1]
            else b"[%b]" % b",".join(dirty for _, dirty in drawn[0]),
        )
    )


def value_of(hint: Any) -> st.SearchStrategy[Written]:
    if hint == Id:
        return VALUES[Id]
    if hint in VALUES:
        return VALUES[hint] | not_set(b"[]", b"{}")
    (struct,) = get_args(get_args(hint)[0])
    return list_of(struct) | not_set()


def type_of(field: msgspec.structs.FieldInfo) -> Any:
    return list[StockUpdate] | None if field.name.startswith("stock_update") else field.type


@st.composite
def object_of(draw: st.DrawFn, struct: type[msgspec.Struct]) -> tuple[bytes, bytes]:
    fields = msgspec.structs.fields(struct)
    chosen = draw(st.lists(st.sampled_from(fields), max_size=8, unique_by=lambda each: each.name))
    identity = [each for each in fields if each.type == Id and each not in chosen]
    pairs = [(each.encode_name.encode(), draw(value_of(type_of(each)))) for each in (*identity, *chosen)]
    clean = b",".join(b'"%b":%b' % (name, value) for name, (value, _) in pairs if value is not None)
    dirty = b",".join(b'"%b":%b' % (name, value) for name, (_, value) in pairs if value is not None)
    return b"{%b}" % clean, b"{%b}" % dirty


def rows_of(found: Record) -> dict[str, pa.Table]:
    """The rows without the column that keeps stock updates as they were written; they have a table as well."""
    rows = order_rows([found], "a1000", SYNCED_AT)
    return {**rows, "purchase_orders": rows["purchase_orders"].drop_columns(["stock_updates"])}


def assert_same_rows(written: tuple[bytes, bytes]) -> None:
    clean, dirty = (decode_order(text) for text in written)
    if isinstance(clean, QuarantinedRecord) or isinstance(dirty, QuarantinedRecord):
        assert getattr(clean, "reason", None) == getattr(dirty, "reason", None)
    else:
        assert rows_of(clean) == rows_of(dirty)


@settings(max_examples=10, derandomize=True)
@example((b'{"id":"1","extra_reference":"0"}', b'{"id":"1","extra_reference":0}'))
@given(object_of(Order))
def test_the_rows_of_an_order_do_not_depend_on_how_it_is_written(written: tuple[bytes, bytes]) -> None:
    assert_same_rows(written)


@pytest.mark.long
@settings(max_examples=200)
@given(object_of(Order))
def test_the_rows_of_many_orders_do_not_depend_on_how_they_are_written(written: tuple[bytes, bytes]) -> None:
    assert_same_rows(written)

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from msgspec import Raw

from inventory_planner.api.normalization import EMPTY_MARKER
from inventory_planner.sync.columns import ValueOverflowError, column_array, receipt_instant, round_to_scale
from inventory_planner.warehouse.table import INSTANT, JSON, MONEY, QUANTITY, TEXT, Column

D = Decimal


def array(type_: pa.DataType, *values: Any) -> pa.Array:
    """The values of a field of as many records, as a column of this type."""
    return column_array(Column("a", type_, "field"), [SimpleNamespace(field=value) for value in values], {})


def test_a_column_holds_its_field_or_what_was_computed_for_it() -> None:
    records = [SimpleNamespace(a="of the column's name", b="of the field")]
    assert column_array(Column("a", TEXT, "b"), records, {}).to_pylist() == ["of the field"]
    assert column_array(Column("a", TEXT), records, {}).to_pylist() == ["of the column's name"]
    assert column_array(Column("a", TEXT, "b"), records, {"a": ["computed"]}).to_pylist() == ["computed"]


# text


def test_ids_and_numbers_are_text_beside_words() -> None:
    assert array(TEXT, "a", 7, None, 10**25).to_pylist() == ["a", "7", None, "1" + "0" * 25]


def test_an_empty_text_is_null() -> None:
    assert array(TEXT, "a", "", " ").to_pylist() == ["a", None, " "]


# JSON


def test_json_is_kept_as_it_was_written() -> None:
    texts = [b'{"Season": "SS26", "price": 1.50}', b"[ 1 ]", b'"a=b"']
    assert array(JSON, *map(Raw, texts)).to_pylist() == [text.decode() for text in texts]


def test_json_that_is_not_set_is_null() -> None:
    values = [None, Raw(b""), *map(Raw, (b"null", b'""', b"[]", b"{}"))]
    assert array(JSON, *values).to_pylist() == [None] * len(values)


def test_an_empty_text_within_json_is_written_as_one() -> None:
    assert array(JSON, Raw(b'{"a"%b}' % EMPTY_MARKER)).to_pylist() == ['{"a":""}']


# numbers


@pytest.mark.parametrize(
    ("written", "quantity", "money"),
    [
        ("-0.050000000000017364", "-0.0500", "-0.050000"),
        ("4.2", "4.2000", "4.200000"),
        ("0.00005", "0.0000", "0.000050"),
        ("0.00015", "0.0002", "0.000150"),
        ("0.0000005", "0.0000", "0.000000"),
        ("0.0000015", "0.0000", "0.000002"),
        ("1e3", "1000.0000", "1000.000000"),
        ("999999999999.999999", "1000000000000.0000", "999999999999.999999"),
        ("-999999999999.999999", "-1000000000000.0000", "-999999999999.999999"),
    ],
)
def test_a_number_has_the_decimals_of_its_column(written: str, quantity: str, money: str) -> None:
    for type_, expected in ((QUANTITY, quantity), (MONEY, money)):
        (found,) = array(type_, D(written)).to_pylist()
        assert str(found) == expected
        assert str(round_to_scale(D(written), type_.scale)) == expected


def test_rounding_one_number_leaves_the_others_exact() -> None:
    found = array(MONEY, D("1.123456"), D("0.30000000000000004"), None, 7).to_pylist()
    assert [str(each) for each in found] == ["1.123456", "0.300000", "None", "7.000000"]


@pytest.mark.parametrize(
    ("type_", "number", "reason"),
    [
        (QUANTITY, 10**14, "100000000000000 does not fit DECIMAL(18, 4)"),
        (MONEY, D("999999999999.9999995"), "999999999999.9999995 does not fit DECIMAL(18, 6)"),
        (MONEY, D("1e999999"), "1E+999999 does not fit DECIMAL(18, 6)"),
        (MONEY, D("-Infinity"), "-Infinity does not fit DECIMAL(18, 6)"),
        (MONEY, D("NaN"), "NaN"),
    ],
    ids=["too large", "rounded up", "a huge exponent", "infinite", "not a number"],
)
def test_a_number_that_its_column_can_not_hold_is_named_with_its_field(
    type_: pa.DataType, number: Any, reason: str
) -> None:
    with pytest.raises(ValueOverflowError) as caught:
        array(type_, number)
    assert str(caught.value).startswith("`field`: ")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("written", "places"),
    [
        (["12.0000000000001", "1"], {0}),
        (["4.3333333333333333", None, "2.00005"], {0, 2}),
        (["0.30000000000000004", "-0.050000000000017364"], set()),
        (["12.000000", "5"], set()),
    ],
    ids=["beyond the scale", "a third and a half of the last digit", "the noise of binary fractions", "zeros"],
)
def test_numbers_that_lose_digits_are_counted(written: list[str | None], places: set[int]) -> None:
    values = [each and D(each) for each in written]
    rounded: set[int] = set()
    column_array(Column("a", QUANTITY), [], {"a": values}, rounded)
    assert rounded == places


# instants


def test_an_instant_outside_the_calendar_in_utc_is_named_with_its_field() -> None:
    with pytest.raises(ValueOverflowError, match="`field`: outside the calendar in UTC"):
        array(INSTANT, datetime.fromisoformat("0001-01-01T00:00:00+14:00"), None)


def test_an_instant_with_an_offset_is_stored_in_utc() -> None:
    found = array(INSTANT, datetime.fromisoformat("2026-01-05T09:41:07-05:00"), None)
    assert found.to_pylist() == [datetime(2026, 1, 5, 14, 41, 7, tzinfo=UTC), None]


@pytest.mark.parametrize(
    ("date", "instant"),
    [
        (1767225600, datetime(2026, 1, 1, tzinfo=UTC)),
        ("1767225600", datetime(2026, 1, 1, tzinfo=UTC)),
        (1767225600000, datetime(2026, 1, 1, tzinfo=UTC)),
        ("1767225600250", datetime(2026, 1, 1, 0, 0, 0, 250_000, tzinfo=UTC)),
        (D("1767225600.5"), datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-01-01T02:00:00+02:00", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01T00:00:00Z", datetime(2026, 1, 1, tzinfo=UTC)),
        ("Thu, 01 Jan 2026 00:00:00 +0000", datetime(2026, 1, 1, tzinfo=UTC)),
        (0, None),
        ("0", None),
        (-62135596800, None),
        (8640000000000000, None),
        (20250115, None),
        ("0001-01-01T00:00:00Z", None),
        ("-0001-11-30T00:00:00+00:00", None),
        ("9999-12-31T00:00:00Z", None),
        ("2026-01-01", None),
        ("2026-01-01T00:00:00", None),
        ("2026-06-31T00:00:00Z", None),
        ("0001-01-01T00:00:00+05:00", None),
        ("NaN", None),
        (10**30, None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
    ids=[
        *("seconds", "seconds as text", "milliseconds", "milliseconds as text", "half a second", "ISO with offset"),
        *(
            "ISO in UTC",
            "RFC 5322",
            "second 0",
            "second 0 as text",
            "before 1970",
            "the year 275760",
            "digits of a date",
        ),
        *(
            "the year 1",
            "the year before 1",
            "the year 9999",
            "a date",
            "ISO without offset",
            "an impossible day",
            "before the calendar",
        ),
        *("not a number", "beyond the calendar", "a word", "an empty text", "null"),
    ],
)
def test_the_date_of_a_receipt_is_an_instant(date: Any, instant: datetime | None) -> None:
    assert receipt_instant(date) == instant

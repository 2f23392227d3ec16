"""Convert values to Arrow arrays of the raw tables' types. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from operator import attrgetter
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from inventory_planner.api.normalization import EMPTY_MARKER, EMPTY_STRING, UNSET
from inventory_planner.api.written_values import parse_instant
from inventory_planner.warehouse.table import INSTANT, JSON, TEXT, Column

DECIMAL_DIGITS: Final = 18  # of every DECIMAL column

_RECEIPT_YEARS: Final = range(1971, 9999)  # Unix second 0, the year 1 and the year 9999 mean "none"
_NOISE: Final = Decimal("1e-9")  # less than this, beyond the 15 digits that a binary fraction keeps, was never written
_EXACT_DIGITS: Final = 15
_CALENDAR: Final = (-62_135_596_800_000_000, 253_402_300_799_999_999)  # the years 1 to 9999, in microseconds since 1970
_ROUNDING: Final = Context(prec=DECIMAL_DIGITS, rounding=ROUND_HALF_EVEN)  # rejects values with more digits
_NUL: Final = "\0"  # nobody can see it, and not every engine can store it
_NOT_SET: Final = pa.array([*UNSET, None], pa.binary())

Values = list[Any]


class ValueOverflowError(ValueError):
    """A value that its column can't hold."""


def column_array(
    column: Column, records: Sequence[Any], computed: Mapping[str, Iterable[Any]], rounded: set[int] | None = None
) -> pa.Array:
    """The values of a column: those computed for it, or else the field of each record.

    The positions of the numbers that lost digits are added to `rounded`, if it is given.

    Raises:
        ValueOverflowError: a number or an instant is outside of the range of the column.
    """
    found = computed.get(column.name)
    values = list(map(attrgetter(column.field or column.name), records)) if found is None else [*found]
    try:
        if pa.types.is_decimal(column.type):
            return _decimals(values, column.type, rounded)
        return _converter(column.type)(values, column.type)
    except (pa.ArrowException, ValueOverflowError) as error:
        raise ValueOverflowError(f"`{column.field or column.name}`: {error}") from error


def fits(column: Column, value: object) -> bool:
    """Whether the column can hold this value."""
    try:
        column_array(column, [None], {column.name: [value]})
    except ValueOverflowError:
        return False
    return True


def _converter(type_: pa.DataType) -> Callable[[Values, pa.DataType], pa.Array]:
    if type_ == TEXT:
        return _text
    if type_ == JSON:
        return _json
    return _instants if type_ == INSTANT else pa.array


def _instants(values: Values, type_: pa.DataType) -> pa.Array:
    array = pa.array(values, type_)
    limits = pc.min_max(array.cast(pa.int64())).as_py()
    first, last = _CALENDAR
    if limits["min"] is not None and not first <= limits["min"] <= limits["max"] <= last:
        raise ValueOverflowError("outside the calendar in UTC")
    return array


def _text(values: Values, type_: pa.DataType) -> pa.Array:
    try:
        array = pa.array(values, type_)
    except pa.ArrowTypeError:  # ids, and numbers that mean text
        array = pa.array([None if value is None else str(value) for value in values], type_)
    array = pc.replace_substring(array, _NUL, "")
    return array if pc.index(array, "").as_py() < 0 else pc.if_else(pc.equal(array, ""), pa.scalar(None, type_), array)


def _json(values: Values, type_: pa.DataType) -> pa.Array:
    """JSON texts as they were written; null where nothing is set."""
    texts = pa.array([None if value is None else bytes(value) for value in values], pa.binary())
    texts = pc.replace_substring(texts, EMPTY_MARKER, EMPTY_STRING)
    is_set = pc.invert(pc.is_in(texts, _NOT_SET))
    return pc.if_else(is_set, texts, pa.scalar(None, pa.binary())).cast(type_)


def _decimals(values: Values, type_: pa.Decimal128Type, rounded: set[int] | None) -> pa.Array:
    try:
        return pa.array(values, type_)
    except pa.ArrowInvalid:  # more decimals than the column has, such as the noise of a float
        stored: Values = [None if value is None else round_to_scale(value, type_.scale) for value in values]
    if rounded is not None:
        pairs = enumerate(zip(values, stored, strict=True))
        rounded.update(place for place, (value, kept) in pairs if value != kept and not _is_noise(value, kept))
    return pa.array(stored, type_)


def _is_noise(value: int | Decimal, stored: Decimal) -> bool:
    """Whether a value differs from the stored one only by what a binary fraction adds to a decimal one."""
    digits = len(Decimal(value).as_tuple().digits)
    return digits > _EXACT_DIGITS and abs(value - stored) < _NOISE


def round_to_scale(value: int | Decimal, scale: int) -> Decimal:
    """The value as a DECIMAL column of this scale holds it; a half is rounded to the even digit.

    Raises:
        ValueOverflowError: it has too many digits before the decimal point, or is not a number.
    """
    try:
        rounded = _ROUNDING.quantize(value, Decimal(1).scaleb(-scale))
    except InvalidOperation as error:
        raise ValueOverflowError(f"{value} does not fit DECIMAL({DECIMAL_DIGITS}, {scale})") from error
    if rounded.is_nan():
        raise ValueOverflowError(f"{value} is not a number")
    return rounded


def receipt_instant(date: str | int | None) -> datetime | None:
    """The instant of a receipt, documented as Unix seconds, in UTC; None if the date is unknown or names no instant."""
    instant = None if date is None else parse_instant(str(date))
    return instant if instant and instant.year in _RECEIPT_YEARS else None

"""Convert values to Arrow arrays of the raw tables' types. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from operator import attrgetter
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from inventory_planner.api.normalization import EMPTY_MARKER, EMPTY_STRING, UNSET
from inventory_planner.warehouse.tables import JSON, TEXT, Column

MILLISECONDS_FROM: Final = 100_000_000_000  # as seconds it is the year 5138, as milliseconds 1973: larger means ms
DECIMAL_DIGITS: Final = 18  # of every DECIMAL column

_ROUNDING: Final = Context(prec=DECIMAL_DIGITS, rounding=ROUND_HALF_EVEN)  # rejects values with more digits
_NOT_SET: Final = pa.array([*UNSET, None], pa.binary())

Values = list[Any]


class ValueOverflowError(ValueError):
    """A value that its column can't hold."""


def column_array(column: Column, records: Sequence[Any], computed: dict[str, Values]) -> pa.Array:
    """The values of a column: those computed for it, or else the field of each record.

    Raises:
        ValueOverflowError: a number is too large for the column.
    """
    values = computed.get(column.name)
    if values is None:
        values = list(map(attrgetter(column.field or column.name), records))
    try:
        return _converter(column.type)(values, column.type)
    except (pa.ArrowException, ValueOverflowError) as error:
        raise ValueOverflowError(f"`{column.field or column.name}`: {error}") from error


def _converter(type_: pa.DataType) -> Callable[[Values, pa.DataType], pa.Array]:
    if type_ == TEXT:
        return _text
    if type_ == JSON:
        return _json
    return _decimals if pa.types.is_decimal(type_) else pa.array


def _text(values: Values, type_: pa.DataType) -> pa.Array:
    try:
        array = pa.array(values, type_)
    except pa.ArrowTypeError:  # ids, and numbers that mean text
        array = pa.array([None if value is None else str(value) for value in values], type_)
    return array if pc.index(array, "").as_py() < 0 else pc.if_else(pc.equal(array, ""), pa.scalar(None, type_), array)


def _json(values: Values, type_: pa.DataType) -> pa.Array:
    """JSON texts as they were written; null where nothing is set."""
    texts = pa.array([None if value is None else bytes(value) for value in values], pa.binary())
    texts = pc.replace_substring(texts, EMPTY_MARKER, EMPTY_STRING)
    is_set = pc.invert(pc.is_in(texts, _NOT_SET))
    return pc.if_else(is_set, texts, pa.scalar(None, pa.binary())).cast(type_)


def _decimals(values: Values, type_: pa.Decimal128Type) -> pa.Array:
    try:
        return pa.array(values, type_)
    except pa.ArrowInvalid:  # more decimals than the column has, such as the noise of a float
        return pa.array([None if value is None else round_to_scale(value, type_.scale) for value in values], type_)


def round_to_scale(value: int | Decimal, scale: int) -> Decimal:
    """The value as a DECIMAL column of this scale holds it; a half is rounded to the even digit.

    Raises:
        ValueOverflowError: it has too many digits before the decimal point.
    """
    try:
        return _ROUNDING.quantize(value, Decimal(1).scaleb(-scale))
    except InvalidOperation as error:
        raise ValueOverflowError(f"{value} does not fit DECIMAL({DECIMAL_DIGITS}, {scale})") from error


def unix_instant(date: str | int | None) -> datetime | None:
    """A timestamp of the received history, documented as Unix seconds, in UTC; None if it is not an instant."""
    if date is None or date == "":
        return None
    try:
        number = float(date)
        return datetime.fromtimestamp(number / 1000 if abs(number) > MILLISECONDS_FROM else number, UTC)
    except (ValueError, OverflowError, OSError):
        return _written_instant(str(date))


def _written_instant(date: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(date)
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None

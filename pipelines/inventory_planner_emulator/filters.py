"""Filters of a list read: `field=value` and `field_<op>=value`, as the vendor's public API document names them.

The document names the operators and says no more. How they treat a value is settled here, from what clients reported
where they reported anything: `eq` is case sensitive, `eqi` also finds longer texts that begin with the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from inventory_planner_emulator.call import RefusedError
from inventory_planner_emulator.instants import instant

OPERATORS = ("eq", "eqi", "ne", "gt", "gte", "lt", "lte", "range", "match", "in")
_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)")


class FilterError(RefusedError):
    """A value that its operator cannot use, such as a broken regular expression."""


@dataclass(frozen=True)
class Operand:
    """The text of a filter, with the number and the instant that it may stand for."""

    text: str
    number: Decimal | None
    instant: datetime | None


@dataclass(frozen=True)
class Condition:
    """One filter of a query."""

    field: str
    operator: str
    operand: Operand
    holds: Callable[[Any], bool]


def condition(field: str, operator: str, text: str) -> Condition:
    """The filter that `<field>_<operator>=<text>` asks for.

    Raises:
        FilterError: When the operator cannot use the text.
    """
    value = operand(text)
    return Condition(field, operator, value, _TESTS[operator](value))


def operand(text: str) -> Operand:
    """A filter's text, read in every way that it can be compared."""
    return Operand(text, _number(text), instant(text))


def is_unset(value: Any) -> bool:
    """True for what the API uses for "not set": null, an empty text, an empty list or map."""
    return value is None or value in ("", [], {})


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if is_unset(value) else str(value)


def _order(value: Any, wanted: Operand) -> int | None:
    """-1, 0 or 1 as the value lies before, at or after what is wanted; None where the two cannot be compared."""
    if is_unset(value) or isinstance(value, bool | list | dict):
        return None
    if not isinstance(value, str):
        number = _number(value)
        return None if number is None or wanted.number is None else _sign(number, wanted.number)
    moment = instant(value)
    if moment is not None and wanted.instant is not None:
        return _sign(moment, wanted.instant)
    return _sign(value, wanted.text)


def _sign(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def _equal(value: Any, wanted: Operand) -> bool:
    compared = _order(value, wanted)
    return _text(value) == wanted.text if compared is None else compared == 0


def _eq(wanted: Operand) -> Callable[[Any], bool]:
    return lambda value: _equal(value, wanted)


def _ne(wanted: Operand) -> Callable[[Any], bool]:
    return lambda value: not _equal(value, wanted)


def _eqi(wanted: Operand) -> Callable[[Any], bool]:
    # a client saw sku_eqi=X return XK too: a regular expression with a start and no end
    beginning = re.compile(re.escape(wanted.text), re.IGNORECASE)
    return lambda value: bool(beginning.match(_text(value)))


def _compared(*accepted: int) -> Callable[[Operand], Callable[[Any], bool]]:
    return lambda wanted: lambda value: _order(value, wanted) in accepted


def _range(wanted: Operand) -> Callable[[Any], bool]:
    bounds = _RANGE.fullmatch(wanted.text)
    if bounds is None:
        raise FilterError(f"Invalid range {wanted.text}")
    low, high = Decimal(bounds[1]), Decimal(bounds[2])

    def holds(value: Any) -> bool:
        number = _number(value)
        return number is not None and low <= number <= high

    return holds


def _match(wanted: Operand) -> Callable[[Any], bool]:
    try:
        pattern = re.compile(wanted.text)
    except (re.error, ValueError, OverflowError, RecursionError) as error:  # flags, counts and depths have limits, too
        raise FilterError(f"Invalid regular expression {wanted.text}") from error
    return lambda value: bool(pattern.search(_text(value)))


def _in(wanted: Operand) -> Callable[[Any], bool]:
    choices = [operand(choice) for choice in wanted.text.split(",")]
    return lambda value: any(_equal(value, choice) for choice in choices)


_TESTS: dict[str, Callable[[Operand], Callable[[Any], bool]]] = {
    "eq": _eq,
    "eqi": _eqi,
    "ne": _ne,
    "gt": _compared(1),
    "gte": _compared(0, 1),
    "lt": _compared(-1),
    "lte": _compared(-1, 0),
    "range": _range,
    "match": _match,
    "in": _in,
}

"""Filters of a list: `field=value` and `field_<operator>=value`, with the operators of the public API document.

The document names the operators and nothing more. How they compare values is our choice, except where clients reported
it: `eq` is case-sensitive, and `eqi` also matches longer texts that start with the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from inventory_planner_emulator.endpoint_request import RefusedError
from inventory_planner_emulator.timestamps import parse_timestamp

_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)")

_Predicate = Callable[[Any], bool]


class FilterError(RefusedError):
    """A value that its operator can't use, such as an invalid regular expression."""


@dataclass(frozen=True)
class _Operand:
    """The text of a filter, and the number or the timestamp that it may stand for."""

    text: str
    number: Decimal | None
    timestamp: datetime | None


@dataclass(frozen=True)
class Condition:
    """One filter of a query."""

    field: str
    operator: str
    operand: _Operand
    matches: _Predicate


def parse_condition(field: str, operator: str, text: str) -> Condition:
    """Parse the filter `<field>_<operator>=<text>`.

    Raises:
        FilterError: If the operator can't use the text.
    """
    operand = _parse_operand(text)
    return Condition(field, operator, operand, OPERATORS[operator](operand))


def is_unset(value: Any) -> bool:
    """Return True for what the API uses as "not set": null, an empty text, an empty list or object."""
    return value is None or value in ("", [], {})


def _parse_operand(text: str) -> _Operand:
    return _Operand(text, _parse_number(text), parse_timestamp(text))


def _parse_number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _to_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if is_unset(value) else str(value)


def _compare(value: Any, operand: _Operand) -> int | None:
    """Return -1, 0 or 1 if the value is less than, equal to or greater than the operand; None if they don't compare."""
    if is_unset(value) or isinstance(value, bool | list | dict):
        return None
    if not isinstance(value, str):
        number = _parse_number(value)
        return None if number is None or operand.number is None else _sign(number, operand.number)
    timestamp = parse_timestamp(value)
    if timestamp is not None and operand.timestamp is not None:
        return _sign(timestamp, operand.timestamp)
    return _sign(value, operand.text)


def _sign(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def _equals(value: Any, operand: _Operand) -> bool:
    compared = _compare(value, operand)
    return _to_text(value) == operand.text if compared is None else compared == 0


def _comparison(*accepted: int) -> Callable[[_Operand], _Predicate]:
    return lambda operand: lambda value: _compare(value, operand) in accepted


def _starts_with(operand: _Operand) -> _Predicate:
    # a client saw sku_eqi=X return XK too: a regular expression with a start and no end
    pattern = re.compile(re.escape(operand.text), re.IGNORECASE)
    return lambda value: bool(pattern.match(_to_text(value)))


def _in_range(operand: _Operand) -> _Predicate:
    bounds = _RANGE.fullmatch(operand.text)
    if bounds is None:
        raise FilterError(f"Invalid range {operand.text}")
    low, high = Decimal(bounds[1]), Decimal(bounds[2])

    def matches(value: Any) -> bool:
        number = _parse_number(value)
        return number is not None and low <= number <= high

    return matches


def _contains_pattern(operand: _Operand) -> _Predicate:
    try:
        pattern = re.compile(operand.text)
    except (re.error, ValueError, OverflowError, RecursionError) as error:  # flags, counts and depth are limited too
        raise FilterError(f"Invalid regular expression {operand.text}") from error
    return lambda value: bool(pattern.search(_to_text(value)))


def _is_one_of(operand: _Operand) -> _Predicate:
    choices = [_parse_operand(choice) for choice in operand.text.split(",")]
    return lambda value: any(_equals(value, choice) for choice in choices)


OPERATORS: dict[str, Callable[[_Operand], _Predicate]] = {
    "eq": lambda operand: lambda value: _equals(value, operand),
    "eqi": _starts_with,
    "ne": lambda operand: lambda value: not _equals(value, operand),
    "gt": _comparison(1),
    "gte": _comparison(0, 1),
    "lt": _comparison(-1),
    "lte": _comparison(-1, 0),
    "range": _in_range,
    "match": _contains_pattern,
    "in": _is_one_of,
}

"""The query of a list: its filters, sorts, fields and page."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from inventory_planner_emulator.filters import OPERATORS, Condition, parse_condition

_DEFAULT_LIMIT = 100  # the API's own default is unknown; a client should always send a limit
_MAX_LIMIT = 1000  # "The maximum value for limit is 1000", public API document
MAX_PAGE = 10**9  # larger numbers are clamped to this, so that `start` still fits in a response
_MAX_DIGITS = 18  # a number with more digits is clamped without being parsed
_DIRECTIONS = {"asc": False, "1": False, "desc": True, "-1": True}


@dataclass(frozen=True)
class Sort:
    """One sort of a query."""

    field: str
    descending: bool


@dataclass(frozen=True)
class Query:
    """A parsed query."""

    conditions: tuple[Condition, ...] = ()
    sorts: tuple[Sort, ...] = ()
    fields: frozenset[str] | None = None
    limit: int = _DEFAULT_LIMIT
    limit_as_sent: str | None = None
    page: int = 0
    removed: bool = False


def parse_query(parameters: Iterable[tuple[str, str]], known_fields: Container[str]) -> Query:
    """Parse query parameters; those that name no known field are ignored, like any unknown parameter.

    Raises:
        FilterError: If a filter's operator can't use its value.
    """
    pairs = list(parameters)
    values = dict(pairs)
    conditions = (_parse_condition(name, text, known_fields) for name, text in pairs)
    sorts = (_parse_sort(name, text, known_fields) for name, text in pairs)
    return Query(
        conditions=tuple(condition for condition in conditions if condition is not None),
        sorts=tuple(sort for sort in sorts if sort is not None),
        fields=_parse_fields(values.get("fields", "")),
        limit=_parse_integer(values.get("limit", ""), lowest=1, highest=_MAX_LIMIT, default=_DEFAULT_LIMIT),
        limit_as_sent=values.get("limit"),
        page=_parse_integer(values.get("page", ""), lowest=0, highest=MAX_PAGE, default=0),
        removed=values.get("removed") in ("true", "1"),
    )


def _parse_condition(name: str, text: str, known_fields: Container[str]) -> Condition | None:
    if name in known_fields and name != "removed":
        return parse_condition(name, "eq", text)
    field, _, operator = name.rpartition("_")
    if field in known_fields and operator in OPERATORS:
        return parse_condition(field, operator, text)
    return None


def _parse_sort(name: str, text: str, known_fields: Container[str]) -> Sort | None:
    field, _, suffix = name.rpartition("_")
    if suffix != "sort" or field not in known_fields or text not in _DIRECTIONS:
        return None
    return Sort(field, _DIRECTIONS[text])


def _parse_fields(text: str) -> frozenset[str] | None:
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    return names or None


def _parse_integer(text: str, *, lowest: int, highest: int, default: int) -> int:
    if not (text.isascii() and text.isdigit()):
        return default
    return highest if len(text) > _MAX_DIGITS else min(max(int(text), lowest), highest)

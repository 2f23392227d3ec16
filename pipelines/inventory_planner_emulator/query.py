"""The question that a list read asks, out of the parameters of its URL."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from inventory_planner_emulator.filters import OPERATORS, Condition, condition

DEFAULT_LIMIT = 100  # what the service uses is not known; a client should always send its own
MOST_ROWS = 1000  # "The maximum value for limit is 1000", public API document
LAST_PAGE = 10**9  # a larger number is taken for this one: with it, `start` still fits into an answer
LONGEST_NUMBER = 18  # digits; a longer number is the largest that is allowed
_DIRECTIONS = {"asc": False, "1": False, "desc": True, "-1": True}


@dataclass(frozen=True)
class Sort:
    """One sort of a query."""

    field: str
    descending: bool


@dataclass(frozen=True)
class Query:
    """A list read, understood."""

    conditions: tuple[Condition, ...] = ()
    sorts: tuple[Sort, ...] = ()
    fields: frozenset[str] | None = None
    limit: int = DEFAULT_LIMIT
    limit_as_sent: str | None = None
    page: int = 0
    removed: bool = False


def parsed(parameters: Iterable[tuple[str, str]], known: Container[str]) -> Query:
    """The query behind the parameters; what names no known field is ignored, as any other unknown parameter is.

    Raises:
        FilterError: When a filter's operator cannot use its value.
    """
    pairs = list(parameters)
    given = dict(pairs)
    conditions = (_condition(name, text, known) for name, text in pairs)
    sorts = (_sort(name, text, known) for name, text in pairs)
    return Query(
        conditions=tuple(found for found in conditions if found is not None),
        sorts=tuple(found for found in sorts if found is not None),
        fields=_fields(given.get("fields", "")),
        limit=_whole(given.get("limit", ""), least=1, most=MOST_ROWS, otherwise=DEFAULT_LIMIT),
        limit_as_sent=given.get("limit"),
        page=_whole(given.get("page", ""), least=0, most=LAST_PAGE, otherwise=0),
        removed=given.get("removed") in ("true", "1"),
    )


def _condition(name: str, text: str, known: Container[str]) -> Condition | None:
    if name in known and name != "removed":
        return condition(name, "eq", text)
    field, _, operator = name.rpartition("_")
    if field in known and operator in OPERATORS:
        return condition(field, operator, text)
    return None


def _sort(name: str, text: str, known: Container[str]) -> Sort | None:
    field, _, word = name.rpartition("_")
    if word != "sort" or field not in known or text not in _DIRECTIONS:
        return None
    return Sort(field, _DIRECTIONS[text])


def _fields(text: str) -> frozenset[str] | None:
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    return names or None


def _whole(text: str, *, least: int, most: int, otherwise: int) -> int:
    if not (text.isascii() and text.isdigit()):
        return otherwise
    return most if len(text) > LONGEST_NUMBER else min(max(int(text), least), most)

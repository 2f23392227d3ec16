"""Dates as spreadsheets save them, with day, month and year in the local order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

_MONTHS: Final = 12
_YEAR_FIRST: Final = re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})(?:[ T]00:00(?::00)?)?")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4})(?: 0?0:00(?::00)?)?")
_DAY_FIRST: Final = "."  # as a separator, it is only used where the day comes first


def is_day_first(texts: Iterable[str]) -> bool | None:
    """Whether the day comes before the month in a column of dates; None if no date shows it."""
    found = [match for match in map(_YEAR_LAST.fullmatch, texts) if match and match[2] != _DAY_FIRST]
    is_first = any(int(match[1]) > _MONTHS for match in found)
    is_second = any(int(match[3]) > _MONTHS for match in found)
    return is_first if is_first != is_second else None


def iso_date(text: str, *, day_first: bool | None) -> str | None:
    """A date as the API takes it; the text itself if it is not a date, None if it is ambiguous."""
    if match := _YEAR_FIRST.fullmatch(text):
        return _written(text, match[1], match[3], match[4])
    match = _YEAR_LAST.fullmatch(text)
    if match is None:
        return text
    first, separator, second, year = match.groups()
    if separator == _DAY_FIRST or int(first) == int(second):
        return _written(text, year, second, first)
    if day_first is None:
        return None
    return _written(text, year, second, first) if day_first else _written(text, year, first, second)


def _written(text: str, year: str, month: str, day: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return text

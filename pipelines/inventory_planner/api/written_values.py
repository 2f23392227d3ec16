"""Read numbers and instants in forms that the API does not document, where only one value can be meant."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Final

MILLISECONDS_FROM: Final = 100_000_000_000  # as seconds it is the year 5138, as milliseconds 1973: larger means ms

_INVISIBLE: Final = re.compile(
    r"[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)  # direction marks, joiners
_MINUS: Final = "\u2212"  # the typographic one
_SPACE: Final = r"[\s\u00a0\u2007\u2009\u202f]"
_APOSTROPHE: Final = r"['\u2019\u02bc]"
_PLAIN: Final = re.compile(r"(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_AMBIGUOUS: Final = re.compile(r"[1-9]\d{0,2},\d{3}")  # 1,234 is 1234 in London and 1.234 in Berlin
_GROUPED: Final = (  # each form with its decimal mark
    (re.compile(rf"\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:[.,]\d+)?"), None),
    (re.compile(rf"\d{{1,3}}(?:{_APOSTROPHE}\d{{3}})+(?:[.,]\d+)?"), None),
    (re.compile(r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}"), "."),
    (re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?"), "."),  # lakh and crore
    (re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}"), ","),
    (re.compile(r"\d+,\d+"), ","),  # a comma that can't group digits
)


def parse_number(text: str) -> Decimal | None:
    """The number that a text means; None if the text is blank.

    Raises:
        ValueError: the text is no number, or can mean two.
    """
    shown = _INVISIBLE.sub("", text).strip()
    if not shown:
        return None
    sign, digits = _split_sign(shown)
    if _AMBIGUOUS.fullmatch(digits):
        whole = digits.replace(",", "")
        raise ValueError(f'"{shown}" can mean {sign}{whole} or {sign}{digits.replace(",", ".")}')
    plain = digits if _PLAIN.fullmatch(digits) else _ungroup(digits)
    if plain is None:
        raise ValueError(f"Expected a number, got {_shorten(text)}")
    return Decimal(sign + plain)


def parse_instant(text: str) -> datetime | None:
    """The instant that a text means, in UTC; None if it is not one, or does not say in which time zone it is.

    The text is a number of seconds or milliseconds since 1970, or a date and time by ISO 8601 or RFC 5322.
    """
    try:
        number = float(text)
        return datetime.fromtimestamp(number / 1000 if abs(number) > MILLISECONDS_FROM else number, UTC)
    except (ValueError, OverflowError, OSError):
        return _parse_iso(text) or _parse_mail_date(text)


def _split_sign(text: str) -> tuple[str, str]:
    sign = text[0].replace(_MINUS, "-")
    return ("-" if sign == "-" else "", text[1:].lstrip()) if sign in "+-" else ("", text)


def _ungroup(digits: str) -> str | None:
    for form, mark in _GROUPED:
        if form.fullmatch(digits):
            decimal_mark = mark or ("," if "," in digits else ".")
            whole, _, fraction = digits.partition(decimal_mark)
            return "".join(filter(str.isdecimal, whole)) + f".{fraction or 0}"
    return None


def _parse_iso(text: str) -> datetime | None:
    try:
        return _in_utc(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        return None


def _parse_mail_date(text: str) -> datetime | None:
    try:
        return _in_utc(parsedate_to_datetime(text))
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _in_utc(instant: datetime) -> datetime | None:
    return instant.astimezone(UTC) if instant.tzinfo else None


def _shorten(text: str, most: int = 40) -> str:
    return f'"{text}"' if len(text) <= most else f'"{text[:most]}…"'

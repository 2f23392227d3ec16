from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from inventory_planner.api.written_values import parse_instant, parse_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.00 ", "12"),
        ("+5", "5"),
        ("-1,234.50", "-1234.5"),
        ("\u2212 5", "-5"),
        ("1e3", "1000"),
        ("1,234.50", "1234.5"),
        ("1,234,567", "1234567"),
        ("12,34,567.5", "1234567.5"),
        ("1.234,50", "1234.5"),
        ("1.234.567", "1234567"),
        ("1.234", "1.234"),
        ("1,5", "1.5"),
        ("0,567", "0.567"),
        ("1234,567", "1234.567"),
        ("1 234.50", "1234.5"),
        ("1\u00a0234,567", "1234.567"),
        ("1\u202f234\u202f567", "1234567"),
        ("1\u2009234,5", "1234.5"),
        ("1'234.50", "1234.5"),
        ("1\u2019234", "1234"),
        ("\ufeff7\u200e", "7"),
    ],
)
def test_a_number_with_one_meaning_is_read(text: str, number: str) -> None:
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "  ", "\u00a0"])
def test_a_blank_text_is_no_number(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,234", '"1,234" can mean 1234 or 1.234'),
        ("-12,000 ", '"-12,000" can mean -12000 or -12.000'),
        ("5 pcs", 'Expected a number, got "5 pcs"'),
        ("NaN", 'Expected a number, got "NaN"'),
        ("Infinity", 'Expected a number, got "Infinity"'),
        ("1 23", 'Expected a number, got "1 23"'),
        ("1,23,4", 'Expected a number, got "1,23,4"'),
        ("12,", 'Expected a number, got "12,"'),
        ("-", 'Expected a number, got "-"'),
        ("x" * 50, f'Expected a number, got "{"x" * 40}\u2026"'),
    ],
)
def test_a_text_that_is_no_number_or_two_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        parse_number(text)


@pytest.mark.parametrize(
    "text",
    ["1767606067", "1767606067000", "2026-01-05 09:41:07Z", "20260105T104107+0100", "Mon, 05 Jan 2026 09:41:07 GMT"],
)
def test_an_instant_is_read(text: str) -> None:
    assert parse_instant(text) == datetime(2026, 1, 5, 9, 41, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2026-01-05T09:41:07", "2026-01-05", "Mon, 05 Jan 2026 09:41:07", "-0001-11-30T00:00:00+00:00", "nan", ""]
)
def test_a_text_that_does_not_say_when_in_utc_is_no_instant(text: str) -> None:
    assert parse_instant(text) is None

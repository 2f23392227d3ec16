"""Text that a spreadsheet would run as a formula, or store as another value, when it opens a CSV file."""

from __future__ import annotations

import re
from typing import Final

# A cell may begin with the text, after a line break, and after a tab or semicolon, which separate cells where the comma
# is a decimal mark. Spreadsheets skip blanks there, and some read full-width signs as well.
_CELL: Final = r"(^|[;\t\r\n])([\s\x00-\x1f]*)"
_FORMULA: Final = r"(?='*[=+\-@\uff1d\uff0b\uff0d\uff20])"  # a mark that is there already gets another
_ARMED: Final = re.compile(_CELL + _FORMULA)
_DISARMED: Final = re.compile(_CELL + "'" + _FORMULA)
# What a spreadsheet takes for a number, time or date and saves as another text: 00123 as 123, 1E5 as 100000,
# 12345678901234 as 1.23457E+13, 3-4 and MAR3 as dates. It keeps an integer of up to eleven digits.
_INTEGER: Final = r"(?:0|[1-9]\d{0,10})$"
_NUMBER: Final = r"[.$€£(]?\d[\d.,:/ %)-]*(?:e[+-]?\d+|(?<=\d)\s?[ap]m?)?$"
_MONTH: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-/., ]*"
_DATE: Final = rf"(?:\d+[-/., ]*{_MONTH}\d*$|{_MONTH}\d[\d, ]*$)"
_REWRITTEN: Final = rf"'*(?!{_INTEGER})(?:{_NUMBER}|{_DATE}|(?:true|false)$)"
_TO_KEEP: Final = re.compile(_REWRITTEN, re.IGNORECASE)
_KEPT: Final = re.compile(f"'(?={_REWRITTEN})", re.IGNORECASE)


def disarm(text: str) -> str:
    """The text with the mark `'` before each formula: spreadsheets show what follows as text."""
    return _ARMED.sub(r"\1\2'", text)


def rearm(text: str) -> str:
    """The text as it was before `disarm`."""
    return _DISARMED.sub(r"\1\2", text)


def protect_name(name: str) -> str:
    """The name of an order or item, with a `'` before it if a spreadsheet would otherwise change it."""
    return disarm(_TO_KEEP.sub(r"'\g<0>", name, count=1) if _TO_KEEP.match(name) else name)


def restore_name(name: str) -> str:
    """The name without the mark that `protect_name` puts before it."""
    return rearm(_KEPT.sub("", name, count=1) if _KEPT.match(name) else name)

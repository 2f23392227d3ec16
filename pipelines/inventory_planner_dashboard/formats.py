"""How values read: thousands separators, a minus sign, a dash where there is no data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

NO_DATA: Final = "\N{EN DASH}"
HOUR: Final = 60  # minutes
DAY: Final = 24 * HOUR
_NEXT_STEPS: Final = {  # in the words of the findings, by the `recommended_action` of open lines
    "close": "Ask the vendor, or close it",
    "chase": "Ask the vendor for a new date",
    "confirm": "Ask the vendor for a date",
    "re-date": "Ask the vendor, or re-date it",
    "wait": "Wait",
}

Format = Callable[[Any], str]


def number(value: float | None) -> str:
    """Units, lines or money, as a whole number."""
    return _format(value, ",.0f")


def quantity(value: float | None) -> str:
    """The units of one line: a whole number, or with the decimal places that it has."""
    text = _format(value, ",.4f")  # quantities have four decimal places
    return text.rstrip("0").rstrip(".") if "." in text else text


def days(value: float | None) -> str:
    """Days, with one decimal place where they are an average."""
    return _format(value, ",.1f").removesuffix(".0")


def decimal(value: float | None) -> str:
    """A number with two decimal places."""
    return _format(value, ",.2f")


def rate(value: float | None) -> str:
    """A share, in percent."""
    return _format(value, ".1%")


def signed_rate(value: float | None) -> str:
    """A change, in percent."""
    return _format(value, "+.1%")


def day(value: date | None) -> str:
    """A date."""
    return NO_DATA if value is None else value.isoformat()


def instant(value: datetime | None) -> str:
    """A date and time, in UTC."""
    return NO_DATA if value is None else f"{value:%Y-%m-%d %H:%M} UTC"


def age(then: datetime | None, now: datetime) -> str:
    """The time since then, in the largest whole unit."""
    if then is None:
        return NO_DATA
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < HOUR:
        return f"{minutes} min ago"
    return f"{minutes // HOUR} h ago" if minutes < 2 * DAY else f"{minutes // DAY} days ago"


def text(value: object) -> str:
    """A name."""
    return NO_DATA if value in (None, "") else str(value)


def next_step(action: str | None) -> str:
    """What to do about an open line."""
    return text(_NEXT_STEPS.get(action, action) if action else None)


def words(value: str | None) -> str:
    """A code such as `received_not_closed`, with spaces."""
    return NO_DATA if value is None else value.replace("_", " ")


def yes(value: bool | None) -> str:  # noqa: FBT001 (the value of a cell)
    """A flag: `yes`, or nothing where it is not set."""
    return "yes" if value else ""


def _format(value: float | None, form: str) -> str:
    return NO_DATA if value is None else f"{value:{form}}".replace("-", "\N{MINUS SIGN}")

"""One cell: what it may hold, and how it is sent."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from unicodedata import category
from unicodedata import name as unicode_name

from inventory_planner.delivery.files import Column, Type

BOOLEANS: Final = ("true", "false")
MAX_CHARACTERS: Final = 256  # of VARCHAR; one that is longer may sink the whole file
MAX_NUMBER: Final = 10**12  # far more than any stock or price; what is beyond is a barcode, or a slip such as 1e99
CURRENCIES: Final = frozenset(  # ISO 4217
    re.findall(
        "[A-Z]{3}",
        """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
        CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG
        HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
        MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
        RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
        USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
        """,
    )
)

_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,2})?", re.IGNORECASE | re.ASCII)
_THOUSANDS: Final = re.compile(r"(?P<whole>[+-]?(?!0+[.,])[0-9]{1,3})(?P<mark>[.,])(?P<rest>[0-9]{3})", re.ASCII)
_TIMESTAMP: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(:\d{2})?(?:[.,]\d{1,9})?)?", re.ASCII)
_ZONE: Final = re.compile(r"[ T]\d{2}:\d{2}.*?\s?([zZ]|UTC|GMT|[+-]\d{2}:?(\d{2})?)$", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ID_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_INVISIBLE: Final = ("Cf", "Zs", "Zl", "Zp")  # Unicode's categories of format characters and of spaces
_BLANKS: Final = " \u3000"  # the second is as wide as a Chinese character
_ROUNDED_ID: Final = re.compile(r"[0-9]([.,][0-9]+)?E\+[0-9]{2}", re.ASCII)  # 123456789012, as a spreadsheet shows it


class CellError(ValueError):
    """What is wrong with a cell, and what to do about it."""


def parse_cell(column: Column, text: str, *, has_decimal_commas: bool = False) -> str:
    """The cell as it is sent: text as it is, other values in one spelling.

    Raises:
        CellError: it can't be sent.
    """
    if not text.strip():
        if column.is_filled:
            raise CellError("it is empty; fill it in")
        return ""
    if column.type in {Type.ID, Type.TEXT} and not column.choices:
        return _id(text) if column.type == Type.ID else _text(text, _CONTROL)
    return _parse_value(column, text.strip(), has_decimal_commas=has_decimal_commas)


def as_text(value: Any) -> str:
    """A value of a database as a cell; instants are written in UTC."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return f"{value.astimezone(UTC) if value.tzinfo else value:%Y-%m-%d %H:%M:%S}"
        case date():
            return f"{value:%Y-%m-%d} 00:00:00"
    return str(value)


def plain(number: Decimal) -> str:
    """A number without an exponent and without zeros at the end of its fraction."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(text: str) -> str:
    """A cell in a message: not more than a line of it, and no control characters."""
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


def _parse_value(column: Column, text: str, *, has_decimal_commas: bool) -> str:
    match column.type:
        case Type.NUMBER:
            return _number(text, has_decimal_commas=has_decimal_commas)
        case Type.CURRENCY:
            return _currency(text)
        case Type.TIMESTAMP:
            return _timestamp(text)
    return _one_of(column.choices or BOOLEANS, text)


def _one_of(choices: tuple[str, ...], text: str) -> str:
    if text.lower() not in choices:
        raise CellError(f"it is {shown(text)}; write {', '.join(choices[:-1])} or {choices[-1]}")
    return text.lower()


def _number(text: str, *, has_decimal_commas: bool) -> str:
    if has_decimal_commas and (found := _THOUSANDS.fullmatch(text)):
        whole, mark, rest = found.groups()
        advice = f"write {whole}{rest} or, if you mean a fraction, {whole}{mark}{rest}0"
        raise CellError(f"it is {shown(text)}, which can be two numbers; {advice}")
    point = text.replace(",", ".") if has_decimal_commas and text.count(",") == 1 and "." not in text else text
    if not _NUMBER.fullmatch(point):
        raise CellError(f"it is {shown(text)}; write a number such as 12 or -0.5")
    number = Decimal(point)
    if abs(number) > MAX_NUMBER:
        raise CellError(f"it is {shown(text)}, more than {MAX_NUMBER:,}; correct the number")
    return plain(number) if number else "0"


def _currency(text: str) -> str:
    if text.upper() not in CURRENCIES:
        raise CellError(f"it is {shown(text)}; write the three letters of an ISO currency, such as EUR")
    return text.upper()


def _timestamp(text: str) -> str:
    if _ZONE.search(text):
        raise CellError(f"it is {shown(text)}; write it in UTC and without a time zone, as 2026-01-31 08:00:00")
    found = _TIMESTAMP.fullmatch(text)
    date_, time, seconds = found.groups() if found else ("", None, None)
    written = f"{date_} {time or '00:00'}{seconds or ':00'}"
    try:
        datetime.fromisoformat(written)
    except ValueError as error:
        raise CellError(f"it is {shown(text)}; write a time as 2026-01-31 08:00:00") from error
    return written


def _id(text: str) -> str:
    if hidden := next((char for char in text if char not in _BLANKS and category(char) in _INVISIBLE), None):
        name = unicode_name(hidden, "invisible character").lower()
        raise CellError(
            f"it is {shown(text)}, with {name} (U+{ord(hidden):04X}), which can't be seen; write an ordinary blank or"
            " delete it"
        )
    if text != text.strip():
        raise CellError(f"it is {shown(text)}; delete the blanks around it, because an id with them is another id")
    if _ROUNDED_ID.fullmatch(text):
        raise CellError(
            f"it is {shown(text)}, an id that a spreadsheet has made a number; format the column as text and paste the"
            " ids again"
        )
    return _text(text, _ID_CONTROL)


def _text(text: str, control: re.Pattern[str]) -> str:
    if len(text) > MAX_CHARACTERS:
        raise CellError(f"it has {len(text):,} characters; shorten it to {MAX_CHARACTERS}")
    if control.search(text):
        raise CellError(f"it is {shown(text)}, with a control character; delete that character")
    return text

"""Quantities as people write them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, TypeAlias

from inventory_planner.errors import ChangeError

Quantity: TypeAlias = int | float | str | Decimal
RULE: Final = "it must be a number of at least 0, such as 12 or 0.5"

_THOUSANDS: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+")
_PLAIN: Final = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")  # what Python accepts besides, such as 1_000, is a misprint


def is_ambiguous(text: str) -> bool:
    """Whether a point may separate thousands, in a file where commas separate decimals."""
    return _THOUSANDS.fullmatch(text) is not None


def parse_quantity(text: str) -> Decimal | None:
    """The quantity that a text is, always in the same spelling; None if it is none, or a negative one."""
    if not _PLAIN.fullmatch(text):
        return None
    value = Decimal(text)
    return Decimal(int(value)) if value == value.to_integral_value() else value.normalize()


def checked_quantity(name: str, value: Quantity) -> Decimal:
    """The quantity of something that has this name.

    Raises:
        ChangeError: the value is none.
    """
    quantity = parse_quantity(f"{value:f}" if isinstance(value, Decimal) else str(value).strip())
    if quantity is None:
        raise ChangeError(f"{name} is {str(value)!r}; {RULE}.")
    return quantity

"""JSON as the account writes it: a number leaves with the very digits that it came with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)  # a float would lose digits of a price


def encoded(value: Any) -> bytes:
    """JSON bytes of a value; decimals become JSON numbers."""
    return _ENCODER.encode(value)


def decoded(raw: bytes | str) -> Any:
    """The value of JSON bytes; numbers with a fraction or an exponent become decimals.

    Raises:
        msgspec.DecodeError: When the bytes are not JSON.
    """
    return _DECODER.decode(raw)


def indented(raw: bytes) -> bytes:
    """The same JSON with line breaks and indentation, its numbers untouched."""
    return msgspec.json.format(raw, indent=4)


def copied(value: Any) -> Any:
    """A deep copy of a JSON value, several times faster than `copy.deepcopy`."""
    if isinstance(value, dict):
        return {key: copied(member) for key, member in value.items()}
    if isinstance(value, list):
        return [copied(member) for member in value]
    return value

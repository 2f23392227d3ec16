"""The JSON body of a write, checked before anything changes."""

from __future__ import annotations

from decimal import InvalidOperation
from typing import Any, cast

import msgspec

from inventory_planner_emulator.endpoint_request import EndpointRequest, RefusedError
from inventory_planner_emulator.json_codec import decode, encode

# invalid JSON, not UTF-8, an exponent beyond decimals, nested too deep
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, InvalidOperation, RecursionError)


def parse_body(request: EndpointRequest) -> dict[str, Any]:
    """Parse the body of a request.

    Raises:
        RefusedError: If it is not a JSON object.
    """
    try:
        body = decode(request.body)
    except _UNREADABLE as error:
        raise RefusedError(f"Invalid JSON: {error}") from error
    if not isinstance(body, dict):
        raise RefusedError("Invalid JSON: an object is expected")
    return body


def parse_record(request: EndpointRequest, name: str, fields: Any) -> dict[str, Any]:
    """Parse the record under a key of the body, and check it against a typed dict of its known fields.

    Raises:
        RefusedError: If there is no such record, or a known field has a value of the wrong type.
    """
    record = parse_body(request).get(name)
    if not isinstance(record, dict):
        raise RefusedError(f"Missing {name}")
    return cast("dict[str, Any]", check_fields(record, name, fields))


def check_fields(value: Any, name: str, fields: Any) -> Any:
    """Return the value if its known fields have values of the right types.

    Raises:
        RefusedError: If one has not.
    """
    try:
        msgspec.json.decode(encode(value), type=fields)
    except msgspec.ValidationError as error:
        raise RefusedError(f"Invalid {name}: {error}") from error
    return value

"""The JSON body of a write, checked before anything changes."""

from __future__ import annotations

from decimal import InvalidOperation
from typing import Any, cast

import msgspec

from inventory_planner_emulator.endpoint_request import EndpointRequest, RefusedError
from inventory_planner_emulator.json_codec import decode, encode

# invalid JSON, not UTF-8, an exponent beyond decimals, nested too deep
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, InvalidOperation, RecursionError)

_FLAG = "skip_background_jobs"


def parse_body(request: EndpointRequest) -> dict[str, Any]:
    """Parse the body of a request.

    Raises:
        RefusedError: If it is not a JSON object.
    """
    try:
        body = decode(request.body)
    except UNREADABLE as error:
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


def parse_lines(request: EndpointRequest) -> Any:
    """Parse the `items` of the body, without the flag that an example of the documents has among them."""
    lines = parse_body(request).get("items", [])
    return [line for line in lines if line.keys() != {_FLAG}] if _are_objects(lines) else lines


def wants_jobs(request: EndpointRequest) -> bool:
    """Return True if the body asks to run the background jobs now, with `skip_background_jobs: false`.

    The flag stands in the record, among its fields or lines, or beside it: the documents and clients show all of these.
    """
    body = parse_body(request)
    places = [body, *body.values(), *_list(body.get("items"))]
    return any(isinstance(place, dict) and place.get(_FLAG) is False for place in places)


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


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(member, dict) for member in value)

"""The same JSON of an order without what is not set, and with lists where the API wrote maps.

The service writes "not set" in five ways: a missing key, null, `""`, `[]` and `{}`. It sends ids as text or as
numbers, and a list as an object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, get_args, get_type_hints

import msgspec
from msgspec import Raw, Struct

from inventory_planner.api.orders import NOT_A_FIELD, Connection, StockUpdateItem

UNSET: Final = (b"null", b'""', b"[]", b"{}")
EMPTY_STRING: Final = b':""'  # in JSON always a whole value: a quotation mark within a text is written with a backslash
BLANKS: Final = re.compile(re.escape(EMPTY_STRING))  # replaces in half the time that `bytes.replace` takes
EMPTY_MARKER: Final = (
    b":\tnull"  # the tab, which no text can hold unescaped, tells it from a null that the service wrote
)
NO_ELEMENTS: Final = (b"[]", b"{}")  # a list that is there and empty: an order that says so has lost its lines
MISSING: Final = frozenset({*UNSET, b""})
KEYED_BY: Final[dict[type[Struct], str]] = {Connection: "connection", StockUpdateItem: "id"}  # if they stand in a map

read_object = msgspec.json.Decoder(dict[str, Raw]).decode
_read_list = msgspec.json.Decoder(list[Raw]).decode


def normalize(raw: bytes | Raw, struct: type[Struct]) -> bytes:
    """The same object with what is not set left out, and with numbers where text belongs as text."""
    fields = fields_of(struct)
    known = ((name, bytes(value)) for name, value in read_object(raw).items() if name in fields)
    pairs = (
        b'"%b":%b' % (name.encode(), normalize_value(value, fields[name]))
        for name, value in known
        if value not in UNSET or (value in NO_ELEMENTS and _nested_struct(fields[name]))
    )
    return b"{%b}" % b",".join(pairs)


def normalize_value(value: bytes, hint: Any) -> bytes:
    """The same value of a field of this type."""
    nested = _nested_struct(hint)
    if nested is not None:
        parts = _keyed(value, KEYED_BY[nested]) if nested in KEYED_BY else map(bytes, elements(value))
        return b"[%b]" % b",".join(normalize(part, nested) for part in parts)
    if str in get_args(hint) and value[:1] not in b'"[{':
        return b'"%b"' % value
    return value


def elements(value: bytes) -> Iterator[Raw]:
    """What a list holds; the service can write a list as an object that is keyed by position or by name, or as null."""
    if value in UNSET:
        return
    yield from read_object(value).values() if value[:1] == b"{" else _read_list(value)


def _keyed(value: bytes, name: str) -> Iterator[bytes]:
    """The elements of a list; where the name of one is only the key that it stands under, it is put in."""
    if value[:1] != b"{":
        yield from map(bytes, elements(value))
        return
    for key, element in read_object(value).items():
        fields = read_object(element)
        is_named = key.isdecimal() or bytes(fields.get(name, NOT_A_FIELD)) not in MISSING
        yield bytes(element) if is_named else msgspec.json.encode({**fields, name: key})


@cache
def fields_of(struct: type[Struct]) -> dict[str, Any]:
    """The fields of a struct as they are named in JSON, with their types."""
    hints = get_type_hints(struct)
    return {each.encode_name: hints[each.name] for each in msgspec.structs.fields(struct)}


@cache
def _nested_struct(hint: Any) -> type[Struct] | None:
    for element in (argument for member in get_args(hint) for argument in get_args(member)):
        if isinstance(element, type) and issubclass(element, Struct):
            return element
    return None

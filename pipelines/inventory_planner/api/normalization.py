"""Rewrite the JSON of an order so that the structs can decode it.

The API leaves a field unset in five ways: a missing key, null, `""`, `[]` and `{}`; a text also by `false`. It sends
ids and texts as strings or as numbers, and lists as objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, get_args, get_type_hints

import msgspec
from msgspec import Raw, Struct

from inventory_planner.api.orders import ABSENT

UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)  # what decoding a record raises
UNSET: Final = frozenset({b"null", b'""', b"[]", b"{}", b""})  # the last one stands for a missing key
EMPTY_STRING: Final = b':""'  # always a whole value: JSON escapes a quotation mark inside a string
EMPTY_MARKER: Final = b":\tnull"  # the tab sets it apart from the API's own null; JSON strings contain no raw tab
_EMPTY_STRINGS: Final = re.compile(re.escape(EMPTY_STRING))  # twice as fast as `bytes.replace`
EMPTY_LISTS: Final = (
    b"[]",
    b"{}",
)  # kept for lists of structs: an order with no lines differs from one without the key
FALSE: Final = b"false"  # how PHP writes a text, a number or a date that is not set

decode_object = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_list = msgspec.json.Decoder(list[Raw]).decode


def mark_empty_strings(text: bytes) -> bytes:
    """The same JSON with a marked null in place of each empty string: nearly every order has a number that is `""`."""
    return _EMPTY_STRINGS.sub(EMPTY_MARKER, text)


def normalize(text: bytes | Raw, struct: type[Struct]) -> bytes:
    """The same object without unset and unknown fields, with strings where the struct has text and with lists as lists.

    Raises:
        msgspec.DecodeError: the text is not a JSON object.
    """
    fields = fields_of(struct)
    known = ((name, bytes(value)) for name, value in decode_object(text).items() if name in fields)
    members = (
        b'"%b":%b' % (name.encode(), normalize_value(value, fields[name]))
        for name, value in known
        if not _is_unset(value, fields[name])
    )
    return b"{%b}" % b",".join(members)


def _is_unset(value: bytes, hint: Any) -> bool:
    if value == FALSE:
        return str in get_args(hint)
    return value in UNSET and not (value in EMPTY_LISTS and element_struct(hint))


def normalize_value(value: bytes, hint: Any) -> bytes:
    """The value of a field with this type hint, normalized.

    Raises:
        msgspec.DecodeError: the field holds a list, and the value is neither a list nor an object.
    """
    struct = element_struct(hint)
    if struct is not None:
        return b"[%b]" % b",".join(normalize(each, struct) for each in parts(value, struct))
    return quoted(value) if str in get_args(hint) else value


def quoted(value: bytes) -> bytes:
    """A number or a flag as a text; any other value as it is."""
    return value if value[:1] in b'"[{' else b'"%b"' % value


def parts(value: bytes, struct: type[Struct]) -> list[bytes | Raw]:
    """The elements of a list of structs, which may be written as an object.

    Raises:
        msgspec.DecodeError: the value is neither a list nor an object.
    """
    key_field: str | None = getattr(struct, "KEY_FIELD", None)
    return [*(_named_elements(value, key_field) if key_field else elements(value))]


def elements(value: bytes) -> Iterator[Raw]:
    """The elements of a list that may be written as an object or left unset."""
    if value in UNSET:
        return
    yield from decode_object(value).values() if value[:1] == b"{" else _decode_list(value)


def _named_elements(value: bytes, name: str) -> Iterator[bytes | Raw]:
    """The elements of a list. In an object, an element that lacks the named field gets its key as that field."""
    if value[:1] != b"{":
        yield from elements(value)
        return
    for key, element in decode_object(value).items():
        fields = decode_object(element)
        is_named = key.isdecimal() or bytes(fields.get(name, ABSENT)) not in UNSET
        yield element if is_named else msgspec.json.encode({**fields, name: key})


@cache
def fields_of(struct: type[Struct]) -> dict[str, Any]:
    """The type hints of a struct's fields, by their names in JSON."""
    hints = get_type_hints(struct)
    return {each.encode_name: hints[each.name] for each in msgspec.structs.fields(struct)}


@cache
def element_struct(hint: Any) -> type[Struct] | None:
    """The struct of which a field with this type hint holds a list; None if it holds something else."""
    for element in (argument for member in get_args(hint) for argument in get_args(member)):
        if isinstance(element, type) and issubclass(element, Struct):
            return element
    return None

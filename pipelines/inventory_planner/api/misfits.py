"""Rewrite the JSON of a strange order so that the structs can decode it, and name the fields that don't fit.

What identifies an order, counts its goods or prices them must be readable; any other field of an unexpected shape is
left out. A value in an undocumented form is read if only one value can be meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Final, TypeAlias, TypeVar, get_args

import msgspec
from msgspec import Raw, Struct

from inventory_planner.api.normalization import (
    EMPTY_LISTS,
    FALSE,
    UNSET,
    decode_object,
    element_struct,
    fields_of,
    parts,
    quoted,
)
from inventory_planner.api.orders import (
    COSTS,
    IDENTITY,
    QUANTITIES,
    SUBSTITUTES_FOR_ID,
    Flag,
    Instant,
    Line,
    Number,
    Order,
)
from inventory_planner.api.written_values import parse_instant, parse_number

Misfits: TypeAlias = Mapping[int, frozenset[str]]  # names of fields by line number, from 1; 0 is the order itself

_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, ValueError)
_NAMES_ITSELF: Final = "$"  # the path of the whole text, which no message needs to name

_Policy = TypeVar("_Policy")


def fit(text: bytes | Raw, struct: type[Struct]) -> tuple[bytes, Misfits]:
    """The same object with only the values that the struct can hold, and the fields that have others.

    Raises:
        msgspec.DecodeError: a field that must be readable is not.
    """
    fitting = _Fitting()
    return fitting.fit_object(text, struct, _Place()), fitting.misfits


def fit_list(text: bytes | Raw, struct: type[Struct], name: str) -> tuple[bytes, Misfits]:
    """The same for the list of structs in this field of an order, which need not be readable."""
    fitting = _Fitting()
    return fitting.fit_list(bytes(text), struct, _Place().member(name)) or b"[]", fitting.misfits


def merge_misfits(*found: Misfits) -> Misfits:
    """All of these misfits."""
    numbers = sorted({number for each in found for number in each})
    return {number: frozenset[str]().union(*(each.get(number, ()) for each in found)) for number in numbers}


def drift(misfits: Misfits) -> set[str]:
    """The misfits as the sync log reports them, such as `item.tax (unexpected shape)`."""
    return {_drift(name, Line if number else Order) for number, names in misfits.items() for name in names}


def as_written(text: bytes, number: int, names: Iterable[str]) -> dict[str, bytes]:
    """These fields of an order, or of its line with this number, as JSON."""
    fields = decode_object(_line_texts(text)[number - 1] if number else text)
    return {name: bytes(fields[name]) for name in sorted(names) if name in fields}


def must_be_readable(struct: type[Struct]) -> frozenset[str]:
    """The fields of a struct without which an order is quarantined, by their names in JSON."""
    nothing = frozenset[str]()
    return nothing.union(*(_of(struct, policy) or nothing for policy in (IDENTITY, QUANTITIES, COSTS)))


def _drift(name: str, struct: type[Struct]) -> str:
    prefix = "item" if struct is Line else "purchase-order"
    return f"{prefix}.{name}" + " (unexpected shape)" * (name in fields_of(struct))


@lru_cache(maxsize=1)
def _line_texts(text: bytes) -> list[bytes | Raw]:
    return _parts(bytes(decode_object(text)["items"]), Line)


def _of(struct: type[Struct], policy: Mapping[type[Struct], _Policy]) -> _Policy | None:
    """What a policy says about a struct, or about the one that it extends."""
    return next((policy[base] for base in struct.__mro__ if base in policy), None)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value is: its path, its line (0: none), and the field of the order or line that it belongs to."""

    path: str = _NAMES_ITSELF
    line: int = 0
    field: str | None = None

    def member(self, name: str) -> _Place:
        return replace(self, path=f"{self.path}.{name}", field=self.field or name)

    def element(self, position: int, struct: type[Struct]) -> _Place:
        path = f"{self.path}[{position}]"
        return _Place(path, position + 1) if issubclass(struct, Line) else replace(self, path=path)

    def error(self, reason: object) -> msgspec.ValidationError:
        return msgspec.ValidationError(str(reason) if self.path == _NAMES_ITSELF else f"{reason} - at `{self.path}`")


@dataclass(slots=True)
class _Fitting:
    """Fits values, and collects the fields that have others."""

    misfits: dict[int, frozenset[str]] = field(default_factory=dict)

    def fit_object(self, text: bytes | Raw, struct: type[Struct], place: _Place) -> bytes:
        members = dict(self._members(text, struct, place))
        substitutes = _of(struct, SUBSTITUTES_FOR_ID)
        if substitutes and "id" not in members:
            members["id"] = _substitute_id(members, substitutes, place)
            self._leave_out(place.member("id"))
        return b"{%b}" % b",".join(b'"%b":%b' % (name.encode(), value) for name, value in members.items())

    def fit_list(self, value: bytes, struct: type[Struct], place: _Place) -> bytes | None:
        if value in EMPTY_LISTS:
            return b"[]"
        if value in UNSET or value == FALSE:
            return None
        try:
            elements = _parts(value, struct)
        except msgspec.DecodeError as error:
            if _of(struct, QUANTITIES):
                raise place.error(error) from error
            self._leave_out(place)
            return None
        return b"[%b]" % b",".join(self._elements(elements, struct, place))

    def _elements(self, elements: Iterable[bytes | Raw], struct: type[Struct], place: _Place) -> Iterator[bytes]:
        for position, element in enumerate(elements):
            try:
                yield self.fit_object(element, struct, place.element(position, struct))
            except msgspec.DecodeError:
                if _of(struct, QUANTITIES):
                    raise
                self._leave_out(place)

    def _members(self, text: bytes | Raw, struct: type[Struct], place: _Place) -> Iterator[tuple[str, bytes]]:
        hints = fields_of(struct)
        for name, raw in _decode_members(text, place).items():
            if name not in hints:
                if issubclass(struct, Order | Line) and struct.__struct_config__.forbid_unknown_fields:
                    self._leave_out(place.member(name))  # the struct can't have a field with this name
                continue
            fitted = self._value(bytes(raw), struct, name, place.member(name))
            if fitted is not None:
                yield name, fitted

    def _value(self, value: bytes, struct: type[Struct], name: str, place: _Place) -> bytes | None:
        """The value as the field can hold it; None if it is not set, or left out."""
        hint = fields_of(struct)[name]
        if element := element_struct(hint):
            return self.fit_list(value, element, place)
        if value in UNSET:
            return None
        if value == FALSE and hint not in {Flag, Raw, Any}:
            return b"0" if name in (_of(struct, QUANTITIES) or ()) else None  # no cost is not the same as a cost of 0
        try:
            return _fitted(value, hint)
        except _UNREADABLE as error:
            if name in must_be_readable(struct):
                raise place.error(error) from error
        self._leave_out(place)
        return None

    def _leave_out(self, place: _Place) -> None:
        if place.field:
            self.misfits[place.line] = self.misfits.get(place.line, frozenset()) | {place.field}


def _decode_members(text: bytes | Raw, place: _Place) -> dict[str, Raw]:
    try:
        return decode_object(text)
    except msgspec.DecodeError as error:
        raise place.error(error) from error


def _parts(value: bytes, struct: type[Struct]) -> list[bytes | Raw]:
    """The elements of a list, also of one that is written as its only element."""
    if value[:1] == b"{":
        known = [bytes(each) for name, each in decode_object(value).items() if name in fields_of(struct)]
        if any(each[:1] != b"{" for each in known):
            return [value]
    return parts(value, struct)


def _substitute_id(members: Mapping[str, bytes], substitutes: tuple[str, ...], place: _Place) -> bytes:
    for name in substitutes:
        if name in members and msgspec.json.decode(members[name], type=str | int, strict=False):
            return members[name]
    names = " or ".join(f"`{name}`" for name in ("id", *substitutes))
    raise place.error(f"Line {place.line} has {'no' if place.field is None else 'a component without'} {names}")


def _fitted(value: bytes, hint: Any) -> bytes | None:
    """The value in a form that a field with this type hint accepts; None if it is blank.

    Raises:
        ValueError, msgspec.DecodeError: it can't be read.
    """
    if Decimal in get_args(hint):
        return _fitted_number(value)
    if datetime in get_args(hint):
        return _fitted_instant(value)
    text = quoted(value) if str in get_args(hint) else value
    _decoder(hint).decode(text)
    return text


def _fitted_number(value: bytes) -> bytes | None:
    try:
        number = _decoder(Number).decode(value)
        if number is None or Decimal(number).is_finite():
            return value
    except msgspec.ValidationError:
        if value[:1] != b'"':
            raise
    number = parse_number(_decoder(str).decode(value))
    return None if number is None else b'"%b"' % str(number).encode()


def _fitted_instant(value: bytes) -> bytes:
    try:
        instant = _decoder(Instant).decode(value)
    except msgspec.ValidationError:
        instant = None if value[:1] in b"[{" else parse_instant(_decoder(str).decode(quoted(value)))
        if instant is None:
            raise
    try:
        return msgspec.json.encode(instant and instant.astimezone(UTC))
    except OverflowError as error:
        raise ValueError("Outside the calendar in UTC") from error


@cache
def _decoder(hint: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(hint, strict=False)

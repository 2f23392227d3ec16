"""The JSON of an order becomes structs; or it is told why it does not fit.

A record is read as it is; where that fails it is tidied, text for text, and read again; only what still does not fit
is a `BadRecord`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from inventory_planner.api.normalization import (
    BLANKS,
    EMPTY_MARKER,
    EMPTY_STRING,
    MISSING,
    elements,
    fields_of,
    normalize,
    normalize_value,
    read_object,
)
from inventory_planner.api.orders import NOT_A_FIELD, Id, Instant, Line, Order, StockUpdate, Summary
from inventory_planner.api.unknown_fields import UNKNOWN_AT_MOST, with_fields

DIGEST_BYTES: Final = 8  # two states of one order are told apart by it, never two orders: 64 bits are plenty
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)


class _Identified(Struct):
    id: Id


class _Dated(Struct):
    last_modified: Instant = None


@dataclass(frozen=True, slots=True)
class RawOrder:
    """An order as the service wrote it, and what tells which one it is.

    `summary` is None where those few fields do not fit.
    """

    raw: Raw
    summary: Summary | None
    order_id: str | None
    last_modified: datetime | None

    @property
    def digest(self) -> str:
        """As `digest` says of its text; worked out each time."""
        return digest(self.raw)

    @property
    def key(self) -> str:
        """The id of the order; for one without an id, the digest."""
        return self.order_id or self.digest


@dataclass(frozen=True, slots=True)
class Record:
    """An order that fits the contract, and its text."""

    order: Order
    raw: bytes
    stock_updates: Sequence[StockUpdate] = ()

    @property
    def order_id(self) -> str:
        """The id of the order."""
        return str(self.order.id)


@dataclass(frozen=True, slots=True)
class BadRecord:
    """An order that does not fit the contract: its text, whole, and what is wrong with it."""

    raw: bytes
    reason: str

    @property
    def order_id(self) -> str | None:
        """The id of the order, if that much can be read."""
        return _legible_id(self.raw)


_read_order = msgspec.json.Decoder(Order, strict=False).decode
_read_stock_updates = msgspec.json.Decoder(list[StockUpdate], strict=False).decode
_read_summary = msgspec.json.Decoder(Summary, strict=False).decode
_read_id = msgspec.json.Decoder(_Identified).decode
_read_instant = msgspec.json.Decoder(_Dated).decode


class Reader:
    """Reads orders, and learns the names of the fields that the contract does not list.

    The structs refuse what they do not list. A name that is met for the first time becomes a field of new structs, and
    these read all further orders: so knowing what is unknown costs nothing where there is nothing new.
    """

    def __init__(self) -> None:
        self.unknown: tuple[str, ...] = ()
        """The names met so far, such as `purchase-order.color` and `item.last_90_days_sales`."""
        self._order: type[Order] = Order
        self._line: type[Line] = Line
        self._read = _read_order

    def record(self, raw: bytes) -> Record | BadRecord:
        """One order, or why it is none."""
        try:
            raw.decode()  # msgspec does not look into JSON that it keeps as text
            order = self._order_of(raw)
            stock_updates = _stock_updates(order)
        except UNREADABLE as error:
            return BadRecord(raw, str(error))
        if order.last_modified and not _in_utc(order.last_modified):
            return BadRecord(raw, f"In UTC `last_modified` is no day of the calendar: {order.last_modified}")
        if order.items is None and order.total_ordered:  # stored as it is, it would delete the lines read before
            return BadRecord(raw, f"No `items`, although `total_ordered` is {order.total_ordered}")
        return Record(order, raw, stock_updates)

    def _order_of(self, raw: bytes) -> Order:
        text = BLANKS.sub(EMPTY_MARKER, raw)  # nearly every order has a number that is `""`
        try:
            return self._read(text)
        except msgspec.ValidationError:
            self._learn(raw)
        try:
            return self._read(text)
        except msgspec.ValidationError:
            return self._read(normalize(raw, self._order))

    def _learn(self, raw: bytes) -> None:
        fields = read_object(raw)
        items = bytes(fields.get("items", b""))
        in_lines = (name for line in (elements(items) if items else ()) for name in read_object(line))
        new_in_order = [name for name in fields if name not in fields_of(self._order)]
        new_in_lines = [name for name in dict.fromkeys(in_lines) if name not in fields_of(self._line)]
        if not (new_in_order or new_in_lines):
            return
        unknown = (
            *self.unknown,
            *(f"purchase-order.{name}" for name in new_in_order),
            *(f"item.{name}" for name in new_in_lines),
        )
        is_open = len(unknown) > UNKNOWN_AT_MOST
        try:
            line = with_fields(self._line, new_in_lines, is_open=is_open)
            with_line: Any = list[line] | None  # type: ignore[valid-type]
            order = with_fields(self._order, new_in_order, ("items", with_line, None), is_open=is_open)
        except ValueError as error:  # of names with quotation marks, backslashes or control characters
            raise msgspec.ValidationError(f"A field of an unknown name can't be kept: {error}") from error
        self.unknown, self._line, self._order = unknown, line, order
        self._read = msgspec.json.Decoder(self._order, strict=False).decode


def raw_order(raw: Raw) -> RawOrder:
    """The order, not read yet; of one that does not fit, as much as can be read."""
    found = summary(raw)
    if found is None:
        return RawOrder(raw, None, _legible_id(raw), _legible_instant(raw))
    return RawOrder(raw, found, str(found.id), _in_utc(found.last_modified))


def record(raw: bytes) -> Record | BadRecord:
    """One order read for itself, or why it is none."""
    return Reader().record(raw)


def stock_updates_as_written(order: Order) -> Raw | None:
    """The stock updates of an order, under whichever of its names they are; None if there are none."""
    for value in (order.stock_update, order.stock_updates, order.stock_update_in_requests):
        if value is not NOT_A_FIELD and bytes(value) not in MISSING:
            return value
    return None


def _stock_updates(order: Order) -> Sequence[StockUpdate]:
    written = stock_updates_as_written(order)
    if written is None:
        return ()
    try:
        return _stock_updates_in(bytes(written).replace(EMPTY_STRING, EMPTY_MARKER))
    except msgspec.DecodeError as error:
        raise msgspec.DecodeError(f"Stock updates: {error}") from error


def _stock_updates_in(text: bytes) -> list[StockUpdate]:
    if text[:1] == b"{" and not fields_of(StockUpdate).keys().isdisjoint(read_object(text)):  # one, not a map of them
        text = b"[%b]" % text
    try:
        return _read_stock_updates(text)
    except msgspec.ValidationError:
        return _read_stock_updates(normalize_value(text, list[StockUpdate] | None))


def summary(raw: bytes | Raw) -> Summary | None:
    """The summary of an order, also where the answer holds more; None if it does not fit."""
    try:
        return _read_summary(raw)
    except UNREADABLE:
        return _tidied_summary(raw)


def _tidied_summary(raw: bytes | Raw) -> Summary | None:
    try:
        return _read_summary(normalize(raw, Summary))
    except UNREADABLE:
        return None


def _legible_id(raw: bytes | Raw) -> str | None:
    try:
        return str(_read_id(raw).id)
    except UNREADABLE:
        return None


def _legible_instant(raw: bytes | Raw) -> datetime | None:
    try:
        return _in_utc(_read_instant(raw).last_modified)
    except UNREADABLE:
        return None


def _in_utc(instant: datetime | None) -> datetime | None:
    """The same instant in UTC; None for one that is no day of the calendar there."""
    try:
        return instant and instant.astimezone(UTC)
    except OverflowError:
        return None


def digest(raw: bytes | Raw) -> str:
    """A short name for the state of an order: equal texts have equal digests."""
    return blake2b(raw, digest_size=DIGEST_BYTES).hexdigest()

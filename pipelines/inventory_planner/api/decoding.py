"""Decode the JSON of an order, or give the reason why it is quarantined.

An order is decoded as it is; if that fails, it is normalized and decoded again. If it still does not match the structs,
it is decoded without the fields of an unexpected shape. An order becomes a `QuarantinedRecord` only if that can't be
done without losing its identity, a quantity or a cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final, Self

import msgspec
from msgspec import Raw, Struct

from inventory_planner.api.misfits import Misfits, fit, merge_misfits
from inventory_planner.api.normalization import mark_empty_strings, normalize
from inventory_planner.api.orders import Id, Instant, Order, StockUpdate, Summary
from inventory_planner.api.stock_updates import decode_stock_updates, fit_stock_updates
from inventory_planner.api.unknown_fields import OrderSchema

_DIGEST_BYTES: Final = 8  # 64 bits are enough: digests are compared only between states of one order
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)


class _OnlyId(Struct):
    id: Id


class _OnlyInstant(Struct):
    last_modified: Instant = None


_decode_documented = msgspec.json.Decoder(Order, strict=False).decode
_decode_summary = msgspec.json.Decoder(Summary, strict=False).decode
_decode_id = msgspec.json.Decoder(_OnlyId).decode
_decode_instant = msgspec.json.Decoder(_OnlyInstant).decode


@dataclass(frozen=True, slots=True)
class RawOrder:
    """An order as the API wrote it, identified but not decoded.

    `summary` is None if it can't be read, or does not show the status: the order may be in scope.
    """

    raw: Raw
    summary: Summary | None
    order_id: str | None
    last_modified: datetime | None

    @classmethod
    def from_json(cls, raw: Raw) -> Self:
        """Identify an order as far as its JSON can be read."""
        summary, misfits = _read_summary(raw)
        if summary is None:
            return cls(raw, None, _salvaged_id(raw), _salvaged_instant(raw))
        shown = None if "status" in misfits.get(0, ()) else summary
        return cls(raw, shown, str(summary.id), _in_utc(summary.last_modified))

    @property
    def digest(self) -> str:
        """The digest of the JSON, computed at each call."""
        return digest(self.raw)

    @property
    def key(self) -> str:
        """The id of the order, or its digest if it has no id."""
        return self.order_id or self.digest


@dataclass(frozen=True, slots=True)
class Record:
    """A decoded order and its JSON. The fields that its tables can't hold are kept in `_unknown_fields`, as written."""

    order: Order
    raw: bytes
    stock_updates: Sequence[StockUpdate] = ()
    misfits: Misfits | None = None

    @property
    def order_id(self) -> str:
        """The id of the order."""
        return str(self.order.id)


@dataclass(frozen=True, slots=True)
class QuarantinedRecord:
    """The JSON of an order that can't be decoded, and the reason."""

    raw: bytes
    reason: str

    @property
    def order_id(self) -> str | None:
        """The id of the order, if at least that can be read."""
        return _salvaged_id(self.raw)


class OrderDecoder:
    """Decodes orders, and learns the names of the fields that the structs do not list.

    The structs refuse unknown fields. A name that appears for the first time is added to extended structs, which decode
    all further orders, so unknown fields cost no time once they are known.
    """

    def __init__(self) -> None:
        self._schema = OrderSchema()
        self._decode = _decode_documented

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names of the unknown fields seen so far, such as `purchase-order.color` and `item.last_90_days_sales`."""
        return self._schema.unknown

    def decode(self, raw: bytes) -> Record | QuarantinedRecord:
        """Decode one order, or give the reason why it is quarantined."""
        try:
            raw.decode()  # msgspec does not check the encoding of JSON that it keeps as text
            order = self._decode_order(raw)
            record = Record(order, raw, decode_stock_updates(order))
        except _UNREADABLE:
            return self._decode_strange(raw)
        reason = _contradiction(order)
        return QuarantinedRecord(raw, reason) if reason else record

    def _decode_order(self, raw: bytes) -> Order:
        text = mark_empty_strings(raw)
        try:
            return self._decode(text)
        except msgspec.ValidationError:
            self._learn_fields(raw)
        try:
            return self._decode(text)
        except msgspec.ValidationError:
            return self._decode(normalize(raw, self._schema.order))

    def _decode_strange(self, raw: bytes) -> Record | QuarantinedRecord:
        """Decode an order without the fields of an unexpected shape."""
        try:
            text = _in_utf_8(raw)
            fitted, misfits = fit(text, self._schema.order)
            order = self._decode(fitted)
        except _UNREADABLE as error:
            return QuarantinedRecord(raw, str(error))
        stock_updates, others = fit_stock_updates(order)
        misfits = merge_misfits(misfits, others)
        reason = _contradiction(order, misfits)
        return QuarantinedRecord(raw, reason) if reason else Record(order, text, stock_updates, misfits or None)

    def _learn_fields(self, raw: bytes) -> None:
        schema = self._schema.extend(raw)
        if schema is not self._schema:
            self._schema = schema
            self._decode = msgspec.json.Decoder(schema.order, strict=False).decode


def decode_order(raw: bytes) -> Record | QuarantinedRecord:
    """Decode a single order, or give the reason why it is quarantined."""
    return OrderDecoder().decode(raw)


def read_summary(raw: bytes | Raw) -> Summary | None:
    """The summary of an order, which may have further fields; None if it can't be decoded."""
    return _read_summary(raw)[0]


def digest(raw: bytes | Raw) -> str:
    """A short hash of the state of an order: equal texts have equal digests."""
    return blake2b(raw, digest_size=_DIGEST_BYTES).hexdigest()


def _contradiction(order: Order, misfits: Misfits | None = None) -> str | None:
    if order.last_modified and not _in_utc(order.last_modified):
        return f"`last_modified` is outside the calendar in UTC: {order.last_modified}"
    if order.items is None and order.total_ordered:  # storing it would delete the lines that were read before
        return f"`items` is missing, but `total_ordered` is {order.total_ordered}"
    if order.items is None and misfits and "total_ordered" in misfits.get(0, ()):
        return "`items` is missing, and `total_ordered` can't be read"
    return None


def _read_summary(raw: bytes | Raw) -> tuple[Summary | None, Misfits]:
    try:
        return _decode_summary(raw), {}
    except _UNREADABLE:
        return _read_strange_summary(bytes(raw))


def _read_strange_summary(raw: bytes) -> tuple[Summary | None, Misfits]:
    try:
        text, misfits = fit(_in_utf_8(raw), Summary)
        return _decode_summary(text), misfits
    except _UNREADABLE:
        return None, {}


def _in_utf_8(raw: bytes) -> bytes:
    """The same JSON with the replacement character in place of bytes that are not UTF-8.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError: the JSON or the id can't be read.
    """
    try:
        raw.decode()
    except UnicodeDecodeError:
        _decode_id(raw)
        return raw.decode(errors="replace").encode()
    return raw


def _salvaged_id(raw: bytes | Raw) -> str | None:
    try:
        return str(_decode_id(raw).id)
    except _UNREADABLE:
        return None


def _salvaged_instant(raw: bytes | Raw) -> datetime | None:
    try:
        return _in_utc(_decode_instant(raw).last_modified)
    except _UNREADABLE:
        return None


def _in_utc(instant: datetime | None) -> datetime | None:
    """The instant in UTC; None if it lies outside the calendar there."""
    try:
        return instant and instant.astimezone(UTC)
    except OverflowError:
        return None

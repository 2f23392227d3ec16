"""Decode the stock updates of an order, which the API writes under three names and in several shapes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Raw

from inventory_planner.api.misfits import Misfits, fit_list
from inventory_planner.api.normalization import UNSET, decode_object, fields_of, mark_empty_strings, normalize_value
from inventory_planner.api.orders import ABSENT, Order, StockUpdate

_decode_list = msgspec.json.Decoder(list[StockUpdate], strict=False).decode


def raw_stock_updates(order: Order) -> Raw | None:
    """The stock updates of an order as written, under any of their three names; None if there are none."""
    for value in (order.stock_update, order.stock_updates, order.stock_update_in_requests):
        if value is not ABSENT and bytes(value) not in UNSET:
            return value
    return None


def name_of_stock_updates(order: Order) -> str:
    """The name under which `raw_stock_updates` finds them."""
    if raw_stock_updates(order) is order.stock_update:
        return "stock-update"
    return "stock_updates" if raw_stock_updates(order) is order.stock_updates else "stock_update"


def decode_stock_updates(order: Order) -> Sequence[StockUpdate]:
    """The stock updates of an order.

    Raises:
        msgspec.DecodeError: they can't be read.
    """
    raw = raw_stock_updates(order)
    if raw is None:
        return ()
    text = mark_empty_strings(bytes(raw))
    if text[:1] == b"{" and not fields_of(StockUpdate).keys().isdisjoint(decode_object(text)):
        text = b"[%b]" % text  # a single stock update, not an object of them
    return _decode_list_of_stock_updates(text)


def fit_stock_updates(order: Order) -> tuple[Sequence[StockUpdate], Misfits]:
    """The stock updates as far as they can be read, and the field that holds them if some can't."""
    try:
        return decode_stock_updates(order), {}
    except msgspec.DecodeError:
        fitted, misfits = fit_list(raw_stock_updates(order) or b"", StockUpdate, name_of_stock_updates(order))
        return _decode_list(fitted), misfits


def _decode_list_of_stock_updates(text: bytes) -> list[StockUpdate]:
    try:
        return _decode_list(text)
    except msgspec.ValidationError:
        return _decode_list(normalize_value(text, list[StockUpdate] | None))

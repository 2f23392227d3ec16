"""Separate the orders that the tables can hold from those that they can't.

A number or an instant outside of the range of its column is left out of its order, and kept as written in
`_unknown_fields`, unless the order must have it: see `misfits`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct

from inventory_planner.api.decoding import QuarantinedRecord, Record
from inventory_planner.api.misfits import Misfits, merge_misfits, must_be_readable
from inventory_planner.api.orders import StockUpdate
from inventory_planner.api.stock_updates import name_of_stock_updates
from inventory_planner.sync.columns import ValueOverflowError, fits
from inventory_planner.sync.order_rows import order_rows
from inventory_planner.warehouse.table import Table
from inventory_planner.warehouse.tables import PURCHASE_ORDER_ITEMS, PURCHASE_ORDER_STOCK_UPDATES, PURCHASE_ORDERS

_Struct = TypeVar("_Struct", bound=Struct)


def partition(
    records: Iterable[Record], account_id: str, synced_at: datetime
) -> tuple[list[Record], list[QuarantinedRecord]]:
    """The records that the tables can hold, and those that they can't, each with the reason."""
    fitting: list[Record] = []
    overflowing: list[QuarantinedRecord] = []
    for record in records:
        reduced = _without_overflow(record)
        try:
            order_rows([reduced], account_id, synced_at)
        except ValueOverflowError as error:
            overflowing.append(QuarantinedRecord(record.raw, str(error)))
        else:
            fitting.append(reduced)
    return fitting, overflowing


def _without_overflow(record: Record) -> Record:
    """The record without the values that its tables can't hold; the same one if they can hold all."""
    order, names = _emptied(record.order, PURCHASE_ORDERS)
    lines = [_emptied(line, PURCHASE_ORDER_ITEMS) for line in order.items or ()]
    stock_updates = [_emptied_update(each) for each in record.stock_updates]
    if any(overflows for _, overflows in stock_updates):
        names |= {name_of_stock_updates(order)}
    found: Misfits = {n: misfits for n, misfits in enumerate([names, *(each for _, each in lines)]) if misfits}
    if not found:
        return record
    order = msgspec.structs.replace(order, items=order.items and [line for line, _ in lines])
    misfits = merge_misfits(record.misfits or {}, found)
    return replace(record, order=order, stock_updates=[each for each, _ in stock_updates], misfits=misfits)


def _emptied(record: _Struct, table: Table) -> tuple[_Struct, frozenset[str]]:
    """The record with null in place of the values that don't fit, and the names of their fields."""
    names = {each.name: each.encode_name for each in msgspec.structs.fields(record)}
    needed = must_be_readable(type(record))
    overflowing = [
        column.field
        for column in table.columns
        if column.field and names[column.field] not in needed and not fits(column, getattr(record, column.field))
    ]
    if not overflowing:
        return record, frozenset()
    emptied = msgspec.structs.replace(record, **dict.fromkeys(overflowing))
    return emptied, frozenset(names[attribute] for attribute in overflowing)


def _emptied_update(update: StockUpdate) -> tuple[StockUpdate, bool]:
    items = [_emptied(item, PURCHASE_ORDER_STOCK_UPDATES) for item in update.items or ()]
    if not any(names for _, names in items):
        return update, False
    return msgspec.structs.replace(update, items=[item for item, _ in items]), True

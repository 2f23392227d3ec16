"""Convert records to rows: one Arrow table for each raw table of an order. Pure; tables are built column by column.

An order without rows in a table gets one row there with `_is_removed` set: it makes the merge delete the rows that the
order had before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import md5
from typing import Any, NamedTuple, TypeVar

import msgspec
import pyarrow as pa
from msgspec import Raw

from inventory_planner.api.decoding import QuarantinedRecord, Record
from inventory_planner.api.misfits import as_written
from inventory_planner.api.orders import Component, Connection, Line, Order, Receipt, StockUpdate, StockUpdateItem
from inventory_planner.api.stock_updates import raw_stock_updates
from inventory_planner.api.unknown_fields import unknown_fields, with_fields
from inventory_planner.sync.columns import Values, receipt_instant
from inventory_planner.sync.stamp import Computed, Stamp
from inventory_planner.warehouse.table import Table
from inventory_planner.warehouse.tables import (
    PURCHASE_ORDER_COMPONENTS,
    PURCHASE_ORDER_CONNECTIONS,
    PURCHASE_ORDER_ITEMS,
    PURCHASE_ORDER_RECEIPTS,
    PURCHASE_ORDER_STOCK_UPDATES,
    PURCHASE_ORDERS,
    QUARANTINE,
)

_Named = TypeVar("_Named", Line, Component)


class _StockUpdateEntry(NamedTuple):
    """An item of a stock update, with its position in the update and that of the update in its order."""

    order_id: str
    update_number: int
    update: StockUpdate
    entry: int
    item: StockUpdateItem


class _OrderLine(NamedTuple):
    """A line with its order, its key, its position, and the occurrence of its item in the order, from 1."""

    record: Record
    order_id: str
    line: Line
    item_id: str
    key: str
    line_number: int
    occurrence: int


def order_rows(records: Sequence[Record], account_id: str, synced_at: datetime) -> dict[str, pa.Table]:
    """The rows of all tables that belong to these orders, by table name. Each order may occur only once.

    Raises:
        ValueOverflowError: a number is too large for its column; `overflow.partition` finds the record.
    """
    orders = [record.order for record in records]
    lines = [line for record in records for line in _lines(record)]
    order_ids = [str(order.id) for order in orders]
    stamp = Stamp(account_id, synced_at, order_ids, any(record.misfits for record in records))
    parts = (
        _receipt_rows(lines, stamp),
        _component_rows(lines, stamp),
        _connection_rows(orders, stamp),
        _stock_update_rows(records, stamp),
    )
    tables = (_header_rows(records, stamp), _item_rows(lines, stamp), *parts)  # they keep what was rounded in the parts
    return {table.name: arrow for table, arrow in tables}


def quarantine_rows(
    records: Sequence[QuarantinedRecord], first: int, sync_id: str, stamp: tuple[str, datetime]
) -> pa.Table:
    """Quarantined records as rows; `first` is the position of the first one in its sync."""
    account_id, synced_at = stamp
    computed: Computed = {
        "sync_id": [sync_id] * len(records),
        "position": list(range(first, first + len(records))),
        "purchase_order_id": [each.order_id for each in records],
        "reason": [each.reason for each in records],
        "record": [each.raw.decode(errors="replace") for each in records],
        "_account_id": [account_id] * len(records),
        "__synced_at": [synced_at] * len(records),
    }
    return pa.table(
        [pa.array(computed[field.name], field.type) for field in QUARANTINE.schema], schema=QUARANTINE.schema
    )


def _header_rows(records: Sequence[Record], stamp: Stamp) -> tuple[Table, pa.Table]:
    orders = [record.order for record in records]
    places = ((record, 0, record.order_id) for record in records)
    computed: Computed = {
        "extra_reference": [
            order.reference2 if order.extra_reference in (None, "") else order.extra_reference for order in orders
        ],
        "stock_updates": [raw_stock_updates(order) for order in orders],
        "_unknown_fields": _unknown_fields(orders, places, stamp),
        "_deleted_at": [None] * len(orders),
    }
    return stamp.table(PURCHASE_ORDERS, orders, computed)


def _item_rows(lines: list[_OrderLine], stamp: Stamp) -> tuple[Table, pa.Table]:
    items = [each.line for each in lines]
    places = ((each.record, each.line_number, each.key) for each in lines)
    computed: Computed = {
        **_line_identity(lines),
        "line_number": [each.line_number for each in lines],
        "occurrence": [each.occurrence for each in lines],
        "_unknown_fields": _unknown_fields(items, places, stamp),
        "cost_price": [line.cost_price_as_documented if line.cost_price is None else line.cost_price for line in items],
    }
    return stamp.table(PURCHASE_ORDER_ITEMS, items, computed)


def _unknown_fields(
    things: Sequence[Order | Line], places: Iterable[tuple[Record, int, str]], stamp: Stamp
) -> Iterator[Raw | None]:
    """The unknown fields of orders or lines, with those that their columns can't hold.

    It is a generator because the columns of numbers, which come before this one, show which numbers were rounded.
    """
    if not (stamp.has_misfits or stamp.rounded):
        yield from map(unknown_fields, things)
        return
    for thing, (record, number, key) in zip(things, places, strict=True):
        unknown = unknown_fields(thing)
        misfits = (record.misfits or {}).get(number, frozenset()) | stamp.rounded.get(key, set())
        yield with_fields(unknown, as_written(record.raw, number, misfits)) if misfits else unknown


def _receipt_rows(lines: list[_OrderLine], stamp: Stamp) -> tuple[Table, pa.Table]:
    found = [
        (each, entry, receipt)
        for each in lines
        if each.line.received_history
        for entry, receipt in enumerate(each.line.received_history, start=1)
    ]
    receipts: list[Receipt] = [receipt for _, _, receipt in found]
    computed: Computed = {
        **_line_identity([each for each, _, _ in found]),
        "entry": [entry for _, entry, _ in found],
        "received_at": [receipt_instant(receipt.date) for receipt in receipts],
    }
    return stamp.table(PURCHASE_ORDER_RECEIPTS, receipts, computed)


def _component_rows(lines: list[_OrderLine], stamp: Stamp) -> tuple[Table, pa.Table]:
    found = [
        (each, occurrence, component)
        for each in lines
        if each.line.components
        for occurrence, component in _occurrences(each.line.components)
    ]
    computed: Computed = {
        **_line_identity([each for each, _, _ in found]),
        "occurrence": [occurrence for _, occurrence, _ in found],
    }
    return stamp.table(PURCHASE_ORDER_COMPONENTS, [component for _, _, component in found], computed)


def _connection_rows(orders: list[Order], stamp: Stamp) -> tuple[Table, pa.Table]:
    found = [
        (str(order.id), name, connection)
        for order in orders
        if order.connections
        for name, connection in _named(order.connections).items()
    ]
    computed: Computed = {
        "purchase_order_id": [order_id for order_id, _, _ in found],
        "connection": [name for _, name, _ in found],
    }
    return stamp.table(PURCHASE_ORDER_CONNECTIONS, [connection for _, _, connection in found], computed)


def _stock_update_rows(records: Sequence[Record], stamp: Stamp) -> tuple[Table, pa.Table]:
    found = [
        _StockUpdateEntry(record.order_id, update_number, update, entry, item)
        for record in records
        if record.stock_updates
        for update_number, update in enumerate(record.stock_updates, start=1)
        for entry, item in enumerate(update.items or (), start=1)
    ]
    computed: Computed = {
        "purchase_order_id": [each.order_id for each in found],
        "update_number": [each.update_number for each in found],
        "entry": [each.entry for each in found],
        "purchase_order_item_id": [each.item.id for each in found],
        "warehouse": [each.update.warehouse for each in found],
        "is_for_destination": [each.update.is_for_destination for each in found],
        "error": [_message(each.item.error) for each in found],
    }
    return stamp.table(PURCHASE_ORDER_STOCK_UPDATES, [each.item for each in found], computed)


def _lines(record: Record) -> Iterable[_OrderLine]:
    order_id = record.order_id
    for line_number, (occurrence, line) in enumerate(_occurrences(record.order.items or ()), start=1):
        item_id = str(line.id)
        yield _OrderLine(record, order_id, line, item_id, _key(order_id, item_id, occurrence), line_number, occurrence)


def _key(order_id: str, item_id: str, occurrence: int) -> str:
    """Daasity's key for the first line of an item in an order; later ones, which Daasity loses, get their own."""
    repeated = "" if occurrence == 1 else f"#{occurrence}"
    return md5(f"{order_id}{item_id}{repeated}".encode(), usedforsecurity=False).hexdigest()


def _occurrences(things: Iterable[_Named]) -> Iterable[tuple[int, _Named]]:
    """Each thing with its number among those of the same id, from 1."""
    seen: dict[str, int] = {}
    for thing in things:
        item_id = str(thing.id)
        seen[item_id] = occurrence = seen.get(item_id, 0) + 1
        yield occurrence, thing


def _named(connections: Iterable[Connection]) -> dict[str, Connection]:
    """Connections by name; one of two with the same name is the same connection written twice."""
    return {str(each.connection or each.connection_id or each.id or ""): each for each in connections}


def _line_identity(lines: list[_OrderLine]) -> dict[str, Values]:
    return {
        "key": [each.key for each in lines],
        "purchase_order_id": [each.order_id for each in lines],
        "purchase_order_item_id": [each.item_id for each in lines],
    }


def _message(error: Any) -> str | None:
    """The error as text; None if it is unset or false."""
    if not error:
        return None
    return error if isinstance(error, str) else msgspec.json.encode(error).decode()

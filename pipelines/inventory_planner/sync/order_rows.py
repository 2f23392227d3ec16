"""Convert records to rows: one Arrow table for each raw table of an order. Pure; tables are built column by column.

An order without rows in a table gets one row there with `_is_removed` set: it makes the merge delete the rows that the
order had before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5
from typing import Any, NamedTuple, TypeVar

import msgspec
import pyarrow as pa

from inventory_planner.api.decoding import QuarantinedRecord, Record, raw_stock_updates
from inventory_planner.api.orders import Component, Connection, Line, Order, Receipt, StockUpdate, StockUpdateItem
from inventory_planner.api.unknown_fields import unknown_fields
from inventory_planner.sync.columns import ValueOverflowError, Values, column_array, unix_instant
from inventory_planner.warehouse.tables import (
    FLAG,
    INSTANT,
    PURCHASE_ORDER_COMPONENTS,
    PURCHASE_ORDER_CONNECTIONS,
    PURCHASE_ORDER_ITEMS,
    PURCHASE_ORDER_RECEIPTS,
    PURCHASE_ORDER_STOCK_UPDATES,
    PURCHASE_ORDERS,
    QUARANTINE,
    TEXT,
    Table,
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

    order_id: str
    line: Line
    item_id: str
    key: str
    line_number: int
    occurrence: int


def order_rows(records: Sequence[Record], account_id: str, synced_at: datetime) -> dict[str, pa.Table]:
    """The rows of all tables that belong to these orders, by table name. Each order may occur only once.

    Raises:
        ValueOverflowError: a number is too large for its column; `partition` finds the record.
    """
    orders = [record.order for record in records]
    lines = [line for order in orders for line in _lines(order)]
    order_ids = [str(order.id) for order in orders]
    stamp = _Stamp(account_id, synced_at, order_ids)
    tables = (
        _header_rows(orders, stamp),
        _item_rows(lines, stamp),
        _receipt_rows(lines, stamp),
        _component_rows(lines, stamp),
        _connection_rows(orders, stamp),
        _stock_update_rows(records, stamp),
    )
    return {table.name: arrow for table, arrow in tables}


def partition(
    records: Iterable[Record], account_id: str, synced_at: datetime
) -> tuple[list[Record], list[QuarantinedRecord]]:
    """The records that the tables can hold, and those that they can't, each with the reason."""
    fitting: list[Record] = []
    overflowing: list[QuarantinedRecord] = []
    for record in records:
        try:
            order_rows([record], account_id, synced_at)
        except ValueOverflowError as error:
            overflowing.append(QuarantinedRecord(record.raw, str(error)))
        else:
            fitting.append(record)
    return fitting, overflowing


def quarantine_rows(
    records: Sequence[QuarantinedRecord], first: int, sync_id: str, stamp: tuple[str, datetime]
) -> pa.Table:
    """Quarantined records as rows; `first` is the position of the first one in its sync."""
    account_id, synced_at = stamp
    computed: dict[str, Values] = {
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


@dataclass(frozen=True, slots=True)
class _Stamp:
    account_id: str
    synced_at: datetime
    order_ids: list[str]

    def table(self, table: Table, records: Sequence[Any], computed: dict[str, Values]) -> tuple[Table, pa.Table]:
        """The table with a row for each record, the computed columns as given, and the stamp on every row."""
        removed = self._removal_rows(table, computed)
        stamp = self._columns(len(records), is_removed=False)
        arrays = [
            stamp[column.name] if column.name in stamp else column_array(column, records, computed)
            for column in table.columns
        ]
        return table, pa.concat_tables([pa.Table.from_arrays(arrays, schema=table.schema), removed])

    def _removal_rows(self, table: Table, computed: dict[str, Values]) -> pa.Table:
        """A row for each order without rows in this table: it makes the merge delete the old ones."""
        if "_is_removed" not in table.schema.names:
            return table.schema.empty_table()
        present = set(computed["purchase_order_id"])
        absent = [order_id for order_id in self.order_ids if order_id not in present]
        count = len(absent)
        values = {"purchase_order_id": pa.array(absent, TEXT), **self._columns(count, is_removed=True)}
        arrays = [values.get(field.name, pa.nulls(count, field.type)) for field in table.schema]
        return pa.Table.from_arrays(arrays, schema=table.schema)

    def _columns(self, count: int, *, is_removed: bool) -> dict[str, pa.Array]:
        return {
            "_account_id": pa.repeat(pa.scalar(self.account_id, TEXT), count),
            "__synced_at": pa.repeat(pa.scalar(self.synced_at, INSTANT), count),
            "_is_removed": pa.repeat(pa.scalar(is_removed, FLAG), count),
        }


def _header_rows(orders: list[Order], stamp: _Stamp) -> tuple[Table, pa.Table]:
    computed: dict[str, Values] = {
        "extra_reference": [order.extra_reference or order.reference2 for order in orders],
        "stock_updates": [raw_stock_updates(order) for order in orders],
        "_unknown_fields": [unknown_fields(order) for order in orders],
        "_deleted_at": [None] * len(orders),
    }
    return stamp.table(PURCHASE_ORDERS, orders, computed)


def _item_rows(lines: list[_OrderLine], stamp: _Stamp) -> tuple[Table, pa.Table]:
    items = [each.line for each in lines]
    computed: dict[str, Values] = {
        **_line_identity(lines),
        "line_number": [each.line_number for each in lines],
        "occurrence": [each.occurrence for each in lines],
        "_unknown_fields": [unknown_fields(line) for line in items],
        "cost_price": [line.cost_price_as_documented if line.cost_price is None else line.cost_price for line in items],
    }
    return stamp.table(PURCHASE_ORDER_ITEMS, items, computed)


def _receipt_rows(lines: list[_OrderLine], stamp: _Stamp) -> tuple[Table, pa.Table]:
    found = [
        (each, entry, receipt)
        for each in lines
        if each.line.received_history
        for entry, receipt in enumerate(each.line.received_history, start=1)
    ]
    receipts: list[Receipt] = [receipt for _, _, receipt in found]
    computed: dict[str, Values] = {
        **_line_identity([each for each, _, _ in found]),
        "entry": [entry for _, entry, _ in found],
        "received_at": [unix_instant(receipt.date) for receipt in receipts],
    }
    return stamp.table(PURCHASE_ORDER_RECEIPTS, receipts, computed)


def _component_rows(lines: list[_OrderLine], stamp: _Stamp) -> tuple[Table, pa.Table]:
    found = [
        (each, occurrence, component)
        for each in lines
        if each.line.components
        for occurrence, component in _occurrences(each.line.components)
    ]
    computed: dict[str, Values] = {
        **_line_identity([each for each, _, _ in found]),
        "occurrence": [occurrence for _, occurrence, _ in found],
    }
    return stamp.table(PURCHASE_ORDER_COMPONENTS, [component for _, _, component in found], computed)


def _connection_rows(orders: list[Order], stamp: _Stamp) -> tuple[Table, pa.Table]:
    found = [
        (str(order.id), name, connection)
        for order in orders
        if order.connections
        for name, connection in _named(order.connections).items()
    ]
    computed: dict[str, Values] = {
        "purchase_order_id": [order_id for order_id, _, _ in found],
        "connection": [name for _, name, _ in found],
    }
    return stamp.table(PURCHASE_ORDER_CONNECTIONS, [connection for _, _, connection in found], computed)


def _stock_update_rows(records: Sequence[Record], stamp: _Stamp) -> tuple[Table, pa.Table]:
    found = [
        _StockUpdateEntry(record.order_id, update_number, update, entry, item)
        for record in records
        if record.stock_updates
        for update_number, update in enumerate(record.stock_updates, start=1)
        for entry, item in enumerate(update.items or (), start=1)
    ]
    computed: dict[str, Values] = {
        "purchase_order_id": [each.order_id for each in found],
        "update_number": [each.update_number for each in found],
        "entry": [each.entry for each in found],
        "purchase_order_item_id": [each.item.id for each in found],
        "warehouse": [each.update.warehouse for each in found],
        "is_for_destination": [each.update.is_for_destination for each in found],
        "error": [_message(each.item.error) for each in found],
    }
    return stamp.table(PURCHASE_ORDER_STOCK_UPDATES, [each.item for each in found], computed)


def _lines(order: Order) -> Iterable[_OrderLine]:
    order_id = str(order.id)
    for line_number, (occurrence, line) in enumerate(_occurrences(order.items or ()), start=1):
        item_id = str(line.id)
        yield _OrderLine(order_id, line, item_id, _key(order_id, item_id, occurrence), line_number, occurrence)


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

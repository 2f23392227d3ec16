"""The lower bound: fetch, decode and insert the same columns of the same pages, and nothing else.

It finds no changes, quarantines nothing, keeps no state and merges nothing: it does what any loader of these columns
must do, written for speed. The columns are those of our tables, with exact decimals.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Any

import duckdb
import httpx
import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from inventory_planner.api import orders as api_orders
from inventory_planner.warehouse import tables
from inventory_planner.warehouse.table import FLAG, INSTANT, JSON, MONEY, QUANTITY, TEXT, Table

LIMIT = 1000
UNREAD = msgspec.Raw(b"")
NUMBERS_WRITTEN_AS_TEXT = {"min_budget", "min_quantity"}  # `""` where they are not set
KINDS: dict[pa.DataType, Any] = {
    TEXT: str | int | None,
    QUANTITY: int | Decimal | None,
    MONEY: int | Decimal | None,
    FLAG: bool | None,
    INSTANT: datetime | None,
    JSON: msgspec.Raw,
}
TABLES = (tables.PURCHASE_ORDERS, tables.PURCHASE_ORDER_ITEMS, tables.PURCHASE_ORDER_RECEIPTS)
KEYED = "* replace (md5(purchase_order_id || purchase_order_item_id) as key)"


def _struct(record: type[msgspec.Struct], table: Table, *parts: tuple[str, Any, Any]) -> type[msgspec.Struct]:
    """A struct of those keys that become columns."""
    types = {"id": TEXT, **{column.field or column.name: column.type for column in table.columns}}
    fields = [
        (each.name, kind, msgspec.field(name=each.encode_name, default=UNREAD if kind is msgspec.Raw else None))
        for each in msgspec.structs.fields(record)
        if each.name in types
        for kind in [msgspec.Raw if each.name in NUMBERS_WRITTEN_AS_TEXT else KINDS[types[each.name]]]
    ]
    return msgspec.defstruct(record.__name__, [*fields, *parts], gc=False)


Receipt = _struct(api_orders.Receipt, tables.PURCHASE_ORDER_RECEIPTS)
Line: Any = _struct(api_orders.Line, tables.PURCHASE_ORDER_ITEMS, ("received_history", list[Receipt], ()))
Order: Any = _struct(api_orders.Order, tables.PURCHASE_ORDERS, ("items", list[Line], ()))


class Meta(msgspec.Struct):
    total: int


class Page(msgspec.Struct):
    meta: Meta
    orders: list[Order] = msgspec.field(name="purchase-orders")


def main() -> None:
    url, api_key, account_id, folder = sys.argv[1:]
    gc.disable()
    decode = msgspec.json.Decoder(Page, strict=False).decode
    headers = {"Authorization": api_key, "Account": account_id}
    pages: list[tuple[pa.Table, ...]] = []
    with httpx.Client(base_url=url, headers=headers) as client:
        read, total = 0, 1
        while read < total:
            answer = client.get("/api/v1/purchase-orders", params={"limit": LIMIT, "page": read // LIMIT})
            page = decode(answer.content)
            pages.append(_rows(page.orders, account_id))
            read, total = read + len(page.orders), page.meta.total
    with duckdb.connect(Path(folder) / "lower_bound.duckdb") as database:
        for table, arrows in zip(TABLES, zip(*pages, strict=True), strict=True):
            rows = database.from_arrow(pa.concat_tables(arrows))
            keyed = rows.project(KEYED) if "key" in table.schema.names else rows
            keyed.create(table.name)


def _rows(orders: list[Any], account_id: str) -> tuple[pa.Table, ...]:
    lines = [(order, line) for order in orders for line in order.items]
    receipts = [
        (*each, number, receipt) for each in lines for number, receipt in enumerate(each[1].received_history, 1)
    ]
    order_columns = {"purchase_order_id": [order.id for order in orders]}
    line_columns = {
        "purchase_order_id": [order.id for order, _ in lines],
        "purchase_order_item_id": [line.id for _, line in lines],
        "line_number": [number for order in orders for number in range(1, len(order.items) + 1)],
        "occurrence": [1] * len(lines),
    }
    receipt_columns = {
        "purchase_order_id": [order.id for order, *_ in receipts],
        "purchase_order_item_id": [line.id for _, line, *_ in receipts],
        "entry": [number for _, _, number, _ in receipts],
    }
    things = (orders, [line for _, line in lines], [receipt for *_, receipt in receipts])
    computed = (order_columns, line_columns, receipt_columns)
    return tuple(
        _arrow(table, records, columns, account_id)
        for table, records, columns in zip(TABLES, things, computed, strict=True)
    )


def _arrow(table: Table, things: Sequence[Any], computed: dict[str, list[Any]], account_id: str) -> pa.Table:
    fixed = {"_account_id": account_id, "__synced_at": datetime.now(UTC), "_is_removed": False}
    arrays = []
    for column in table.columns:
        name = column.field or column.name
        if column.name in computed:
            arrays.append(pa.array(computed[column.name], column.type))
        elif column.name in fixed:
            arrays.append(pa.repeat(pa.scalar(fixed[column.name], column.type), len(things)))
        elif column.name == "received_at":
            arrays.append(pa.array([receipt.date for receipt in things], pa.timestamp("s", "UTC")).cast(column.type))
        elif things and hasattr(things[0], name):
            arrays.append(_array(list(map(attrgetter(name), things)), column))
        else:
            arrays.append(pa.nulls(len(things), column.type))
    return pa.Table.from_arrays(arrays, schema=table.schema)


def _array(values: list[Any], column: tables.Column) -> pa.Array:
    if column.name in NUMBERS_WRITTEN_AS_TEXT:
        values = [None if bytes(value) in (b"", b'""') else Decimal(str(value, "ascii")) for value in values]
    elif column.type == JSON:
        return pa.array([bytes(value) or None for value in values], pa.large_binary()).cast(column.type)
    elif column.type == TEXT and isinstance(values[0], int):
        return pa.array(values).cast(column.type)
    try:
        return pa.array(values, column.type)
    except pa.ArrowInvalid:  # the noise of a float: more decimals than the column has
        return pc.round(pa.array(map(_decimal, values)), column.type.scale, "half_to_even").cast(column.type)


def _decimal(value: int | Decimal | None) -> Decimal | None:
    return value if value is None else Decimal(value)


if __name__ == "__main__":
    main()

"""The rows that the warehouse must hold, derived from an account's orders independently of the package.

It shares no code with the package: plain Python over the JSON of the orders, one dict for each row.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import md5
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]
Rows = dict[str, list[Row]]

RENAMED = {
    "purchase_orders": {
        "purchase_order_id": ("id",),
        "purchase_order_number": ("reference",),
        "vendor_name": ("vendor_display_name",),
        "source_name": ("source_display_name",),
        "extra_reference": ("extra_reference", "reference2"),
        "stock_updates": ("stock-update", "stock_updates", "stock_update"),
        "add_my_skus": ("addMySKUs",),
        "add_vendor_skus": ("addVendorSKUs",),
        "add_barcodes": ("addBarcodes",),
        "add_categories": ("addCategories",),
        "add_fnskus": ("addFNSKUs",),
        "add_asins": ("addASINs",),
        "use_titles_as_vendor_name": ("useTitlesAsVendorName",),
    },
    "purchase_order_items": {"cost_price": ("cost_price", "cost price")},
    "purchase_order_receipts": {},
    "purchase_order_components": {"component_id": ("id",)},
    "purchase_order_connections": {"connected_order_id": ("id",), "connected_order_reference": ("reference",)},
    "purchase_order_stock_updates": {"purchase_order_item_id": ("id",)},
}
JSON_COLUMNS = {
    *("source_address", "tax_info", "custom_fields", "accounting_connections", "bundles", "details", "history"),
    *("stock_updates", "cost_price_list", "attributes", "messages", "edited"),
    "_unknown_fields",
}
NOT_COMPARED = {"__synced_at", "_is_removed", "_account_id"}


def expected(orders: Iterable[Row], types: dict[str, dict[str, str]]) -> Rows:
    """All rows of an account; `types` gives the type of each column of each table."""
    rows: Rows = {name: [] for name in RENAMED}
    for order in orders:
        for table, thing, computed in _things(order):
            rows[table].append(_row(table, thing, computed, types[table]))
    return {table: sorted_rows(found) for table, found in rows.items()}


def actual(warehouse: Path, account_id: str = "a1000") -> Rows:
    """All rows of an account that the warehouse holds, except those of deleted orders."""
    with duckdb.connect(warehouse) as connection:
        return {table: sorted_rows(_read(connection, table, account_id)) for table in RENAMED}


def column_types(warehouse: Path) -> dict[str, dict[str, str]]:
    """The type of each column of each table."""
    with duckdb.connect(warehouse) as connection:
        found = connection.execute(
            "select table_name, column_name, data_type from information_schema.columns"
            " where table_schema = 'inventory_planner'"
        ).fetchall()
    return {table: {column: kind for name, column, kind in found if name == table} for table in RENAMED}


def assert_equal(warehouse: Path, orders: Iterable[Row], account_id: str = "a1000") -> None:
    """Assert that every row of every table is what the account says, and that there is no other row.

    The file may be open in this process; it is opened with the same configuration.
    """
    should, does = expected(orders, column_types(warehouse)), actual(warehouse, account_id)
    for table in RENAMED:
        assert does[table] == should[table], table


def _things(order: Row) -> Iterator[tuple[str, Row, Row]]:
    order_id = str(order["id"])
    yield "purchase_orders", order, {"_deleted_at": None}
    for connection in order.get("connections") or []:
        name = connection.get("connection") or connection.get("connection_id") or connection.get("id")
        yield "purchase_order_connections", connection, {"purchase_order_id": order_id, "connection": str(name)}
    yield from _stock_updates(order)
    seen: Counter[str] = Counter()
    for number, line in enumerate(order.get("items") or [], start=1):
        item_id = str(line["id"])
        seen[item_id] += 1
        suffix = f"#{seen[item_id]}" if seen[item_id] > 1 else ""
        identity = {
            "key": md5(f"{order_id}{item_id}{suffix}".encode(), usedforsecurity=False).hexdigest(),
            "purchase_order_id": order_id,
            "purchase_order_item_id": item_id,
        }
        yield "purchase_order_items", line, {**identity, "line_number": number, "occurrence": seen[item_id]}
        yield from _parts(line, identity)


def _stock_updates(order: Row) -> Iterator[tuple[str, Row, Row]]:
    names = RENAMED["purchase_orders"]["stock_updates"]
    pushed = next((order[name] for name in names if order.get(name)), [])
    for update_number, update in enumerate([pushed] if "items" in pushed else pushed, start=1):
        place = {
            "purchase_order_id": str(order["id"]),
            "update_number": update_number,
            "warehouse": None if _is_unset(update.get("wh")) else str(update["wh"]),
            "is_for_destination": None if _is_unset(update.get("forDst")) else bool(update["forDst"]),
        }
        for entry, item in enumerate(update.get("items") or [], start=1):
            yield "purchase_order_stock_updates", item, {**place, "entry": entry}


def _parts(line: Row, identity: Row) -> Iterator[tuple[str, Row, Row]]:
    for entry, receipt in enumerate(line.get("received_history") or [], start=1):
        at = datetime.fromtimestamp(int(receipt["date"]), UTC)
        yield "purchase_order_receipts", receipt, {**identity, "entry": entry, "received_at": at}
    seen: Counter[str] = Counter()
    for component in line.get("components") or []:
        seen[str(component["id"])] += 1
        yield "purchase_order_components", component, {**identity, "occurrence": seen[str(component["id"])]}


def _row(table: str, thing: Row, computed: Row, types: dict[str, str]) -> Row:
    row = {}
    for column, kind in types.items():
        if column in NOT_COMPARED:
            continue
        keys = RENAMED[table].get(column, (column,))
        written = [thing[key] for key in keys if not _is_unset(thing.get(key))]
        row[column] = computed[column] if column in computed else _value(column, kind, written)
    return row


def _is_unset(value: Any) -> bool:
    return value is None or (isinstance(value, (str, list, dict)) and not value)


def _value(column: str, kind: str, written: list[Any]) -> Any:
    if not written:
        return None
    value = written[0]
    if column in JSON_COLUMNS:
        return _plain(value)
    if kind.startswith("DECIMAL"):
        return round(Decimal(str(value)), int(kind.rstrip(")").split(",")[1]))
    if kind.startswith("TIMESTAMP"):
        return datetime.fromisoformat(value).astimezone(UTC)
    return bool(value) if kind == "BOOLEAN" else str(value)


def _plain(value: Any) -> Any:
    return _listed(json.loads(json.dumps(value, default=float), parse_float=float))


def _listed(value: Any) -> Any:
    """JSON with every list as a list, also one that was written as an object with the positions as its keys."""
    if isinstance(value, list):
        return [_listed(member) for member in value]
    if not isinstance(value, dict):
        return value
    is_list = value and list(value) == [str(position) for position in range(len(value))]
    return [_listed(member) for member in value.values()] if is_list else {key: _listed(value[key]) for key in value}


def _read(connection: duckdb.DuckDBPyConnection, table: str, account_id: str) -> list[Row]:
    connection.execute("set timezone = 'UTC'")
    is_deleted = "purchase_order_id in (select purchase_order_id from inventory_planner.purchase_orders where"
    found = connection.execute(
        f"select * from inventory_planner.{table} where _account_id = $1"
        f" and not {is_deleted} _account_id = $1 and _deleted_at is not null)",
        [account_id],
    )
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    return [comparable(row) for row in rows]


def comparable(row: Row) -> Row:
    """A stored row without the columns that depend on when it was loaded, its JSON parsed."""
    return {name: _parsed(name, row[name]) for name in row if name not in NOT_COMPARED}


def _parsed(name: str, value: Any) -> Any:
    return _listed(json.loads(value)) if name in JSON_COLUMNS and value is not None else value


def sorted_rows(rows: list[Row]) -> list[Row]:
    """Rows in an order that does not depend on how they were stored."""
    order = ("purchase_order_id", "key", "update_number", "entry", "component_id", "connection", "occurrence")
    return sorted(rows, key=lambda row: [str(row.get(name, "")) for name in order])

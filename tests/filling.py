"""Fill a warehouse with orders, and its marts, without an API, dlt and dbt, which take longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from inventory_planner.api.decoding import Record, decode_order
from inventory_planner.sync.order_rows import order_rows
from inventory_planner.warehouse.table import SCHEMA, Table
from inventory_planner.warehouse.tables import TABLES
from inventory_planner.warehouse.warehouse import Warehouse
from orders import raw

SYNCED_AT = datetime(2024, 6, 30, tzinfo=UTC)


def fill(warehouse: Path, accounts: Mapping[str, Sequence[dict[str, Any]]], synced_at: datetime = SYNCED_AT) -> None:
    """Create the raw tables with the orders of these accounts."""
    written = tuple((account_id, tuple(map(raw, orders))) for account_id, orders in accounts.items())
    warehouse.write_bytes(_filled(written, synced_at))


@lru_cache(maxsize=32)  # most tests begin with the same few orders, and a file with them takes a fifth of a second
def _filled(accounts: tuple[tuple[str, tuple[bytes, ...]], ...], synced_at: datetime) -> bytes:
    filled = [_rows(account_id, orders, synced_at) for account_id, orders in accounts]
    with TemporaryDirectory() as folder:
        warehouse = Path(folder) / "warehouse.duckdb"
        with duckdb.connect(warehouse, config={"threads": 1}) as connection:
            connection.execute(f"begin transaction; create schema {SCHEMA}")
            for table in TABLES:
                arrow = pa.concat_tables(
                    [table.schema.empty_table(), *(rows[table.name] for rows in filled if table.name in rows)]
                )
                connection.from_arrow(arrow).create(f"{SCHEMA}.{table.name}")
            connection.execute("commit")
        return warehouse.read_bytes()


def fill_catalog(warehouse: Path, rows: Mapping[Table, Sequence[dict[str, Any]]]) -> None:
    """Add rows to the raw tables of the catalog; a column that a row leaves out is null."""
    with duckdb.connect(warehouse) as connection:
        for table, own_rows in rows.items():
            stamped = [{"__synced_at": SYNCED_AT, **row} for row in own_rows]
            connection.from_arrow(pa.Table.from_pylist(stamped, table.schema)).insert_into(f"{SCHEMA}.{table.name}")


def fill_marts(warehouse: Warehouse, *_: object) -> str:
    """In place of dbt: build only what a build counts, the orders of each account."""
    marts = warehouse.engine.build_schema
    warehouse.execute(f"drop schema if exists {marts} cascade")
    warehouse.execute(f"create schema {marts}")
    warehouse.execute(
        f"create table {marts}.purchase_orders as select _account_id as account_id"
        f" from {SCHEMA}.purchase_orders where _deleted_at is null"
    )
    warehouse.close()
    return ""


def _rows(account_id: str, orders: Sequence[bytes], synced_at: datetime) -> dict[str, pa.Table]:
    records = [decode_order(each) for each in orders]
    assert not [each for each in records if not isinstance(each, Record)]
    rows = order_rows([each for each in records if isinstance(each, Record)], account_id, synced_at)
    return {name: _without_removals(table) for name, table in rows.items()}


def _without_removals(table: pa.Table) -> pa.Table:
    return table.filter(pc.invert(table["_is_removed"])) if "_is_removed" in table.column_names else table

"""Move a warehouse from DuckDB to PostgreSQL: what only it holds is copied, and compared row by row.

Snapshots and logs come first, dlt's state last: whatever is left by a kill, a run on it loses no history and does
nothing twice, and a second move completes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final

from inventory_planner.errors import LoadError
from inventory_planner.warehouse.duckdb import DuckDb
from inventory_planner.warehouse.engine import Connection
from inventory_planner.warehouse.postgres import Postgres, copy_rows
from inventory_planner.warehouse.postgres_connection import PostgresConnection
from inventory_planner.warehouse.table import SCHEMA
from inventory_planner.warehouse.tables import DELIVERIES, LOGS, ORDERS_TABLE, SYNCS, WRITES

SNAPSHOTS: Final = "snapshots"
BATCH_ROWS: Final = 50_000
_DLT: Final = "_dlt_"
_LEFT_OUT: Final = frozenset({"_build_record"})  # the next run builds there
_TYPES: Final = {"DOUBLE": "double precision", "HUGEINT": "numeric(38, 0)"}  # others have the same name
# What tells whose history a warehouse holds: each run adds to the first or the second of these.
_KEYS: Final = {
    f"{SCHEMA}.{SYNCS.name}": "sync_id",
    ORDERS_TABLE: "_account_id, purchase_order_id, __synced_at",
    f"{SCHEMA}.{WRITES.name}": "write_id",
    f"{SCHEMA}.{DELIVERIES.name}": "delivery_id",
}
_COLUMNS: Final = """
    select table_schema || '.' || table_name, column_name, data_type, is_nullable
    from information_schema.columns
    where table_schema in (?, ?)
    order by table_schema, table_name, ordinal_position
"""

Digest = tuple[int, int]  # the number of rows, and the sum of their hashes


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str
    is_nullable: bool


def move(source: DuckDb, target: Postgres, on_table: Callable[[str, int], None]) -> dict[str, int]:
    """Copy the warehouse; return the number of rows of each table.

    Args:
        source: what to copy; it stays as it is.
        target: where to copy it. Tables that an interrupted move has left are replaced.
        on_table: called with the name and the rows of each table that was copied.

    Raises:
        LoadError: there is nothing to move, the target has other orders, or a copy differs.
        AnotherRunError: a run is in progress on either.
    """
    if not source.exists():
        raise LoadError(f"There is nothing to move: {source.name} does not exist.")
    with target.lock("move"), closing(source.connect(read_only=True)) as old:
        try:
            with closing(target.connect()) as new:
                return _move(old, new, target.name, on_table)
        except (source.driver_error, target.driver_error) as error:
            reason = target.explain(error) or source.explain(error) or str(error)
            raise LoadError(f"{reason} What was moved stays; run the same command again to complete it.") from error


def _move(old: Connection, new: Any, target: str, on_table: Callable[[str, int], None]) -> dict[str, int]:
    tables = _tables(old)
    _refuse_others(old, new, tables, target)
    for schema in (SCHEMA, SNAPSHOTS):
        new.execute(f"create schema if not exists {schema}")
    counts = {}
    for name in sorted(tables, key=_rank):
        counts[name] = _copy(old, new, name, tables[name])
        on_table(name, counts[name])
    return counts


def _tables(connection: Connection) -> dict[str, list[_Column]]:
    found = connection.execute(_COLUMNS, [SCHEMA, SNAPSHOTS]).fetchall()
    tables = {
        name: [_Column(column, type_, is_nullable == "YES") for _, column, type_, is_nullable in columns]
        for name, columns in groupby(found, key=lambda row: row[0])
    }
    return {name: columns for name, columns in tables.items() if name.split(".")[1] not in _LEFT_OUT}


def _rank(name: str) -> tuple[int, str]:
    """Snapshots, then logs, then the other tables, then dlt's."""
    schema, table = name.split(".")
    if schema == SNAPSHOTS:
        return 0, name
    if table in {log.name for log in LOGS}:
        return 1, name
    return (3 if table.startswith(_DLT) else 2), name


def _refuse_others(old: Connection, new: Connection, tables: Iterable[str], target: str) -> None:
    """Refuse to replace what another warehouse has, or what a run has added since an earlier move.

    Raises:
        LoadError: the target has such rows.
    """
    for name, key in _KEYS.items():
        if new.execute("select to_regclass(?) is null", [name]).fetchall() == [(True,)]:
            continue
        query = f"select {key} from {name}"
        ours = set(map(_normalized, old.execute(query).fetchall())) if name in tables else set()
        others = len(set(map(_normalized, new.execute(query).fetchall())) - ours)
        if others:
            raise LoadError(
                f"{target} has {others:,} rows in {name} that this warehouse doesn't have; moving would lose them. Move"
                " to another database, or drop the schemas inventory_planner and snapshots there."
            )


def _copy(old: Connection, new: Any, name: str, columns: list[_Column]) -> int:
    """Replace a table in one transaction, which is only committed if it has the same rows.

    Raises:
        LoadError: it has not.
    """
    definition = ", ".join(
        f"{column.name} {_TYPES.get(column.type, column.type)}{'' if column.is_nullable else ' not null'}"
        for column in columns
    )
    # PostgreSQL has no text with a NUL character in it.
    values = ", ".join(
        f"replace({column.name}, chr(0), '') as {column.name}" if column.type == "VARCHAR" else column.name
        for column in columns
    )
    query = f"select {values} from {name}"
    new.execute("begin")
    try:
        new.execute(f"drop table if exists {name} cascade")  # with dbt's views on it, which the next run makes
        new.execute(f"create table {name} ({definition})")
        for batch in old.execute(query).to_arrow_reader(BATCH_ROWS):
            copy_rows(new, name, batch)
        count = _confirm_same(name, _rows(old, query), _rows(new, f"select * from {name}"))
    except BaseException:
        new.execute("rollback")
        raise
    new.execute("commit")
    return count


def _confirm_same(name: str, before: Iterable[tuple[Any, ...]], after: Iterable[tuple[Any, ...]]) -> int:
    """The number of rows of both.

    Raises:
        LoadError: they differ.
    """
    old, new = _digest(before), _digest(after)
    if old != new:
        raise LoadError(f"The copy of {name} differs: {old[0]:,} rows before, {new[0]:,} after. Run again.")
    return old[0]


def _rows(connection: Any, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows, of PostgreSQL not all at once."""
    if isinstance(connection, PostgresConnection):
        with connection.native.cursor(name="rows") as cursor:
            yield from cursor.execute(query.encode())
        return
    result = connection.execute(query)
    while batch := result.fetchmany(BATCH_ROWS):
        yield from batch


def _digest(rows: Iterable[tuple[Any, ...]]) -> Digest:
    """The same for the same rows, in whatever order."""
    count = total = 0
    for row in rows:
        count += 1
        total += int.from_bytes(hashlib.blake2b(repr(_normalized(row)).encode(), digest_size=16).digest())
    return count, total


def _normalized(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row with its instants in one time zone, however the driver has them."""
    return tuple(
        value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo is not None else value for value in row
    )

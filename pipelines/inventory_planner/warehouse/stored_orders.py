"""What `warehouse.duckdb` holds already, asked of DuckDB itself; rows come into it through dlt only (`load`)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import wraps
from typing import ParamSpec, TypeVar

import duckdb
import pyarrow as pa
from duckdb import ColumnExpression, ConstantExpression
from msgspec import Raw

from inventory_planner.data_folder import Folder
from inventory_planner.errors import LoadError, MemoryLimitError
from inventory_planner.warehouse.tables import MERGED_TABLES, PURCHASE_ORDERS, QUARANTINE, SCHEMA

ORDERS = f"{SCHEMA}.{PURCHASE_ORDERS.name}"
SET_ASIDE = f"{SCHEMA}.{QUARANTINE.name}"
GENEROUS = "set timezone = 'UTC'; set threads = 1"  # more threads take memory, and no less time
# More memory DuckDB would fill with what is written already; it handles 2,048 rows at once, and few are too heavy.
FRUGAL = f"{GENEROUS}; set memory_limit = '96MB'"

LOCKED = re.compile("set lock on file|used by another process")  # the second by Windows

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells, without reading an order whole, that it has changed."""

    last_modified: datetime | None
    status: str | None
    total_ordered: Decimal | None
    total_received: Decimal | None


@dataclass(frozen=True, slots=True)
class KnownOrders:
    """The orders of an account that the warehouse holds, by id.

    `gone` are those marked as deleted, `aside` those with a record that was set aside.
    """

    present: dict[str, Fingerprint]
    gone: frozenset[str]
    aside: frozenset[str]


@contextmanager
def warehouse(folder: Folder) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for as long as the block lasts; instants come in UTC.

    Raises:
        MemoryLimitError: DuckDB needs more memory than is usual.
        LoadError: DuckDB can't open the file, or can't do what is asked of it.
    """
    try:
        with duckdb.connect(folder.warehouse) as connection:
            connection.execute(GENEROUS if folder.is_heavy else FRUGAL)
            yield connection
    except duckdb.Error as error:
        if is_shortage(error):
            raise shortage(folder, error) from error
        raise LoadError(f"Can't use {folder.warehouse}: {error}. {_advice(folder, error)}") from error


def _advice(folder: Folder, error: duckdb.Error) -> str:
    if LOCKED.search(str(error)):
        return (
            f"Another program has it open: close it there. The file is for this tool alone; read {folder.analytics}"
            " instead."
        )
    return (
        "If it is damaged, put a copy of it in its place; the next run goes on from what the copy holds. Without a copy"
        " move it away: the next run reads all orders anew, and only what `snapshots` knew of earlier states is lost."
    )


def is_shortage(error: BaseException) -> bool:
    """Whether DuckDB ran out of memory; an error of any class can say so, a failed commit has one of its own."""
    return isinstance(error, duckdb.Error) and "memory_limit" in str(error)


def shortage(folder: Folder, error: BaseException) -> LoadError:
    """What to raise when DuckDB runs out of memory; if it was for our limit, the folder has none from now on."""
    if folder.is_heavy:
        what = str(error).splitlines()[0]
        return LoadError(
            f"The orders of this account need more memory than there is: run it where there is more. ({what})"
        )
    folder.note_heavy()
    return MemoryLimitError(
        "The orders of this account need more memory than most. From now on DuckDB has all there is: run this again."
    )


def with_enough_memory(step: Callable[P, T]) -> Callable[P, T]:
    """The step, which is taken again where it needs more memory than is usual; it must bear that."""

    @wraps(step)
    def taken(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return step(*args, **kwargs)
        except MemoryLimitError:
            log.info("The orders of this account need more memory than most: once more, with all there is.")
            return step(*args, **kwargs)

    return taken


def has_tables(folder: Folder) -> bool:
    """Whether all tables that dlt fills are there."""
    if not folder.warehouse.exists():
        return False
    with warehouse(folder) as connection:
        return len(_tables(connection)) == len(MERGED_TABLES)


def stored_ids(folder: Folder, account_id: str) -> set[str]:
    """The ids of the orders that any table has a row of, be it what a killed run has left."""
    if not folder.warehouse.exists():
        return set()
    with warehouse(folder) as connection:
        found = [
            _of_account(connection, table, account_id).project("purchase_order_id").distinct().fetchall()
            for table in _tables(connection)
        ]
    return {order_id for rows in found for (order_id,) in rows}


def _of_account(connection: duckdb.DuckDBPyConnection, table: str, account_id: str) -> duckdb.DuckDBPyRelation:
    return connection.table(table).filter(ColumnExpression("_account_id") == ConstantExpression(account_id))


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        "select table_name from information_schema.tables where table_schema = ? and table_name in ?",
        [SCHEMA, [table.name for table in MERGED_TABLES]],
    ).fetchall()
    return [f"{SCHEMA}.{name}" for (name,) in found]


def known_orders(folder: Folder, account_id: str) -> KnownOrders:
    """The orders of the account in the warehouse."""
    if not has_tables(folder):
        return KnownOrders({}, frozenset(), frozenset())
    with warehouse(folder) as connection:
        found = (
            _of_account(connection, ORDERS, account_id)
            .project("purchase_order_id, last_modified, status, total_ordered, total_received, _deleted_at is null")
            .fetchall()
        )
        aside = _of_account(connection, SET_ASIDE, account_id).project("purchase_order_id").fetchall()
    present = {order_id: Fingerprint(*fields) for order_id, *fields, is_present in found if is_present}
    gone = frozenset(order_id for order_id, *_, is_present in found if not is_present)
    return KnownOrders(present, gone, frozenset(order_id for (order_id,) in aside if order_id is not None))


def stored_order_count(folder: Folder, account_id: str) -> int:
    """How many orders of the account the warehouse holds that are not marked as deleted."""
    if not has_tables(folder):
        return 0
    with warehouse(folder) as connection:
        present = _of_account(connection, ORDERS, account_id).filter(ColumnExpression("_deleted_at").isnull())
        counted = present.aggregate("count(*)").fetchall()
    count: int = counted[0][0]
    return count


def quarantined(folder: Folder, account_id: str) -> list[Raw]:
    """The texts of the records of the account that were set aside, in the order in which they came."""
    if not has_tables(folder):
        return []
    with warehouse(folder) as connection:
        found = (
            _of_account(connection, SET_ASIDE, account_id)
            .order("__synced_at, sync_id, position")
            .project("record")
            .fetchall()
        )
    return [Raw(text) for (text,) in found]


def forget_quarantined(folder: Folder, account_id: str, before: datetime) -> None:
    """Drop what was set aside before an instant: all of it has been read again since."""
    with warehouse(folder) as connection:
        connection.execute(f"delete from {SET_ASIDE} where _account_id = ? and __synced_at < ?", [account_id, before])  # noqa: S608


def tidy_quarantine(folder: Folder) -> None:
    """Drop what was set aside of orders that have been read since, well or not: the last reading holds."""
    with warehouse(folder) as connection:
        for later in (ORDERS, SET_ASIDE):
            connection.execute(
                f"delete from {SET_ASIDE} as aside where exists (from {later} as later"  # noqa: S608
                " where later._account_id = aside._account_id and later.purchase_order_id = aside.purchase_order_id"
                " and later.__synced_at > aside.__synced_at)"
            )


def mark_deleted(folder: Folder, account_id: str, order_ids: Iterable[str], at: datetime) -> None:
    """Mark orders as gone from the account; their rows stay. Read again, an order loses the mark.

    What was set aside of them is dropped: there is nothing left that could be mended.
    """
    gone = pa.table({"order_id": pa.array(order_ids, pa.string())})
    with warehouse(folder) as connection:
        connection.register("gone", gone)
        connection.execute(
            f"update {ORDERS} set _deleted_at = ? where _account_id = ? and purchase_order_id in (from gone)",  # noqa: S608
            [at, account_id],
        )
        connection.execute(
            f"delete from {SET_ASIDE} where _account_id = ? and purchase_order_id in (from gone)",  # noqa: S608
            [account_id],
        )

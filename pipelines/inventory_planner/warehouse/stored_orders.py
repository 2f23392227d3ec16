"""The orders of an account in the warehouse. Only dlt adds rows (see `sync`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from inventory_planner.warehouse.table import SCHEMA
from inventory_planner.warehouse.tables import DLT_TABLES, ORDERS_TABLE, QUARANTINE_TABLE
from inventory_planner.warehouse.warehouse import Account, Warehouse

MAX_PARAMETERS: Final = 1_000  # of one statement; every engine accepts this many


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A few fields that show whether an order has changed, without reading all of it."""

    last_modified: datetime | None
    status: str | None
    total_ordered: Decimal | None
    total_received: Decimal | None


@dataclass(frozen=True, slots=True)
class KnownOrders:
    """The orders of an account in the warehouse, by id: those present, marked as deleted, and quarantined."""

    present: dict[str, Fingerprint]
    deleted: frozenset[str]
    quarantined: frozenset[str]


def has_tables(warehouse: Warehouse) -> bool:
    """Whether all tables that dlt fills exist."""
    return warehouse.tables().issuperset(table.name for table in DLT_TABLES)


def known_orders(account: Account) -> KnownOrders:
    """The orders of the account."""
    if not has_tables(account.warehouse):
        return KnownOrders({}, frozenset(), frozenset())
    found = account.execute(
        "select purchase_order_id, last_modified, status, total_ordered, total_received, _deleted_at is null"
        f" from {ORDERS_TABLE} where _account_id = ?"
    )
    quarantined = account.execute(
        f"select purchase_order_id from {QUARANTINE_TABLE} where _account_id = ? and purchase_order_id is not null"
    )
    present = {order_id: Fingerprint(*fields) for order_id, *fields, is_present in found if is_present}
    deleted = frozenset(order_id for order_id, *_, is_present in found if not is_present)
    return KnownOrders(present, deleted, frozenset(order_id for (order_id,) in quarantined))


def stored_ids(account: Account) -> set[str]:
    """The ids of all orders with a row in any table, including rows that a killed run left."""
    tables = account.warehouse.tables() & {table.name for table in DLT_TABLES}
    return {
        order_id
        for table in tables
        for (order_id,) in account.execute(
            f"select distinct purchase_order_id from {SCHEMA}.{table} where _account_id = ?"
        )
    }


def count_orders(account: Account) -> int:
    """How many orders the warehouse holds that are not marked as deleted."""
    if not has_tables(account.warehouse):
        return 0
    query = f"select count(*) from {ORDERS_TABLE} where _account_id = ? and _deleted_at is null"
    ((count,),) = account.execute(query)
    return int(count)


def synced_since(account: Account, instant: datetime) -> set[str]:
    """The ids of the orders that were loaded at this instant or later."""
    query = f"select purchase_order_id from {ORDERS_TABLE} where _account_id = ? and __synced_at >= ?"
    return {order_id for (order_id,) in account.execute(query, [instant])}


def statuses(account: Account) -> list[str]:
    """The statuses of the account's orders."""
    if not has_tables(account.warehouse):
        return []
    query = f"select distinct status from {ORDERS_TABLE} where _account_id = ? and status is not null order by 1"
    return [status for (status,) in account.execute(query)]


def mark_deleted(account: Account, order_ids: Sequence[str], at: datetime) -> None:
    """Mark orders as deleted in the account; their rows stay. An order that is read again loses the mark.

    Quarantined records of these orders are dropped: nothing is left to correct.
    """
    for start in range(0, len(order_ids), MAX_PARAMETERS):
        ids = order_ids[start : start + MAX_PARAMETERS]
        condition = f"_account_id = ? and purchase_order_id in ({_placeholders(ids)})"
        parameters = [account.account_id, *ids]
        account.warehouse.execute(f"update {ORDERS_TABLE} set _deleted_at = ? where {condition}", [at, *parameters])
        account.warehouse.execute(f"delete from {QUARANTINE_TABLE} where {condition}", parameters)


def _placeholders(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))

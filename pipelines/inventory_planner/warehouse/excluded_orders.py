"""Orders that make a model or test fail: the reports leave them out until something changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from inventory_planner.warehouse.table import SCHEMA
from inventory_planner.warehouse.tables import EXCLUDED_ORDERS, ORDERS_TABLE
from inventory_planner.warehouse.warehouse import Rows, Warehouse

EXCLUDED_TABLE: Final = f"{SCHEMA}.{EXCLUDED_ORDERS.name}"

_NAMES: Final = ", ".join(column.name for column in EXCLUDED_ORDERS.columns)
IS_INCLUDED: Final = f"""not exists (
    select 1 from {EXCLUDED_TABLE} as excluded
    where excluded._account_id = orders._account_id and excluded.purchase_order_id = orders.purchase_order_id
)"""
# The orders that are not excluded, each with its position in an order that stays the same until the next sync.
_INCLUDED: Final = f"""
    select _account_id, purchase_order_id, purchase_order_number, __synced_at,
        row_number() over (order by _account_id, purchase_order_id) - 1 as position
    from {ORDERS_TABLE} as orders
    where {IS_INCLUDED}
"""


def include_changed_orders(warehouse: Warehouse, built_from: str) -> None:
    """Include the excluded orders that were read again; include all if the marts are built from something else now."""
    warehouse.execute(
        f"delete from {EXCLUDED_TABLE} where built_from <> ? or not exists (select 1 from {ORDERS_TABLE} as orders"
        f" where orders._account_id = {EXCLUDED_ORDERS.name}._account_id"
        f" and orders.purchase_order_id = {EXCLUDED_ORDERS.name}.purchase_order_id"
        f" and orders.__synced_at = {EXCLUDED_ORDERS.name}.__synced_at)",
        [built_from],
    )


def count_included(warehouse: Warehouse) -> int:
    """How many orders are not excluded."""
    ((count,),) = warehouse.execute(f"select count(*) from ({_INCLUDED}) as included")
    return int(count)


def exclude(warehouse: Warehouse, positions: Iterable[range], reason: str, built_from: str) -> None:
    """Exclude the orders at these positions among those that are included."""
    within = " or ".join(f"position between {each.start} and {each.stop - 1}" for each in positions) or "false"
    warehouse.execute(
        f"insert into {EXCLUDED_TABLE} ({_NAMES})"
        f" select purchase_order_id, ?, ?, _account_id, __synced_at from ({_INCLUDED}) as included where {within}",
        [reason, built_from],
    )


def include(warehouse: Warehouse, reason: str) -> None:
    """Include the orders that were excluded for this reason."""
    warehouse.execute(f"delete from {EXCLUDED_TABLE} where reason = ?", [reason])


def excluded_orders(warehouse: Warehouse) -> Rows:
    """The account, id, reference and reason of each excluded order."""
    return warehouse.execute(
        "select excluded._account_id, excluded.purchase_order_id, orders.purchase_order_number, excluded.reason"
        f" from {EXCLUDED_TABLE} as excluded inner join {ORDERS_TABLE} as orders"
        " on excluded._account_id = orders._account_id and excluded.purchase_order_id = orders.purchase_order_id"
        " order by 1, 2"
    )

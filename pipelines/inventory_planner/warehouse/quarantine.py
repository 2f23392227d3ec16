"""Records that could not be loaded, kept whole with the reason."""

from __future__ import annotations

from datetime import datetime

from inventory_planner.warehouse.stored_orders import has_tables
from inventory_planner.warehouse.tables import ORDERS_TABLE, QUARANTINE, QUARANTINE_TABLE
from inventory_planner.warehouse.warehouse import Account, Warehouse


def quarantined_records(account: Account) -> list[str]:
    """The texts of the account's quarantined records, in the order in which they arrived."""
    if not has_tables(account.warehouse):
        return []
    found = account.execute(
        f"select record from {QUARANTINE_TABLE} where _account_id = ? order by __synced_at, sync_id, position"
    )
    return [text for (text,) in found]


def drop_quarantined(account: Account, before: datetime) -> None:
    """Drop the records quarantined before an instant: all of them have been read again since."""
    account.execute(f"delete from {QUARANTINE_TABLE} where _account_id = ? and __synced_at < ?", [before])


def drop_superseded(warehouse: Warehouse) -> None:
    """Drop the records of orders that were read again later, whatever the outcome: the last reading counts."""
    for later in (ORDERS_TABLE, QUARANTINE_TABLE):
        warehouse.execute(
            f"delete from {QUARANTINE_TABLE} where exists (select 1 from {later} as later"
            f" where later._account_id = {QUARANTINE.name}._account_id"
            f" and later.purchase_order_id = {QUARANTINE.name}.purchase_order_id"
            f" and later.__synced_at > {QUARANTINE.name}.__synced_at)"
        )

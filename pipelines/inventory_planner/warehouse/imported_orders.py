"""Which imported orders are to be acknowledged, according to the raw tables and the write log.

An order is, if its last version that was read is in a status asked for, and no acknowledgement was applied since that
version was read. So an order that comes back to the status later, and is read there, is acknowledged again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from inventory_planner.warehouse.stored_orders import has_tables, statuses
from inventory_planner.warehouse.sync_log import unfinished_since
from inventory_planner.warehouse.tables import ORDERS_TABLE, QUARANTINE_TABLE, WRITES
from inventory_planner.warehouse.warehouse import Account
from inventory_planner.warehouse.write_log import WRITE_LOG, State

_IS_SAME_ORDER: Final = "_account_id = orders._account_id and {0}.purchase_order_id = orders.purchase_order_id"


@dataclass(frozen=True, slots=True)
class ImportedOrder:
    """An order as it was read last."""

    order_id: str
    reference: str | None
    status: str | None
    last_modified: datetime | None
    is_read_only: bool = False


def orders_to_acknowledge(account: Account, statuses_in_scope: Collection[str], command: str) -> list[ImportedOrder]:
    """The orders to acknowledge, by id: committed whole, in a status asked for, not acknowledged since they were read.

    Orders whose newest version is quarantined are left out: that version was not imported.

    Args:
        account: the account.
        statuses_in_scope: the configured statuses, in any case.
        command: the name under which the write log has acknowledgements.
    """
    spellings = _spellings(account, statuses_in_scope)
    if not spellings:
        return []
    account.warehouse.create(WRITES)
    unfinished = unfinished_since(account)
    found = account.execute(
        "select purchase_order_id, purchase_order_number, status, last_modified, coalesce(readonly, false)"
        f" from {ORDERS_TABLE} as orders where _account_id = ? and _deleted_at is null"
        f" and status in ({', '.join('?' * len(spellings))})"
        f" and not exists (select 1 from {QUARANTINE_TABLE} as held where held.{_IS_SAME_ORDER.format('held')})"
        f" and not exists (select 1 from {WRITE_LOG} as writes where writes.{_IS_SAME_ORDER.format('writes')}"
        f" and command = ? and state = '{State.APPLIED}' and writes.ended_at >= orders.__synced_at)"
        + (" and __synced_at < ?" if unfinished else "")
        + " order by purchase_order_id",
        [*spellings, command, *([unfinished] if unfinished else [])],
    )
    return [ImportedOrder(*row) for row in found]


def _spellings(account: Account, wanted: Collection[str]) -> Sequence[str]:
    """The statuses of the account's orders that are asked for, as the API writes them."""
    if not has_tables(account.warehouse):
        return []
    asked_for = {each.casefold() for each in wanted}
    return [each for each in statuses(account) if each.casefold() in asked_for]

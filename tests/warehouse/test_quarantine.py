from __future__ import annotations

from datetime import UTC, datetime, timedelta

from filling import SYNCED_AT
from inventory_planner.warehouse.quarantine import drop_quarantined, drop_superseded, quarantined_records
from inventory_planner.warehouse.warehouse import Account, Warehouse

LATER = SYNCED_AT + timedelta(hours=1)
EARLIER = SYNCED_AT - timedelta(hours=1)


def quarantine(
    account: Account, record: str, synced_at: datetime, order_id: str | None = None, position: int = 0
) -> None:
    account.execute(
        "insert into inventory_planner._quarantine"
        " (_account_id, sync_id, position, purchase_order_id, reason, record, __synced_at)"
        " values (?, 's', ?, ?, 'why', ?, ?)",
        [position, order_id, record, synced_at],
    )


def test_a_new_warehouse_has_no_quarantined_records(warehouse: Warehouse) -> None:
    assert quarantined_records(warehouse.account("a1000")) == []


def test_the_records_of_an_account_come_in_the_order_in_which_they_arrived(stored: Account) -> None:
    quarantine(stored, "third", LATER)
    quarantine(stored, "second", EARLIER, position=1)
    quarantine(stored, "first", EARLIER, position=0)
    quarantine(stored.warehouse.account("a2000"), "another account's", EARLIER)

    assert quarantined_records(stored) == ["first", "second", "third"]


def test_records_from_before_an_instant_are_dropped(stored: Account) -> None:
    quarantine(stored, "before", EARLIER)
    quarantine(stored, "after", LATER)
    other = stored.warehouse.account("a2000")
    quarantine(other, "another account's", EARLIER)

    drop_quarantined(stored, before=SYNCED_AT)

    assert quarantined_records(stored) == ["after"]
    assert quarantined_records(other) == ["another account's"]


def test_a_record_is_superseded_by_a_later_reading_of_its_order(stored: Account) -> None:
    quarantine(stored, "of an order loaded since", EARLIER, "one")
    quarantine(stored, "of an order loaded before", LATER, "two")
    quarantine(stored, "an earlier state", EARLIER, "three", position=1)
    quarantine(stored, "a later state", datetime.now(UTC), "three")
    quarantine(stored, "without an id", EARLIER)
    quarantine(stored.warehouse.account("a2000"), "of an order of one account only", EARLIER, "two")

    drop_superseded(stored.warehouse)

    assert quarantined_records(stored) == ["without an id", "of an order loaded before", "a later state"]
    assert quarantined_records(stored.warehouse.account("a2000")) == ["of an order of one account only"]

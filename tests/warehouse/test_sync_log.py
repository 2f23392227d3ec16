from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import LoadError
from inventory_planner.warehouse.sync_log import (
    KILLED,
    SUCCEEDED,
    SWEEP,
    LastSweep,
    SyncReport,
    last_sweep,
    record_drift,
    record_end,
    record_failure,
    record_start,
)
from inventory_planner.warehouse.tables import SYNCS
from inventory_planner.warehouse.warehouse import Account, Warehouse

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def account(warehouse: Warehouse) -> Account:
    return warehouse.account("a1000")


def syncs(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.execute("select _account_id, outcome, error from inventory_planner._syncs order by started_at")


def record(warehouse: Warehouse, **fields: Any) -> None:
    """A sync from its start to its end."""
    report = SyncReport(**{"account_id": "a1000", "outcome": SUCCEEDED, **fields})
    record_start(warehouse, report)
    record_end(warehouse, report)


def test_a_sync_has_a_row_from_its_start(warehouse: Warehouse) -> None:
    report = SyncReport("a1000", started_at=NOON)
    record_start(warehouse, report)
    assert syncs(warehouse) == [("a1000", "running", None)]

    report.outcome, report.orders, report.ended_at = SUCCEEDED, 3, NOON + timedelta(seconds=5)
    record_end(warehouse, report)

    assert syncs(warehouse) == [("a1000", "succeeded", None)]
    assert warehouse.execute("select orders, started_at, ended_at from inventory_planner._syncs") == [
        (3, NOON, NOON + timedelta(seconds=5))
    ]


def test_a_sync_that_never_ended_was_killed(warehouse: Warehouse) -> None:
    record_start(warehouse, SyncReport("a1000", started_at=NOON))
    record(warehouse, account_id="a2000", started_at=NOON + timedelta(hours=1))
    assert syncs(warehouse) == [("a1000", "failed", KILLED), ("a2000", "succeeded", None)]


def test_columns_that_an_older_version_did_not_have_are_added(warehouse: Warehouse) -> None:
    record(warehouse, started_at=NOON)
    warehouse.execute("alter table inventory_planner._syncs drop column drift")
    warehouse.execute("alter table inventory_planner._syncs drop column waited_seconds")
    warehouse.close()

    record(warehouse, started_at=NOON + timedelta(hours=1), waited_seconds=1.5)

    assert warehouse.execute("select waited_seconds, drift from inventory_planner._syncs order by started_at") == [
        (None, None),
        (1.5, None),
    ]


def test_the_log_has_the_columns_of_its_table(warehouse: Warehouse) -> None:
    record(warehouse)
    found = warehouse.execute(
        "select column_name from information_schema.columns where table_name = '_syncs' order by ordinal_position"
    )
    assert [name for (name,) in found] == SYNCS.schema.names


def test_the_end_of_a_sync_that_succeeded_must_be_recorded(
    warehouse: Warehouse, folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    report = SyncReport("a1000")
    record_start(warehouse, report)
    warehouse.close()
    folder.warehouse.write_bytes(b"not a database")

    record_end(warehouse, report)  # which failed: that error is raised already
    assert "This sync is missing from the sync log" in caplog.text

    report.outcome = SUCCEEDED
    with pytest.raises(LoadError):
        record_end(warehouse, report)


# failures after the sync


def test_a_failed_build_has_a_row(account: Account) -> None:
    record_failure(account, "build", ValueError("what happened"))
    found = account.warehouse.execute("select _account_id, outcome, sync_kind, error from inventory_planner._syncs")
    assert found == [("a1000", "failed", "build", "what happened")]


def test_a_failure_that_can_not_be_recorded_is_a_warning(
    account: Account, folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.warehouse.write_bytes(b"not a database")
    record_failure(account, "build", ValueError("what happened"))
    assert "The failed build is missing from the sync log" in caplog.text


# drift


def test_an_unknown_field_is_reported_once(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    drifts = []
    for unknown in ({"color", "Size"}, {"color"}, {"color", "shape"}, set()):
        report = SyncReport("a1000", unknown=unknown, outcome=SUCCEEDED)
        record_start(account.warehouse, report)
        record_drift(account, report)
        record_end(account.warehouse, report)
        drifts.append(report.drift)

    assert drifts == ['["Size", "color"]', None, '["shape"]', None]
    assert [message.split(": ")[1] for message in caplog.messages] == ["Size, color.", "shape."]


def test_an_unknown_field_is_reported_for_each_account(account: Account) -> None:
    record(account.warehouse, account_id="a2000", drift='["color"]')
    report = SyncReport("a1000", unknown={"color"})
    record_drift(account, report)
    assert report.drift == '["color"]'


# the last sweep


def test_a_new_warehouse_was_never_swept(account: Account) -> None:
    assert last_sweep(account) is None


def test_the_last_sweep_is_the_last_one_that_succeeded(account: Account) -> None:
    totals = {"account_orders": 5, "warehouse_orders": 4}
    for hours, fields in enumerate(
        [
            {"sync_kind": SWEEP, "account_orders": 1, "warehouse_orders": 1},
            {"sync_kind": SWEEP, **totals},
            {"sync_kind": SWEEP, "outcome": "failed"},
            {"sync_kind": "seek"},
            {"sync_kind": SWEEP, "account_id": "a2000", "account_orders": 9, "warehouse_orders": 9},
        ]
    ):
        record(account.warehouse, started_at=NOON + timedelta(hours=hours), **fields)

    assert last_sweep(account) == LastSweep(NOON + timedelta(hours=1), **totals)


# the outcome in a line


@pytest.mark.parametrize(
    ("fields", "summary"),
    [
        ({"requests": 1}, "No order changed (1 request, seek)."),
        (
            {"requests": 1200, "orders": 1, "lines": 2000},
            "1 order with 2,000 lines read (1,200 requests, seek).",
        ),
        (
            {"requests": 2, "orders": 2, "lines": 1, "deleted": 3, "quarantined": 1},
            "2 orders with 1 line read, 3 orders marked as deleted, 1 record quarantined (2 requests, seek).",
        ),
    ],
    ids=["no changes", "orders", "everything"],
)
def test_a_sync_is_summarized_in_a_line(fields: dict[str, int], summary: str) -> None:
    assert SyncReport("a1000", sync_kind="seek", **fields).summary == summary

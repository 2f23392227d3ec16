from __future__ import annotations

import logging
import os
import shutil
from typing import Any

import duckdb
import pytest

from filling import fill_marts
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError, PublishError, SweepError, TransformError
from inventory_planner.marts.build import publish
from inventory_planner.run import run
from inventory_planner.sync.load import Job
from inventory_planner.warehouse.build_record import read_build
from inventory_planner_emulator import Account
from orders import line, order

ORDERED = {"created_date": "2024-06-01", "expected_date": "2024-06-20"}
VARIABLES = {"as_of_date": "2026-01-21"}  # after what the emulator stamps
REPORT = """
    select purchase_order_number, sku, quantity_ordered, quantity_received, quantity_open, is_overdue
    from marts.received_vs_ordered order by all
"""


@pytest.fixture
def folder(parsed_folder: DataFolder) -> DataFolder:
    return parsed_folder


def published(folder: DataFolder, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(folder.analytics, read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.long
@pytest.mark.usefixtures("one_report")
def test_runs_publish_what_changed_and_keep_the_last_marts_after_a_failed_build(
    account: Account, job: Job, folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    account.put(order("one", reference="1", items=[line(sku="TEE", replenishment=10, received=4)], **ORDERED))
    assert run(job, VARIABLES).is_published
    assert "Building the marts as of 2026-01-21." in caplog.messages
    assert published(folder, REPORT) == [("1", "TEE", 10, 4, 6, True)]

    assert_nothing_is_done(account, job)

    account.receive("one", "c9_5001", 6)
    compiled = folder.dbt / "target" / "compiled"
    shutil.rmtree(compiled)
    compiled.touch()  # where dbt needs a folder
    with pytest.raises(TransformError, match="target/compiled"):
        run(job, VARIABLES)
    assert published(folder, REPORT) == [("1", "TEE", 10, 4, 6, True)]
    assert_failed_build_is_recorded(job)

    compiled.unlink()
    folder.seeds.mkdir()
    (folder.seeds / "warehouse_names.csv").write_text("warehouse_id,warehouse_name\nc9_1001,Hamburg\n")
    next_run = run(job, VARIABLES)
    assert (next_run.synced.has_changes, next_run.is_published) == (False, True)
    assert published(folder, REPORT) == [("1", "TEE", 10, 10, 0, False)]
    assert published(folder, "select warehouse_name from marts.received_vs_ordered") == [("Hamburg",)]


def assert_nothing_is_done(account: Account, job: Job) -> None:
    """A run without changes sends two requests, and leaves the published file but for its time."""
    analytics = job.warehouse.folder.analytics
    os.utime(analytics, (0, 0))
    before = analytics.read_bytes()
    account.requests.clear()

    report = run(job, VARIABLES)

    assert (report.is_published, report.synced.has_changes, report.swept) == (False, False, None)
    assert len(account.requests) == 2
    assert analytics.read_bytes() == before
    assert analytics.stat().st_mtime > 0


def assert_failed_build_is_recorded(job: Job) -> None:
    ((outcome, sync_kind, error),) = job.warehouse.execute(
        "select outcome, sync_kind, error from inventory_planner._syncs order by started_at desc limit 1"
    )
    assert (outcome, sync_kind) == ("failed", "build")
    assert "target/compiled" in error
    assert read_build(job.warehouse) is None
    with pytest.raises(PublishError, match=r"run `inventory-planner transform` first"):
        publish(job.warehouse)


@pytest.mark.long
def test_a_run_without_changes_builds_for_a_new_day(
    account: Account, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory_planner.marts.faulty_orders.run_dbt", fill_marts)
    account.put(order())
    run(job, {"as_of_date": "2026-01-20"})

    next_day = run(job, {"as_of_date": "2026-01-21"})

    assert (next_day.is_published, next_day.synced.has_changes) == (True, False)


def test_an_invalid_var_is_refused_before_anything_is_read(account: Account, job: Job) -> None:
    with pytest.raises(ConfigurationError, match="`on_time_grace_day`"):
        run(job, {"on_time_grace_day": 2})
    assert account.requests == []


def test_a_seed_file_that_can_not_be_read_is_named_before_anything_is_read(
    account: Account, job: Job, folder: DataFolder
) -> None:
    folder.seeds.mkdir()
    (folder.seeds / "vendor_aliases.csv").write_text("old_vendor_id,vendor_id\nacme,\n")
    with pytest.raises(ConfigurationError, match=r"vendor_aliases\.csv, line 2: vendor_id is ''"):
        run(job, VARIABLES)
    assert account.requests == []


@pytest.mark.long
def test_a_sweep_error_does_not_keep_changes_from_readers(
    account: Account, job: Job, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory_planner.marts.faulty_orders.run_dbt", fill_marts)
    for number in range(12):
        account.put(order(f"order-{number}"))
    run(job, VARIABLES)
    for number in range(12):
        account.delete(f"order-{number}")
    account.put(order("new", last_modified="2026-01-05T11:00:00+00:00"))

    with pytest.raises(SweepError):
        run(job, VARIABLES)

    assert published(
        folder, "select count(*), bool_or(purchase_order_id = 'new') from inventory_planner.purchase_orders"
    ) == [(13, True)]


@pytest.mark.long
def test_an_empty_account_is_published_with_empty_reports(job: Job, folder: DataFolder) -> None:
    run(job, VARIABLES)

    assert published(folder, "select * from marts.received_vs_ordered") == []
    assert published(folder, "select * from marts.vendor_scorecard") == []

from __future__ import annotations

import logging
import os
from typing import Any

import duckdb
import pytest

from inventory_planner.api.client import Client
from inventory_planner.data_folder import Folder
from inventory_planner.errors import ConfigurationError, LoadError, PublishError, TransformError
from inventory_planner.run import build_marts, publish_marts, run
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job, load
from inventory_planner_emulator import Account
from orders import line, order

POLICY = {"as_of_date": "2026-01-21"}
REPORT = """
    select purchase_order_number, sku, quantity_ordered, quantity_received, quantity_open, is_overdue
    from marts.received_vs_ordered order by all
"""


@pytest.fixture
def job(client: Client, settings: Settings, folder: Folder) -> Job:
    return Job(client, settings, folder)


def published(folder: Folder, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(folder.analytics, read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.usefixtures("one_report")
def test_a_run_publishes_what_changed_and_a_new_day_and_else_does_nothing(
    account: Account, job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    account.put(order("one", reference="1", items=[line(sku="TEE", replenishment=10, received=4)]))

    assert run(job, {"as_of_date": "2026-01-20"}).published
    assert published(job.folder, REPORT) == [("1", "TEE", 10, 4, 6, False)]

    job.folder.seeds.mkdir()
    (job.folder.seeds / "warehouse_names.csv").write_text("warehouse_id,warehouse_name\nc9_1001,Hamburg\n")
    next_day = run(job, POLICY)
    assert (next_day.published, next_day.sync.has_news) == (True, False)
    assert published(job.folder, REPORT) == [("1", "TEE", 10, 4, 6, True)]
    assert published(job.folder, "select warehouse_name from marts.received_vs_ordered") == [("Hamburg",)]

    before = job.folder.analytics.stat()
    os.utime(job.folder.published, (0, 0))
    account.requests.clear()
    second = run(job, POLICY)
    assert (second.published, second.sync.has_news, second.swept, len(account.requests)) == (False, False, None, 2)
    assert job.folder.analytics.stat().st_mtime_ns == before.st_mtime_ns
    assert job.folder.published.stat().st_mtime > before.st_mtime  # when it was known current

    account.receive("one", "c9_5001", 6)
    caplog.clear()
    assert run(job, POLICY).published
    assert "Building what changed as of 2026-01-21." in caplog.messages
    assert published(job.folder, REPORT) == [("1", "TEE", 10, 10, 0, False)]


@pytest.mark.usefixtures("one_report")
def test_a_build_that_fails_leaves_the_last_good_file_and_is_made_up_for(account: Account, job: Job) -> None:
    with pytest.raises(LoadError, match=r"holds no orders yet"):
        build_marts(job.folder, POLICY)
    account.put(order("one", reference="1", items=[line(sku="TEE", replenishment=10, received=4)]))
    load(job)
    build_marts(job.folder, POLICY)
    publish_marts(job.folder)
    account.receive("one", "c9_5001", 6)
    job.folder.seeds.mkdir()
    (job.folder.seeds / "vendor_aliases.csv").write_text("no_such_column\n1\n")
    with pytest.raises(TransformError, match="vendor_aliases"):
        run(job, POLICY)
    assert published(job.folder, REPORT) == [("1", "TEE", 10, 4, 6, True)]

    with duckdb.connect(job.folder.warehouse, read_only=True) as connection:
        found = connection.sql(
            "select outcome, way, error from inventory_planner._syncs order by started_at desc"
        ).fetchone()
    assert found is not None
    assert found[:2] == ("failed", "build")
    assert "no_such_column" in found[2]
    with pytest.raises(PublishError, match=r"run `inventory-planner transform` first"):
        publish_marts(job.folder)

    (job.folder.seeds / "vendor_aliases.csv").unlink()
    made_up = run(job, POLICY)

    assert (made_up.sync.has_news, made_up.published) == (False, True)
    assert published(job.folder, REPORT) == [("1", "TEE", 10, 10, 0, False)]


def test_a_var_that_makes_no_sense_is_refused_before_anything_is_read(account: Account, job: Job) -> None:
    with pytest.raises(ConfigurationError, match="`on_time_grace_day`"):
        run(job, {"on_time_grace_day": 2})
    assert account.requests == []


def test_an_empty_account_is_published_with_empty_reports(job: Job) -> None:
    run(job, POLICY)

    assert published(job.folder, "select * from marts.received_vs_ordered") == []
    assert published(job.folder, "select * from marts.vendor_scorecard") == []

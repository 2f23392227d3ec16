from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from first_loads import load_first
from inventory_planner.api.client import Client
from inventory_planner.data_folder import DataFolder, folder_at
from inventory_planner.errors import LoadError, RefusedError
from inventory_planner.marts.build import publish
from inventory_planner.monitor.status import Status, last_published_sync, status
from inventory_planner.sync.load import Job, load
from inventory_planner.sync.replay import replay
from inventory_planner.warehouse.build_record import read_build, record_build
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.sync_log import record_failure
from inventory_planner.warehouse.write_log import State, Write, record_write
from inventory_planner_emulator import Account
from orders import NOW, order


def status_of(folder: DataFolder, now: datetime | None = None) -> Status:
    return status(engine_of(folder), folder, now)


def load_once(job: Job) -> None:
    """Load as a command does, which closes the warehouse at its end."""
    load(job)
    job.warehouse.close()


def load_an_order(account: Account, job: Job) -> datetime:
    """Put an order into the account and load it; when the sync ended."""
    account.put(order())
    load_first(account, job)
    ((ended_at,),) = job.warehouse.execute("select ended_at from inventory_planner._syncs")
    job.warehouse.close()
    assert isinstance(ended_at, datetime)
    return ended_at


def test_a_folder_that_was_never_loaded_is_empty(folder: DataFolder) -> None:
    never = Status(
        str(folder.root), at_work=None, published_at=None, problem=None, age_seconds=None, rows={}, syncs=[], writes=[]
    )
    assert status_of(folder) == never
    with folder.locked("run"):
        assert status_of(folder) == never


def test_a_missing_folder_is_not_created(tmp_path: Path) -> None:
    assert status_of(folder_at(tmp_path / "data")).rows == {}
    assert list(tmp_path.iterdir()) == []


def test_the_rows_and_the_last_syncs_are_shown(account: Account, job: Job, folder: DataFolder) -> None:
    load_an_order(account, job)
    load_once(job)

    found = status_of(folder)

    assert found.rows == {
        "purchase_orders": 1,
        "purchase_order_items": 2,
        "purchase_order_receipts": 2,
        "purchase_order_components": 0,
        "purchase_order_connections": 0,
        "purchase_order_stock_updates": 0,
        "_quarantine": 0,
    }
    assert [(sync["outcome"], sync["orders"]) for sync in found.syncs] == [("succeeded", 0), ("succeeded", 1)]


def test_the_age_counts_from_the_last_sync_that_succeeded(account: Account, job: Job, folder: DataFolder) -> None:
    ended_at = load_an_order(account, job)
    with Client(job.settings.base_url, "wrong", "a1000", 0) as client, pytest.raises(RefusedError):
        load(replace(job, client=client))
    job.warehouse.close()

    found = status_of(folder, now=ended_at + timedelta(minutes=15))

    assert found.age_seconds == 900
    assert [sync["outcome"] for sync in found.syncs] == ["failed", "succeeded"]


@pytest.mark.long
def test_during_a_run_the_run_is_named_and_the_last_published_state_is_shown(
    account: Account, job: Job, folder: DataFolder
) -> None:
    load_an_order(account, job)
    record_build(job.warehouse, {})
    built = read_build(job.warehouse)
    assert built is not None
    publish(job.warehouse)
    account.put(order("another"))
    load_once(job)

    with folder.locked("run"):
        found = status_of(folder)
        assert found.at_work is not None
        assert re.fullmatch(r"`run` \(process \d+ on .+, since .+\)", found.at_work)
        assert (found.rows["purchase_orders"], len(found.syncs)) == (1, 1)

    after = status_of(folder)
    assert after.rows["purchase_orders"] == 2
    assert found.published_at == after.published_at == built.built_at


@pytest.mark.long
@pytest.mark.parametrize("is_running", [False, True], ids=["at rest", "during a run"])
def test_a_published_file_that_is_not_as_it_was_published_is_a_problem(
    account: Account, job: Job, folder: DataFolder, is_running: bool
) -> None:
    load_an_order(account, job)
    record_build(job.warehouse, {})
    publish(job.warehouse)
    job.warehouse.close()
    assert status_of(folder).problem is None
    folder.analytics.unlink()
    folder.analytics.write_bytes(b"not a database")

    with folder.locked("run") if is_running else nullcontext():
        found = status_of(folder)

    assert found.problem is not None
    assert found.problem.startswith(f"Can't open {folder.analytics}: ")
    assert found.problem.endswith("The next run publishes it again.")
    assert found.published_at is None


@pytest.mark.long
def test_of_several_accounts_the_oldest_reading_is_the_age(account: Account, job: Job, folder: DataFolder) -> None:
    ended_at = load_an_order(account, job)
    account.account_id = "a2000"
    with Client(job.settings.base_url, account.api_key, "a2000", 0) as client:
        load_once(replace(job, client=client, settings=replace(job.settings, account_id="a2000")))

    assert status_of(folder, now=ended_at + timedelta(minutes=15)).age_seconds == 900


def test_neither_a_replay_nor_a_failed_build_changes_the_age(account: Account, job: Job, folder: DataFolder) -> None:
    ended_at = load_an_order(account, job)
    replay(job)
    record_failure(job.account, "build", ValueError("what happened"))
    job.warehouse.close()

    found = status_of(folder, now=ended_at + timedelta(minutes=15))

    assert found.age_seconds == 900
    assert [sync["sync_kind"] for sync in found.syncs] == ["build", "replay", "seek"]


def test_a_damaged_warehouse_is_an_error(folder: DataFolder) -> None:
    folder.warehouse.write_bytes(b"not a database")
    with pytest.raises(LoadError, match="damaged"):
        status_of(folder)


def test_the_changes_in_doubt_come_first_then_the_last_others(job: Job, folder: DataFolder) -> None:
    states = ["unknown", *("applied" for _ in range(6)), "sent"]
    for number, state in enumerate(states):
        record_write(job.account, write_of(number, State(state)))
    job.warehouse.close()

    found = [(each["write_id"], each["state"]) for each in status_of(folder).writes]

    assert found == [("7", "sent"), ("0", "unknown"), ("6", "applied"), ("5", "applied"), ("4", "applied")]


def write_of(number: int, state: State) -> Write:
    return Write(
        write_id=str(number),
        job_id="job",
        recorded_at=NOW + timedelta(minutes=number),
        ended_at=None,
        command="orders close",
        action="update",
        purchase_order_id="one",
        purchase_order_number="PO-1",
        target="",
        count_values=1,
        before='{"status": "open"}',
        after='{"status": "CLOSED"}',
        body='{"status": "CLOSED"}',
        state=state,
        message=None,
        resolved_by=None,
        user_name="ann",
        content_digest="digest",
        file_rows=None,
    )


def test_without_the_warehouse_the_status_is_that_of_the_published_file(
    account: Account, job: Job, folder: DataFolder
) -> None:
    account.put(order())
    load(job)
    record_build(job.warehouse, {})
    publish(job.warehouse)
    job.warehouse.close()
    before = status(engine_of(folder), folder, now=NOW)
    folder.warehouse.unlink()

    assert before.age_seconds is not None
    assert status(engine_of(folder), folder, now=NOW) == before


def test_the_last_published_sync_is_read_during_a_run_and_without_the_warehouse(
    account: Account, job: Job, folder: DataFolder
) -> None:
    assert last_published_sync(engine_of(folder)) is None
    account.put(order())
    load(job)
    record_build(job.warehouse, {})
    publish(job.warehouse)
    job.warehouse.close()
    folder.warehouse.unlink()

    with folder.locked("run"):
        found = last_published_sync(engine_of(folder))

    assert found is not None
    assert (found["sync_kind"], found["outcome"]) == ("seek", "succeeded")

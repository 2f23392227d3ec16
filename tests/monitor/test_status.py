from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from inventory_planner.api.client import Client
from inventory_planner.data_folder import Folder, folder_at
from inventory_planner.errors import RefusedError
from inventory_planner.marts.publish import publish
from inventory_planner.monitor.status import Status, status
from inventory_planner.run import replay
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job, load
from inventory_planner_emulator import Account
from orders import order


@pytest.fixture
def job(client: Client, settings: Settings, folder: Folder) -> Job:
    return Job(client, settings, folder)


def test_a_folder_that_was_never_loaded_says_so(folder: Folder) -> None:
    never = Status(str(folder.root), at_work=None, published_at=None, age_seconds=None, rows={}, syncs=[])
    assert status(folder) == never
    with folder.locked("run"):
        assert status(folder) == never


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert status(folder_at(tmp_path / "data")).rows == {}
    assert list(tmp_path.iterdir()) == []


def test_the_rows_and_the_last_syncs_are_told(account: Account, job: Job) -> None:
    account.put(order())
    load(job)
    load(job)

    found = status(job.folder)

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


def test_the_age_counts_from_the_last_sync_that_ended_well(account: Account, job: Job) -> None:
    account.put(order())
    good = load(job)
    assert good.ended_at is not None
    with Client(job.settings.base_url, "wrong", "a1000", 0) as client, pytest.raises(RefusedError):
        load(replace(job, client=client))

    found = status(job.folder, now=good.ended_at + timedelta(minutes=15))

    assert found.age_seconds == 900
    assert [sync["outcome"] for sync in found.syncs] == ["failed", "succeeded"]


def test_during_a_run_it_is_named_and_the_last_state_published_is_told(account: Account, job: Job) -> None:
    account.put(order())
    load(job)
    publish(job.folder, {})
    account.put(order("another"))
    load(job)

    with job.folder.locked("run"):
        found = status(job.folder)
        assert found.at_work is not None
        assert re.fullmatch(r"`run` \(process \d+ on .+, since .+\)", found.at_work)
        assert (found.rows["purchase_orders"], len(found.syncs)) == (1, 1)

    assert status(job.folder).rows["purchase_orders"] == 2


def test_of_several_accounts_the_one_that_waits_longest_makes_the_age(account: Account, job: Job) -> None:
    account.put(order())
    first = load(job)
    account.account_id = "a2000"
    with Client(job.settings.base_url, account.api_key, "a2000", 0) as client:
        load(replace(job, client=client, settings=replace(job.settings, account_id="a2000")))
    assert first.ended_at is not None

    assert status(job.folder, now=first.ended_at + timedelta(minutes=15)).age_seconds == 900


def test_a_replay_makes_the_data_no_younger(account: Account, job: Job) -> None:
    account.put(order())
    read = load(job)
    replay(job)
    assert read.ended_at is not None

    assert status(job.folder, now=read.ended_at + timedelta(minutes=15)).age_seconds == 900

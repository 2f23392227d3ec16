"""A record that does not fit, from the account to the warehouse and back out of the quarantine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import duckdb
import pytest

import oracle
from inventory_planner.api import contract
from inventory_planner.api.client import Client
from inventory_planner.data_folder import Folder
from inventory_planner.run import replay, sweep
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job, load
from inventory_planner_emulator import Account
from orders import order


@pytest.fixture
def job(client: Client, settings: Settings, folder: Folder) -> Job:
    return Job(client, settings, folder)


def set_aside(folder: Folder) -> list[tuple[Any, ...]]:
    with duckdb.connect(folder.warehouse, read_only=True) as connection:
        return connection.execute(
            "select purchase_order_id, reason from inventory_planner._quarantine order by all"
        ).fetchall()


def test_a_record_that_is_mended_upstream_leaves_by_itself(account: Account, job: Job) -> None:
    account.put(order("bad", total="many"))
    load(job)
    assert set_aside(job.folder) == [("bad", "Invalid decimal string - at `$.total`")]

    account.edit("bad", total=12)
    load(job)

    assert set_aside(job.folder) == []
    oracle.assert_equal(job.folder.warehouse, account.orders())


def test_a_record_that_stays_bad_is_kept_once_in_its_last_state(account: Account, job: Job) -> None:
    account.put(order("bad", total="many"))
    load(job)

    account.edit("bad", total=1, total_ordered="few")
    load(job)

    assert set_aside(job.folder) == [("bad", "Invalid decimal string - at `$.total_ordered`")]


def test_an_order_keeps_its_last_good_state_while_a_worse_one_is_set_aside(account: Account, job: Job) -> None:
    account.put(order("once good", notes="good"))
    before = account.orders()
    load(job)

    account.edit("once good", total="many")
    load(job)

    assert [order_id for order_id, _ in set_aside(job.folder)] == ["once good"]
    oracle.assert_equal(job.folder.warehouse, before)


def test_a_replay_loads_what_a_newer_contract_takes_and_asks_nothing(
    account: Account, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.put(order("was bad", total=12))
    account.put(order("stays bad", total="many"))
    with monkeypatch.context() as older:
        older.setattr(contract.Reader, "record", lambda _, raw: contract.BadRecord(raw, "not known yet"))
        load(job)
    assert [order_id for order_id, _ in set_aside(job.folder)] == ["stays bad", "was bad"]
    account.requests.clear()

    report = replay(job)

    assert (report.orders, report.quarantined, account.requests) == (1, 1, [])
    assert set_aside(job.folder) == [("stays bad", "Invalid decimal string - at `$.total`")]
    oracle.assert_equal(job.folder.warehouse, [account.get("was bad")])


def test_a_record_without_an_id_is_replayed_without_being_doubled(account: Account, job: Job) -> None:
    account.put(order("stand-in"))
    load(job)
    nameless = contract.BadRecord(b'{"total":1}', "Object missing required field `id`")
    with duckdb.connect(job.folder.warehouse) as connection:
        connection.execute(
            "insert into inventory_planner._quarantine values ('s', 0, null, ?, ?, 'a1000', now() - interval 1 hour)",
            [nameless.reason, nameless.raw.decode()],
        )

    replay(job)
    replay(job)

    assert set_aside(job.folder) == [(None, nameless.reason)]


def test_a_replay_without_records_does_nothing(job: Job) -> None:
    load(job)

    report = replay(job)

    assert (report.outcome, report.has_news) == ("succeeded", False)


def test_a_bad_order_that_is_deleted_upstream_leaves_with_the_next_sweep(account: Account, job: Job) -> None:
    account.put(order("bad", total="many"))
    account.put(order("good"))
    load(job)
    account.delete("bad")

    sweep(job)

    assert set_aside(job.folder) == []


def test_the_records_of_another_account_stay(account: Account, job: Job) -> None:
    account.put(order("bad", total="many"))
    load(job)
    account.account_id = "a2000"
    account.edit("bad", total=1)
    with Client(job.settings.base_url, account.api_key, "a2000", 0) as client:
        load(replace(job, client=client, settings=replace(job.settings, account_id="a2000")))

    assert [order_id for order_id, _ in set_aside(job.folder)] == ["bad"]

"""An invalid record, from the account into the quarantine and out of it again."""

from __future__ import annotations

from dataclasses import replace

import pytest

import oracle
from inventory_planner.api.client import Client
from inventory_planner.api.decoding import OrderDecoder, QuarantinedRecord
from inventory_planner.data_folder import DataFolder
from inventory_planner.sync.load import Job, load
from inventory_planner.sync.replay import replay
from inventory_planner.sync.sweep import sweep
from inventory_planner_emulator import Account
from orders import order


def quarantined(job: Job) -> list[tuple[str | None, str]]:
    return job.warehouse.execute("select purchase_order_id, reason from inventory_planner._quarantine order by all")


def test_a_record_that_is_corrected_in_the_account_leaves_quarantine(
    account: Account, job: Job, folder: DataFolder
) -> None:
    account.put(order("invalid", shipping_handling="many"))
    load(job)
    assert quarantined(job) == [("invalid", 'Expected a number, got "many" - at `$.shipping_handling`')]

    account.edit("invalid", shipping_handling=12)
    load(job)

    assert quarantined(job) == []
    oracle.assert_equal(folder.warehouse, account.orders())


@pytest.mark.long
def test_a_record_that_stays_invalid_is_kept_once_in_its_last_state(account: Account, job: Job) -> None:
    account.put(order("invalid", shipping_handling="many"))
    load(job)

    account.edit("invalid", shipping_handling=1, default_discount="few")
    load(job)

    assert quarantined(job) == [("invalid", 'Expected a number, got "few" - at `$.default_discount`')]


@pytest.mark.long
def test_an_order_keeps_its_last_valid_state_while_an_invalid_one_is_quarantined(
    account: Account, job: Job, folder: DataFolder
) -> None:
    account.put(order("once valid", notes="valid"))
    before = account.orders()
    load(job)

    account.edit("once valid", shipping_handling="many")
    load(job)

    assert [order_id for order_id, _ in quarantined(job)] == ["once valid"]
    oracle.assert_equal(folder.warehouse, before)


def test_a_replay_loads_the_records_that_a_newer_version_can_decode_and_sends_no_request(
    account: Account, job: Job, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.put(order("valid now", shipping_handling=12))
    account.put(order("still invalid", shipping_handling="many"))
    with monkeypatch.context() as older_version:
        older_version.setattr(OrderDecoder, "decode", lambda _, raw: QuarantinedRecord(raw, "not supported yet"))
        load(job)
    assert [order_id for order_id, _ in quarantined(job)] == ["still invalid", "valid now"]
    account.requests.clear()

    report = replay(job)

    assert (report.orders, report.quarantined, account.requests) == (1, 1, [])
    assert quarantined(job) == [("still invalid", 'Expected a number, got "many" - at `$.shipping_handling`')]
    oracle.assert_equal(folder.warehouse, [account.get("valid now")])


@pytest.mark.long
def test_a_record_without_an_id_is_replayed_without_being_duplicated(account: Account, job: Job) -> None:
    account.put(order("another"))
    load(job)
    reason = "Object missing required field `id`"
    job.warehouse.execute(
        "insert into inventory_planner._quarantine values ('s', 0, null, ?, ?, 'a1000', now() - interval 1 hour)",
        [reason, '{"total":1}'],
    )

    replay(job)
    replay(job)

    assert quarantined(job) == [(None, reason)]


def test_a_replay_of_an_empty_quarantine_does_nothing(job: Job) -> None:
    load(job)

    report = replay(job)

    assert (report.outcome, report.has_changes) == ("succeeded", False)


def test_an_invalid_order_that_was_deleted_from_the_account_leaves_with_the_next_sweep(
    account: Account, job: Job
) -> None:
    account.put(order("invalid", shipping_handling="many"))
    account.put(order("valid"))
    load(job)
    account.delete("invalid")

    sweep(job)

    assert quarantined(job) == []


@pytest.mark.long
def test_the_records_of_another_account_stay(account: Account, job: Job) -> None:
    account.put(order("invalid", shipping_handling="many"))
    load(job)
    account.account_id = "a2000"
    account.edit("invalid", shipping_handling=1)
    with Client(job.settings.base_url, account.api_key, "a2000", 0) as client:
        load(replace(job, client=client, settings=replace(job.settings, account_id="a2000")))

    assert [order_id for order_id, _ in quarantined(job)] == ["invalid"]

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from filling import fill_marts
from inventory_planner.errors import ApiError, ConfigurationError, LoadError, UnreadableAnswerError
from inventory_planner.marts.dbt_vars import start_of_day
from inventory_planner.run import run
from inventory_planner.settings import Settings
from inventory_planner.sync.catalog import load_catalog
from inventory_planner.sync.load import Job, load
from inventory_planner.warehouse.build_record import read_build, record_build
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner_emulator import Account, Fault, Server
from orders import order
from roads import client_of

TODAY = date(2026, 1, 5)
NAMES = "variant_id, sku, title, barcode, product_id, is_removed, _account_id, _unknown_fields, _deleted_at is not null"


@pytest.fixture(autouse=True)
def _no_dbt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory_planner.marts.faulty_orders.run_dbt", fill_marts)


def rows(job: Job) -> list[tuple[Any, ...]]:
    return job.warehouse.execute(f"select {NAMES} from inventory_planner.variants order by all")


def synced_at(job: Job) -> dict[str, datetime]:
    return dict(job.warehouse.execute("select variant_id, __synced_at from inventory_planner.variants"))


def syncs(job: Job) -> list[tuple[Any, ...]]:
    return job.warehouse.execute(
        "select outcome, requests, quarantined, error from inventory_planner._syncs where sync_kind = 'catalog'"
        " order by started_at"
    )


def catalog_requests(account: Account) -> int:
    return sum(request.path.endswith("/variants") for request in account.requests)


def test_each_variant_has_a_row_with_its_current_state(account: Account, job: Job) -> None:
    account.put(order())
    account.put_variant("never ordered", sku="NEW", barcode=4006381333931)
    account.put_variant("old", sku="", title=["a", "b"], removed=True)

    load_catalog(job, TODAY)

    assert rows(job) == [
        ("c9_5001", "TEE-RED-M", "Tee red M", "4006381333931", "5000_1", False, "a1000", None, False),
        ("c9_5002", "TEE-RED-L ", "Tee red M", "4006381333931", "5000_1", False, "a1000", None, False),
        ("never ordered", "NEW", None, "4006381333931", None, False, "a1000", None, False),
        ("old", None, None, None, None, True, "a1000", '{"title":["a","b"]}', False),
    ]
    assert syncs(job) == [("succeeded", 3, 0, None)]
    ((drift,),) = job.warehouse.execute("select drift from inventory_planner._syncs")
    assert json.loads(drift) == ["variant.title (unexpected shape)"]


def test_only_what_changed_is_written_and_makes_the_marts_out_of_date(account: Account, job: Job) -> None:
    for name in ("same", "renamed", "gone", "back"):
        account.put_variant(name, sku=name)
    load_catalog(job, TODAY)
    account.delete_variant("back")
    load_catalog(job, TODAY)
    before = synced_at(job)
    record_build(job.warehouse, {})

    load_catalog(job, TODAY)
    assert synced_at(job) == before
    assert read_build(job.warehouse) is not None

    account.put_variant("renamed", sku="RENAMED")
    account.put_variant("new", sku="new")
    account.put_variant("back", sku="back")
    account.delete_variant("gone")
    load_catalog(job, TODAY)

    assert [(row[0], row[1], row[-1]) for row in rows(job)] == [
        ("back", "back", False),
        ("gone", "gone", True),
        ("new", "new", False),
        ("renamed", "RENAMED", False),
        ("same", "same", False),
    ]
    after = synced_at(job)
    assert {name for name, at in after.items() if before.get(name) != at} == {"back", "new", "renamed"}
    assert read_build(job.warehouse) is None


def test_the_catalog_of_another_account_is_left_alone(account: Account, job: Job) -> None:
    account.put_variant("v", sku="A")
    load_catalog(job, TODAY)
    job.warehouse.execute(
        "insert into inventory_planner.variants (variant_id, sku, is_removed, _account_id, __synced_at)"
        " values ('other', 'B', false, 'a2000', now()), ('v', 'C', false, 'a2000', now())"
    )
    account.put_variant("v", sku="A2")
    load_catalog(job, TODAY)

    assert [(row[0], row[1], row[6], row[-1]) for row in rows(job)] == [
        ("other", "B", "a2000", False),
        ("v", "A2", "a1000", False),
        ("v", "C", "a2000", False),
    ]


@pytest.mark.long
def test_a_large_catalog_is_written_whole(account: Account, job: Job) -> None:
    """As many variants as take several statements, and several pages."""
    job = replace(job, settings=replace(job.settings, page_size=1000))
    account.variants = {f"v{number}": {"sku": f"S{number}"} for number in range(2_345)}
    load_catalog(job, TODAY)
    account.variants |= {f"v{number}": {"sku": f"T{number}"} for number in range(1_500)}
    load_catalog(job, TODAY)
    account.variants |= dict.fromkeys([f"v{number}" for number in range(1_200)])
    load_catalog(job, TODAY)

    counted = job.warehouse.execute(
        "select left(sku, 1), _deleted_at is null, count(*) from inventory_planner.variants group by all order by all"
    )
    assert counted == [("S", True, 845), ("T", False, 1_200), ("T", True, 300)]


def test_a_catalog_that_can_not_be_written_whole_is_not_written(account: Account, job: Job) -> None:
    account.put(order(warehouse_display_name="Main"))
    account.put_variant("v", sku="A")
    load_catalog(job, TODAY)
    before = rows(job)
    account.put_variant("v", sku="B")
    job.warehouse.execute("update inventory_planner.warehouses set display_name = null, disabled = null")
    job.warehouse.execute("alter table inventory_planner.warehouses alter display_name type integer")

    with pytest.raises(LoadError):
        load_catalog(job, TODAY)

    assert rows(job) == before
    assert [outcome for outcome, *_ in syncs(job)] == ["succeeded", "failed"]


def test_a_catalog_that_is_suddenly_empty_is_not_believed(account: Account, job: Job) -> None:
    account.put_variant("v", sku="A")
    load_catalog(job, TODAY)
    account.delete_variant("v")

    with pytest.raises(UnreadableAnswerError, match="returned no variants, but the catalog had 1"):
        load_catalog(job, TODAY)

    assert [(row[0], row[-1]) for row in rows(job)] == [("v", False)]


def test_a_variant_that_can_not_be_identified_is_reported_and_counted(
    account: Account, job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    account.put_variant("fine", sku="A")
    account.put_variant("broken", id={}, sku="X")

    load_catalog(job, TODAY)

    assert [row[0] for row in rows(job)] == ["fine"]
    assert [(outcome, quarantined) for outcome, _, quarantined, _ in syncs(job)] == [("succeeded", 1)]
    assert any('"sku":"X"' in message for message in caplog.messages)


def test_further_fields_are_kept_and_others_not_requested(account: Account, job: Job) -> None:
    account.put_variant("v", sku="A", title="T", barcode="B", alerts={"active": 2}, oos=3)
    fields = ("alerts", "-title", "-id", "-no such field")

    load_catalog(replace(job, settings=replace(job.settings, catalog_fields=fields)), TODAY)

    assert [row[:4] + row[7:8] for row in rows(job)] == [("v", "A", None, "B", '{"alerts":{"active":2}}')]
    requested = account.requests[0].params["fields"].split(",")
    assert (requested[-1], "title" in requested, "id" in requested) == ("alerts", False, True)


# with the orders


def test_the_first_run_of_a_day_reads_the_catalog_and_no_other(account: Account, job: Job) -> None:
    account.put(order())
    run(job, {})
    assert catalog_requests(account) == 1
    account.requests.clear()

    run(job, {})
    assert (catalog_requests(account), len(account.requests)) == (0, 2)

    job.warehouse.execute(
        "update inventory_planner._syncs set started_at = started_at - interval 1 day where sync_kind = 'catalog'"
    )
    run(job, {})
    assert catalog_requests(account) == 1


def test_a_day_begins_at_midnight_in_the_account() -> None:
    now = datetime(2026, 1, 5, 3, tzinfo=UTC)

    assert start_of_day({"account_timezone": "America/New_York"}, "a1000", now) == datetime(2026, 1, 4, 5, tzinfo=UTC)
    assert start_of_day({"as_of_date": "2024-06-30"}, "a1000", now) == datetime(2026, 1, 5, tzinfo=UTC)


@pytest.mark.long
def test_a_failure_of_the_catalog_loses_no_order_and_is_reported(
    account: Account, job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    account.put(order())
    account.before_answer.append(
        lambda request: (
            account.faults.append(Fault.refused("No access to variants"))
            if request.path.endswith("/variants")
            else None
        )
    )

    assert run(job, {}).is_published

    assert job.warehouse.execute("select count(*) from marts.purchase_orders") == [(1,)]
    ((outcome, _, _, error),) = syncs(job)
    assert outcome == "failed"
    assert "No access to variants" in error
    assert any(message.startswith("Could not read the catalog") for message in caplog.messages)

    account.requests.clear()
    run(job, {})
    assert catalog_requests(account) == 0, "it was tried again at once"

    account.before_answer.clear()
    job.warehouse.execute(
        "update inventory_planner._syncs set started_at = started_at - ? where sync_kind = 'catalog'",
        [timedelta(hours=2)],
    )
    run(job, {})
    assert catalog_requests(account) == 1
    assert len(rows(job)) == 2


def test_a_failure_on_demand_is_raised(account: Account, job: Job) -> None:
    account.put(order())
    load(job)
    account.faults.append(Fault.refused("No access to variants"))

    with pytest.raises(ApiError, match="No access to variants"):
        load_catalog(job, TODAY)


def test_through_neuro_one_line_says_that_there_is_no_catalog(
    account: Account, neuro_job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    account.put(order())

    run(neuro_job, {})

    assert caplog.messages.count("Neuro offers stock orders only; the catalog is not read.") == 1
    with pytest.raises(ConfigurationError, match="Neuro offers stock orders only"):
        load_catalog(neuro_job, TODAY)


@pytest.fixture
def neuro_job(account: Account, server: Server, settings: Settings, warehouse: Warehouse) -> Iterator[Job]:
    with client_of("neuro", account, server.url) as client:
        yield Job(client, settings, warehouse)

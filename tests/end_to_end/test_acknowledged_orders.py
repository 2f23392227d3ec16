"""Orders in ORDERED come in and become CLOSED, once each, whatever happens to requests, processes and builds."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest

import oracle
from filling import fill_marts
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import InventoryPlannerError, TransformError, UnknownOutcomeError
from inventory_planner.monitor.status import status
from inventory_planner.orders import acknowledge
from inventory_planner.run import run
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job, load
from inventory_planner.sync.sweep import sweep
from inventory_planner_emulator import Account, Fault, RecordedRequest, Server
from killing import KillPoint, exit_status, run_without_dbt_or_waits
from orders import minute, order
from writing import is_write, logged, opened, written

pytestmark = pytest.mark.long

IMPORTED: dict[str, Any] = {"status": ("ORDERED",), "acknowledge_status": "CLOSED"}
VARIABLES = {"as_of_date": "2026-01-21"}
ORDERS = 1_000
KILLS = 5
LOST = (  # answers, some of them of requests that the account has carried out
    *(Fault.no_answer().after_applying(), Fault.no_answer(), Fault.empty().after_applying()),
    *(Fault.bad_gateway(504).after_applying(), Fault.server_error(503), Fault.truncated_json().after_applying()),
)


@pytest.fixture
def job(job: Job) -> Job:
    """Imports orders that are ordered, and closes them."""
    return replace(job, settings=replace(job.settings, **IMPORTED))


@pytest.fixture
def _without_dbt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory_planner.marts.faulty_orders.run_dbt", fill_marts)


def put(account: Account, *numbers: int, **fields: Any) -> None:
    for number in numbers:
        values = {"reference": f"R{number}", "status": "ordered", "last_modified": minute(number % 60), **fields}
        account.put(order(f"65f0c0de{number:016}", **values))


def statuses(account: Account) -> dict[str, str]:
    return {each["reference"]: each["status"] for each in account.orders()}


def stored(job: Job) -> dict[str, str]:
    """The statuses of the orders in the warehouse that are not marked as deleted."""
    query = "select purchase_order_number, status from inventory_planner.purchase_orders where _deleted_at is null"
    return dict(job.warehouse.execute(query))


@pytest.mark.usefixtures("_without_dbt")
def test_a_run_acknowledges_what_it_has_loaded_and_published(
    account: Account, job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    put(account, 1, 2)
    put(account, 3, status="open")
    report = run(job, VARIABLES)
    assert (report.acknowledged, report.is_published) == (2, True)
    assert "Acknowledged 2 orders (CLOSED)." in caplog.messages
    assert statuses(account) == {"R1": "closed", "R2": "closed", "R3": "open"}
    assert stored(job) == {"R1": "closed", "R2": "closed"}

    put(account, 4, last_modified="2026-01-05T12:00:00+00:00")
    account.edit(f"65f0c0de{1:016}", status="ordered")  # comes back
    assert run(job, VARIABLES).acknowledged == 2
    assert statuses(account) == {"R1": "closed", "R2": "closed", "R3": "open", "R4": "closed"}
    assert (run(job, VARIABLES).acknowledged, len(written(account))) == (0, 4)
    assert (sweep(job).deleted, stored(job)) == (0, {"R1": "closed", "R2": "closed", "R4": "closed"})
    account.requests.clear()
    assert run(job, VARIABLES).acknowledged == 0
    assert len(account.requests) == 1


@pytest.mark.usefixtures("_without_dbt")
def test_without_the_setting_a_run_writes_nothing(account: Account, job: Job) -> None:
    put(account, 1)
    run(replace(job, settings=replace(job.settings, acknowledge_status=None)), VARIABLES)
    assert (written(account), logged(job.warehouse)) == ([], [])


def test_a_build_that_fails_does_not_keep_orders_from_being_acknowledged(
    account: Account, job: Job, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise TransformError("dbt ran out of disk")

    monkeypatch.setattr("inventory_planner.run.build_and_publish", fail)
    put(account, 1, 2)
    account.faults.append(Fault.refused("Locked").only(lambda each: is_write(each) and each.path.endswith("1")))
    with pytest.raises(TransformError, match="dbt ran out of disk"):
        run(job, VARIABLES)
    assert statuses(account) == {"R1": "ordered", "R2": "closed"}
    assert any("1 of 2 orders were not acknowledged" in each for each in caplog.messages)


@pytest.mark.usefixtures("_without_dbt")
def test_a_failed_acknowledgement_does_not_keep_data_from_readers_and_shows_in_the_status(
    account: Account, job: Job, folder: DataFolder
) -> None:
    put(account, 1)
    account.faults.extend([Fault.no_answer().only(is_write)] * 3)
    with pytest.raises(UnknownOutcomeError, match="1 of 1 orders were not acknowledged") as raised:
        run(job, VARIABLES)
    assert raised.value.exit_status == 75
    job.warehouse.close()
    found = status(job.warehouse.engine, folder)
    assert found.published_at is not None
    assert [(each["command"], each["purchase_order_number"], each["state"]) for each in found.writes] == [
        ("acknowledge", "R1", "unknown")
    ]
    assert (found.syncs[0]["sync_kind"], found.syncs[0]["outcome"]) == ("acknowledge", "failed")

    assert run(job, VARIABLES).acknowledged == 1
    job.warehouse.close()
    assert [each["state"] for each in status(job.warehouse.engine, folder).writes] == ["applied"]


@pytest.mark.usefixtures("_without_dbt")
def test_an_unreachable_api_after_the_load_fails_the_run_at_its_end(account: Account, job: Job) -> None:
    put(account, 1)
    account.faults.extend([Fault.rate_limited().only(is_write)] * 6)
    with pytest.raises(InventoryPlannerError, match="0 of 1 changes were applied before"):
        run(job, VARIABLES)
    assert run(job, VARIABLES).acknowledged == 1


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
@pytest.mark.parametrize("seed", range(1))
def test_1000_orders_are_acknowledged_once_each_despite_lost_answers_and_kills(
    server: Server, settings: Settings, folder: DataFolder, seed: int
) -> None:
    account, rng = server.account, Random(seed)  # noqa: S311 (when to fail, not a secret)
    settings = replace(settings, **IMPORTED)
    put(account, *range(ORDERS))
    put(account, *range(ORDERS, ORDERS + 50), status="open")
    others = account.orders()[ORDERS:]
    doomed = set(rng.sample(range(ORDERS), len(LOST) * KILLS))
    faults = _spread(doomed, rng)
    account.before_answer.append(lambda request: _lose(account, request, faults))

    for _ in range(KILLS):
        kill_point = KillPoint("^send .*PATCH", rng.randint(1, ORDERS // KILLS), delay=rng.choice([0, 0.002, 0.01]))
        assert exit_status(run_without_dbt_or_waits, settings, folder, kill_point) < 0
    assert exit_status(run_without_dbt_or_waits, settings, folder) == 0

    applied = Counter(each.path.rpartition("/")[2] for each in written(account) if each.applied)
    assert applied == Counter(f"65f0c0de{number:016}" for number in range(ORDERS))
    assert set(statuses(account).values()) == {"closed", "open"}
    assert account.orders()[ORDERS:] == others
    assert not faults
    with opened(server, folder.root) as own:
        job = replace(own, settings=settings)
        load(job)
        assert acknowledge(job) == []
        rows = logged(job.warehouse)
    assert Counter(each["purchase_order_id"] for each in rows if each["state"] == "applied") == applied
    assert {each["state"] for each in rows} <= {"applied", "failed"}
    oracle.assert_equal(folder.warehouse, account.orders()[:ORDERS])


def _spread(numbers: set[int], rng: Random) -> dict[str, Fault]:
    return {f"65f0c0de{number:016}": rng.choice(LOST) for number in sorted(numbers)}


def _lose(account: Account, request: RecordedRequest, faults: dict[str, Fault]) -> None:
    """Lose the answer to the first write of an order that has a fault."""
    fault = faults.pop(request.path.rpartition("/")[2], None) if is_write(request) else None
    if fault:
        account.faults.append(fault.only(lambda each: each is request))

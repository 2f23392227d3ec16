from __future__ import annotations

import os
import shutil
import signal
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb
import pytest

import oracle
from inventory_planner.data_folder import DataFolder
from inventory_planner.run import run
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job
from inventory_planner.warehouse.build_record import read_build, read_published_build
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.sync_log import KILLED as LOGGED_AS_KILLED
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner_emulator import Account, Server
from killing import (
    PAGE_SIZE,
    VARIABLES,
    KillPoint,
    Work,
    exit_status,
    is_free,
    load_and_publish,
    load_only,
    run_without_dbt,
    start_command,
    wait_for,
    wait_for_first_model,
)
from orders import API_KEY
from readers import Seen, change, look, read_marts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")

BEFORE = 5  # orders
AFTER = 15
PAGES = 4  # of an undisturbed reading of all 15: each begins with the last order of the one before
PAGES_OF_CHUNK = 2 + 1 + 1  # the third does not fit into the chunk, and the fourth is prefetched
PROOF = 1  # request for the newest order, in a reading of several pages
KILLED = -signal.SIGKILL
KILL_EVERY = int(os.environ.get("KILL_EVERY", "0"))
ALL_STEPS = 700  # nearly; a run with fewer is not killed
LOAD_STEPS = {
    "the first request": KillPoint("^send"),
    "rows for dlt": KillPoint("^open .*new_jobs/purchase_order_items.*parquet"),
    "the commit of the first table": KillPoint("^commit"),
    "the commit of the third table": KillPoint("^commit", 3),
    "the last statement of a chunk": KillPoint('^execute INSERT INTO "inventory_planner"."_dlt_loads"'),
    "a request while a chunk is loaded": KillPoint("^send", PAGES + PROOF),
    "the second package": KillPoint("^os.rename .*/load/new/[^/]+ ", 2),
    "the end in the sync log": KillPoint("^execute update inventory_planner._syncs .* where sync_id"),
}
PUBLISH_STEPS = {
    "the build record": KillPoint("^execute insert into inventory_planner._build_record"),
    "the copy": KillPoint("^execute checkpoint$"),
    "the replacement": KillPoint(r"^os.rename .*analytics\.duckdb\.new"),
}
SWEEP_STEPS = {
    "the request for an order that seems deleted": KillPoint("^send .*order-000"),
    "it is marked": KillPoint("^execute update inventory_planner.purchase_orders"),
    "the end in the sync log": KillPoint("^execute update inventory_planner._syncs .* where sync_id", 2),
}


@pytest.fixture(scope="module")
def published(served: Server, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A folder in which the first state of the account was loaded and published."""
    served.account = Account(api_key=API_KEY)
    folder = DataFolder(tmp_path_factory.mktemp("published"))
    change(served.account, 1, BEFORE)
    settings = Settings(API_KEY, served.account.account_id, served.url, requests_per_second=0)
    assert exit_status(run_without_dbt, settings, folder) == 0
    return folder


@pytest.fixture
def folder(published: DataFolder, tmp_path: Path) -> DataFolder:
    """A copy of the published folder."""
    return DataFolder(Path(shutil.copytree(published.root, tmp_path / "data")))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, page_size=PAGE_SIZE)


def assert_as_if_never_killed(
    work: Work, account: Account, settings: Settings, folder: DataFolder, after: Seen
) -> None:
    """Run once more in the same folder: nothing is left of the kill."""
    assert exit_status(work, settings, folder) == 0
    assert look(folder.analytics) == after
    oracle.assert_equal(folder.warehouse, account.orders())
    left = {path.name for path in folder.root.iterdir()} - {"dlt", "run.lock"}
    assert left == {"warehouse.duckdb", "analytics.duckdb"}
    with folder.locked("test", timeout=0):
        warehouse = Warehouse(engine_of(folder), folder)
        built = read_build(warehouse)
        warehouse.close()
    assert built is not None
    assert read_published_build(engine_of(folder)) == built


@pytest.mark.long
@pytest.mark.parametrize(
    "kill_point", [*LOAD_STEPS.values(), *PUBLISH_STEPS.values()], ids=[*LOAD_STEPS, *PUBLISH_STEPS]
)
def test_a_run_killed_before_any_step_costs_a_chunk_at_most(
    account: Account, settings: Settings, folder: DataFolder, kill_point: KillPoint
) -> None:
    before, after = look(folder.analytics), change(account, 2, AFTER)

    assert exit_status(load_and_publish, settings, folder, kill_point) == KILLED
    assert look(folder.analytics) in {before, after}

    assert_as_if_never_killed(load_and_publish, account, settings, folder, after)
    assert len(account.requests) <= PAGES + PROOF + PAGES_OF_CHUNK + PROOF


@pytest.mark.long
@pytest.mark.parametrize("kill_point", SWEEP_STEPS.values(), ids=SWEEP_STEPS)
def test_the_run_after_a_killed_sweep_completes_it(
    account: Account, settings: Settings, folder: DataFolder, kill_point: KillPoint
) -> None:
    before, after = look(folder.analytics), change(account, 2, AFTER)
    account.delete("order-000")

    assert exit_status(run_without_dbt, settings, folder, kill_point) == KILLED
    assert look(folder.analytics) == before

    assert_as_if_never_killed(run_without_dbt, account, settings, folder, after._replace(orders=AFTER - 1))


@pytest.mark.long
def test_a_killed_run_stays_in_the_sync_log(account: Account, settings: Settings, folder: DataFolder) -> None:
    before = syncs(folder)
    change(account, 2, AFTER)
    assert exit_status(load_and_publish, settings, folder, LOAD_STEPS["the first request"]) == KILLED
    assert syncs(folder) == [*before, ("running", None)]

    assert exit_status(load_and_publish, settings, folder) == 0
    assert syncs(folder) == [*before, ("failed", LOGGED_AS_KILLED), ("succeeded", None)]


def syncs(folder: DataFolder) -> list[tuple[str, str | None]]:
    with duckdb.connect(folder.warehouse) as connection:
        return connection.execute("select outcome, error from inventory_planner._syncs order by started_at").fetchall()


@pytest.mark.long
@pytest.mark.usefixtures("one_report")
def test_dbt_ends_with_a_killed_run_and_the_next_run_builds(
    account: Account, settings: Settings, folder: DataFolder, job: Job
) -> None:
    before, after = look(folder.analytics), change(account, 2, AFTER)
    assert exit_status(load_only, settings, folder) == 0

    with start_command("transform", settings, folder) as command:
        wait_for_first_model(folder)
        command.kill()
    wait_for(partial(is_free, folder))
    assert look(folder.analytics) == before
    assert read_build(job.warehouse) is None

    assert run(job, VARIABLES).is_published
    assert look(folder.analytics, read_marts) == after
    oracle.assert_equal(folder.warehouse, account.orders())


@pytest.mark.long
@pytest.mark.skipif(not KILL_EVERY, reason="KILL_EVERY=1 kills at each of some 600 steps, KILL_EVERY=10 at each tenth")
@pytest.mark.parametrize("nth", range(1, ALL_STEPS, KILL_EVERY or ALL_STEPS))
def test_a_kill_at_any_step_or_shortly_after_it_does_no_harm(
    account: Account, settings: Settings, folder: DataFolder, nth: int
) -> None:
    before, after = look(folder.analytics), change(account, 2, AFTER)

    for delay in (0, nth % 10 / 1000):
        assert exit_status(load_and_publish, settings, folder, KillPoint(nth=nth, delay=delay)) in {KILLED, 0}
        assert look(folder.analytics) in {before, after}

    assert_as_if_never_killed(load_and_publish, account, settings, folder, after)

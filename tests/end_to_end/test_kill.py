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
from doomed import (
    MADE_OF,
    PAGE_SIZE,
    Blow,
    Work,
    dbt_at_work,
    exit_status,
    is_free,
    load_and_publish,
    run_with_one_report,
    run_without_dbt,
    started,
    wait_for,
)
from inventory_planner.marts.publish import is_current

import oracle
from inventory_planner.data_folder import Folder
from inventory_planner.settings import Settings
from inventory_planner.sync import load
from inventory_planner.warehouse import sync_log
from inventory_planner_emulator import Account, Server
from orders import API_KEY, NOW
from readers import Seen, change, look, read_marts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")

BEFORE = 5  # orders
AFTER = 15
PAGES = 4  # of a reading of all 15 that nothing disturbs: each begins with the last order of the one before
PAGES_OF_CHUNK = 2 + 1 + 1  # the third is answered already when it does not fit in, and the fourth is fetched ahead
PROOF = 1  # request for the newest, in a reading of several pages
KILLED = -signal.SIGKILL
KILL_EVERY = int(os.environ.get("KILL_EVERY", "0"))
ALL_STEPS = 700  # nearly; a run that gets by is not killed
LOAD_STEPS = {
    "the first request": Blow("^send"),
    "rows for dlt": Blow("^open .*new_jobs/purchase_order_items.*parquet"),
    "the commit of the first table": Blow("^commit"),
    "the commit of the third table": Blow("^commit", 3),
    "the last word on a chunk": Blow('^execute INSERT INTO "inventory_planner"."_dlt_loads"'),
    "a request while a chunk is loaded": Blow("^send", PAGES + PROOF),
    "the second package": Blow("^os.rename .*/load/new/[^/]+ ", 2),
    "the line in the sync log": Blow("^execute merge into inventory_planner._syncs", 2),
}
PUBLISH_STEPS = {
    "the copy": Blow("^execute checkpoint$"),
    "the swap": Blow(r"^os.rename .*analytics\.duckdb\.new"),
    "the note of what was published": Blow(r"^open .*published\.json"),
}
SWEEP_STEPS = {
    "an order that seems gone is asked for": Blow("^send .*order-000"),
    "it is marked": Blow("^execute update inventory_planner.purchase_orders"),
    "the sweep is written down": Blow("^execute merge into inventory_planner._syncs", 4),
}


@pytest.fixture(scope="module")
def _published(served: Server, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    account = served.account = Account(api_key=API_KEY, now=lambda: NOW)
    folder = Folder(tmp_path_factory.mktemp("published"))
    change(account, 1, BEFORE)
    of_account = Settings(API_KEY, account.account_id, served.url, requests_per_second=0)
    assert exit_status(run_without_dbt, of_account, folder) == 0
    return folder


@pytest.fixture
def folder(_published: Folder, tmp_path: Path) -> Folder:
    """A folder in which the first state of the account was loaded and published."""
    return Folder(Path(shutil.copytree(_published.root, tmp_path / "data")))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, page_size=PAGE_SIZE)


def assert_as_if_never_killed(work: Work, account: Account, settings: Settings, folder: Folder, after: Seen) -> None:
    """Once more in the same folder, and nothing is left of the kill."""
    assert exit_status(work, settings, folder) == 0
    assert look(folder.analytics) == after
    oracle.assert_equal(folder.warehouse, account.orders())
    left = {path.name for path in folder.root.iterdir()} - {"built.json", "dlt", "run.lock"}
    assert left == {"warehouse.duckdb", "analytics.duckdb", "published.json"}
    with folder.locked("test", patience=0):
        pass


@pytest.mark.parametrize("blow", [*LOAD_STEPS.values(), *PUBLISH_STEPS.values()], ids=[*LOAD_STEPS, *PUBLISH_STEPS])
def test_a_run_killed_before_this_step_costs_a_chunk_at_most(
    account: Account, settings: Settings, folder: Folder, blow: Blow
) -> None:
    before, after = look(folder.analytics), change(account, 2, AFTER)

    assert exit_status(load_and_publish, settings, folder, blow) == KILLED
    assert look(folder.analytics) in {before, after}

    assert_as_if_never_killed(load_and_publish, account, settings, folder, after)
    assert is_current(folder, MADE_OF)
    assert len(account.requests) <= PAGES + PROOF + PAGES_OF_CHUNK + PROOF


@pytest.mark.parametrize("blow", SWEEP_STEPS.values(), ids=SWEEP_STEPS)
def test_a_sweep_killed_before_this_step_is_made_up_for(
    account: Account, settings: Settings, folder: Folder, blow: Blow
) -> None:
    before, after = look(folder.analytics), change(account, 2, AFTER)
    account.delete("order-000")

    assert exit_status(run_without_dbt, settings, folder, blow) == KILLED
    assert look(folder.analytics) == before

    assert_as_if_never_killed(run_without_dbt, account, settings, folder, after._replace(orders=AFTER - 1))


def test_a_killed_run_stays_in_the_sync_log(account: Account, settings: Settings, folder: Folder) -> None:
    change(account, 2, AFTER)
    assert exit_status(load_and_publish, settings, folder, LOAD_STEPS["the first request"]) == KILLED
    assert [outcome for outcome, _ in syncs(folder)] == ["succeeded", "succeeded", "running"]

    assert exit_status(load_and_publish, settings, folder) == 0
    assert syncs(folder)[2:] == [("failed", sync_log.KILLED), ("succeeded", None)]


def syncs(folder: Folder) -> list[tuple[str, str | None]]:
    with duckdb.connect(folder.warehouse, read_only=True) as connection:
        return connection.execute("select outcome, error from inventory_planner._syncs order by started_at").fetchall()


def test_dbt_can_be_killed_and_ends_with_the_run_that_was_killed(
    account: Account, settings: Settings, folder: Folder
) -> None:
    before, after = look(folder.analytics), change(account, 2, AFTER)
    assert exit_status(load.load, settings, folder) == 0

    with started("transform", settings, folder) as killed_run:
        dbt_at_work(folder)
        killed_run.kill()
    wait_for(partial(is_free, folder))
    assert not (folder.dbt / "target" / "run_results.json").exists()  # which dbt writes at its end
    assert look(folder.analytics) == before

    assert exit_status(run_with_one_report, settings, folder) == 0
    assert look(folder.analytics, read_marts) == after
    oracle.assert_equal(folder.warehouse, account.orders())


@pytest.mark.skipif(not KILL_EVERY, reason="KILL_EVERY=1 kills at each of some 600 steps, KILL_EVERY=10 at each tenth")
@pytest.mark.parametrize("nth", range(1, ALL_STEPS, KILL_EVERY or ALL_STEPS))
def test_a_kill_at_any_step_or_shortly_after_it_does_no_harm(
    account: Account, settings: Settings, folder: Folder, nth: int
) -> None:
    before, after = look(folder.analytics), change(account, 2, AFTER)

    for delay in (0, nth % 10 / 1000):
        assert exit_status(load_and_publish, settings, folder, Blow(nth=nth, delay=delay)) in {KILLED, 0}
        assert look(folder.analytics) in {before, after}

    assert_as_if_never_killed(load_and_publish, account, settings, folder, after)

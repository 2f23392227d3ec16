from __future__ import annotations

import signal
import sys
from dataclasses import replace
from typing import Any

import duckdb
import pytest

import oracle
from doomed import Blow, command, dbt_at_work, exit_status, is_free, load_and_publish, run_without_dbt, started
from inventory_planner.data_folder import Folder
from inventory_planner.settings import Settings
from inventory_planner_emulator import Account
from readers import change, look

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no signals to speak of")

STOPPED = "Stopped. What is committed is kept; the next run goes on from there."
WAYS = {signal.SIGINT: (130, "KeyboardInterrupt"), signal.SIGTERM: (143, "TerminatedError")}


def syncs(folder: Folder) -> list[tuple[Any, ...]]:
    with duckdb.connect(folder.warehouse, read_only=True) as connection:
        return connection.execute("select outcome, error from inventory_planner._syncs order by started_at").fetchall()


@pytest.mark.parametrize("number", WAYS, ids=["ctrl-c", "sigterm"])
@pytest.mark.parametrize(
    "blow",
    [Blow("^send"), Blow("^open .*new_jobs/.*parquet", 2), Blow("^commit", 3), Blow("_dlt_loads", 2)],
    ids=["while reading", "while rows are written", "while they are merged", "at the last word on them"],
)
def test_a_load_that_is_stopped_says_so_and_leaves_nothing_in_the_way(
    account: Account, settings: Settings, folder: Folder, number: signal.Signals, blow: Blow
) -> None:
    change(account, 1, 5)
    status, error = WAYS[number]

    ended, said = command("load", settings, folder, replace(blow, signal=number))

    assert (ended, said.splitlines()[-1]) == (status, STOPPED)
    assert "Traceback" not in said
    assert syncs(folder) == [("failed", error)]
    assert exit_status(load_and_publish, settings, folder) == 0
    oracle.assert_equal(folder.warehouse, account.orders())


def test_what_was_read_when_the_signal_came_is_committed(account: Account, settings: Settings, folder: Folder) -> None:
    change(account, 1, 5)

    command("load", settings, folder, Blow("^begin", 1, signal.SIGTERM))

    oracle.assert_equal(folder.warehouse, account.orders())


def test_a_publish_that_is_stopped_leaves_the_file_and_no_litter(
    account: Account, settings: Settings, folder: Folder
) -> None:
    before = change(account, 1, 5)
    assert exit_status(run_without_dbt, settings, folder) == 0

    ended, said = command("publish", settings, folder, Blow("^execute drop schema", 1, signal.SIGINT))

    assert (ended, said.splitlines()) == (130, ["", STOPPED])
    assert look(folder.analytics) == before
    assert not list(folder.root.glob("analytics.duckdb.*"))


def test_dbt_is_stopped_with_the_run(account: Account, settings: Settings, folder: Folder) -> None:
    change(account, 1, 5)
    assert exit_status(load_and_publish, settings, folder) == 0

    with started("transform", settings, folder) as run:
        dbt_at_work(folder)
        run.terminate()
        _, said = run.communicate()

    assert (run.returncode, said.splitlines()[-1]) == (143, STOPPED)
    assert "Traceback" not in said
    assert is_free(folder)

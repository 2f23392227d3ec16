from __future__ import annotations

import signal
import sys
from dataclasses import replace
from typing import Any

import duckdb
import pytest

import oracle
from inventory_planner.data_folder import DataFolder
from inventory_planner.settings import Settings
from inventory_planner_emulator import Account
from killing import (
    KillPoint,
    exit_status,
    is_free,
    load_and_publish,
    run_command,
    run_without_dbt,
    start_command,
    wait_for_first_model,
)
from readers import change, look

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="has no signals to speak of"),
]

STOPPED = "Stopped. Committed data is kept; the next run resumes from there."
EXITS = {signal.SIGINT: (130, "KeyboardInterrupt"), signal.SIGTERM: (143, "TerminatedError")}
STEPS = {
    "while reading": KillPoint("^send"),
    "while rows are written": KillPoint("^open .*new_jobs/.*parquet", 2),
    "while rows are merged": KillPoint("^commit", 3),
    "at the last statement of a package": KillPoint("_dlt_loads", 2),
}


def syncs(folder: DataFolder) -> list[tuple[Any, ...]]:
    with duckdb.connect(folder.warehouse) as connection:
        return connection.execute("select outcome, error from inventory_planner._syncs order by started_at").fetchall()


@pytest.mark.parametrize("number", EXITS, ids=["ctrl-c", "sigterm"])
@pytest.mark.parametrize("step", STEPS)
def test_a_load_that_gets_a_signal_at_any_step_stops_cleanly(
    account: Account, settings: Settings, folder: DataFolder, number: signal.Signals, step: str
) -> None:
    change(account, 1, 5)
    status, error = EXITS[number]

    exit_code, errors = run_command("load", settings, folder, replace(STEPS[step], signal=number))

    assert (exit_code, errors.splitlines()[-1]) == (status, STOPPED)
    assert "Traceback" not in errors
    assert syncs(folder) == [("failed", error)]
    assert exit_status(load_and_publish, settings, folder) == 0
    oracle.assert_equal(folder.warehouse, account.orders())


def test_rows_that_were_read_before_the_signal_are_committed(
    account: Account, settings: Settings, folder: DataFolder
) -> None:
    change(account, 1, 5)

    run_command("load", settings, folder, KillPoint("^begin", 1, signal.SIGTERM))

    oracle.assert_equal(folder.warehouse, account.orders())


def test_a_publish_that_gets_a_signal_leaves_the_published_file_and_no_other(
    account: Account, settings: Settings, folder: DataFolder
) -> None:
    before = change(account, 1, 5)
    assert exit_status(run_without_dbt, settings, folder) == 0
    change(account, 2, 5)
    assert exit_status(run_without_dbt, settings, folder, KillPoint("^execute checkpoint$")) == -signal.SIGKILL

    exit_code, errors = run_command("publish", settings, folder, KillPoint("^execute drop schema", 1, signal.SIGINT))

    assert (exit_code, errors.splitlines()) == (130, ["", STOPPED])
    assert look(folder.analytics) == before
    assert not list(folder.root.glob("analytics.duckdb.*"))


def test_dbt_stops_with_the_command(account: Account, settings: Settings, folder: DataFolder) -> None:
    change(account, 1, 5)
    assert exit_status(load_and_publish, settings, folder) == 0

    with start_command("transform", settings, folder) as command:
        wait_for_first_model(folder)
        command.terminate()
        _, errors = command.communicate()

    assert (command.returncode, errors.splitlines()[-1]) == (143, STOPPED)
    assert "Traceback" not in errors
    assert is_free(folder)

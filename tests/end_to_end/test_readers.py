from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection

import duckdb
import pytest
from inventory_planner.marts.publish import publish

import oracle
from inventory_planner.api.client import Client
from inventory_planner.data_folder import Folder
from inventory_planner.run import run
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job, load
from inventory_planner_emulator import Account
from readers import WAYS, Report, change, holding_it_open, read_without_pause

ORDERS = 40
ROUNDS = 4  # between two whole runs
MADE_OF = {"as_of_date": "2026-01-05"}


@pytest.fixture
def job(client: Client, settings: Settings, folder: Folder) -> Job:
    return Job(client, replace(settings, page_size=10), folder)


@contextmanager
def reading(folder: Folder) -> Iterator[list[Connection]]:
    """A process for each way to read, each at it when the block begins."""
    processes = get_context("spawn")
    pipes = [processes.Pipe() for _ in WAYS]
    readers = [
        processes.Process(target=read_without_pause, args=(folder.analytics, way, theirs), daemon=True)
        for way, (_, theirs) in zip(WAYS, pipes, strict=True)
    ]
    for reader in readers:
        reader.start()
    ours = [mine for mine, _ in pipes]
    for mine in ours:
        assert mine.recv() == "reading"
    yield ours
    for reader in readers:
        reader.join()


def rebuild_report(folder: Folder) -> None:
    """What dbt would do, by the very statements that it compiled, without the seconds that it takes to start."""
    with duckdb.connect(folder.warehouse) as connection:
        for name in ("purchase_order_lines", "received_vs_ordered"):
            (compiled,) = folder.dbt.glob(f"target/compiled/**/{name}.sql")
            connection.execute(f"create or replace table marts.{name} as {compiled.read_text()}")


@pytest.mark.usefixtures("one_report")
def test_readers_never_see_an_error_or_a_mixed_state_while_runs_go_on(account: Account, job: Job) -> None:
    published = [change(account, 1, ORDERS)]
    run(job, MADE_OF)

    with reading(job.folder) as readers:
        for generation in range(2, 2 + ROUNDS):
            published.append(change(account, generation, ORDERS + generation))
            with job.folder.locked("run"):
                load(job)
                rebuild_report(job.folder)
                publish(job.folder, MADE_OF)
        published.append(change(account, 100, 2 * ORDERS))
        run(job, MADE_OF)
        reports = [report_of(reader) for reader in readers]

    assert [report.error for report in reports] == [None] * len(WAYS)
    assert all(report.reads > len(published) for report in reports)
    assert all([state for state in published if state in report.seen] == report.seen for report in reports)
    assert [report.seen[-1] for report in reports] == [published[-1], published[-1], published[0]]
    assert reports[WAYS.index(holding_it_open)].seen == published[:1]
    oracle.assert_equal(job.folder.warehouse, account.orders())


def report_of(reader: Connection) -> Report:
    reader.send("stop")
    report: Report = reader.recv()
    return report

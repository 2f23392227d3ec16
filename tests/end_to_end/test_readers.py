from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

import oracle
from inventory_planner.data_folder import DataFolder
from inventory_planner.marts import build
from inventory_planner.run import run
from inventory_planner.sync.load import Job
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner_emulator import Account
from readers import READERS, Report, Seen, change, keep_open, read_without_pause

ORDERS = 40
VARIABLES = {"as_of_date": "2999-12-31"}  # not past: `rebuild_marts` writes no snapshots to look into
ROUNDS = 8

Reader = Callable[[Path], Iterator[Seen]]


@pytest.fixture
def folder(parsed_folder: DataFolder) -> DataFolder:
    return parsed_folder


@contextmanager
def reading(folder: DataFolder, readers: Sequence[Reader]) -> Iterator[list[Connection]]:
    """A process for each reader; each one is reading when the block begins."""
    context = get_context("spawn")
    pipes = [context.Pipe() for _ in readers]
    processes = [
        context.Process(target=read_without_pause, args=(folder.analytics, reader, theirs), daemon=True)
        for reader, (_, theirs) in zip(readers, pipes, strict=True)
    ]
    for process in processes:
        process.start()
    ours = [mine for mine, _ in pipes]
    for mine in ours:
        assert mine.recv() == "reading"
    yield ours
    for process in processes:
        process.join()


def rebuild_marts(warehouse: Warehouse, *_: object) -> str:
    """Run the statements that dbt compiled for the tables, without the seconds that dbt takes to start."""
    found = warehouse.execute(
        "select table_schema || '.' || table_name from information_schema.tables where table_type = 'BASE TABLE'"
    )
    results = json.loads((warehouse.folder.dbt / "target" / "run_results.json").read_text())["results"]
    compiled = {
        each["relation_name"].split(".", 1)[1].replace('"', ""): each for each in results if each["relation_name"]
    }
    for relation, result in compiled.items():
        if (relation,) in found and result["unique_id"].startswith("model."):
            warehouse.execute(f"create or replace table {relation} as {result['compiled_code']}")
    return ""


@pytest.mark.long
@pytest.mark.usefixtures("one_report")
def test_readers_of_every_kind_never_see_an_error_or_a_mixed_state_during_runs(
    account: Account, job: Job, folder: DataFolder
) -> None:
    """Read while runs publish one generation after another; dbt builds the first one and the last one."""
    published = [change(account, 1, ORDERS)]
    run(job, VARIABLES)

    with reading(folder, READERS) as pipes:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(build, "run_dbt", rebuild_marts)
            for generation in range(2, 2 + ROUNDS):
                published.append(change(account, generation, ORDERS + generation))
                run(job, VARIABLES)
        published.append(change(account, 100, 2 * ORDERS))
        run(job, VARIABLES)
        reports = [report_of(pipe) for pipe in pipes]

    assert [report.error for report in reports] == [None] * len(READERS)
    assert all(report.reads > len(published) for report in reports)
    assert all([state for state in published if state in report.seen] == report.seen for report in reports)
    for reader, report in zip(READERS, reports, strict=True):
        assert (report.seen == published[:1]) if reader is keep_open else (report.seen[-1] == published[-1])
    oracle.assert_equal(folder.warehouse, account.orders())


def report_of(pipe: Connection) -> Report:
    pipe.send("stop")
    report: Report = pipe.recv()
    return report

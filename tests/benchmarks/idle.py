"""Idle run: nothing has changed since the last one, as most hours of most days."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click
from contenders import check_ours, ours
from measuring import Cost, measured
from report import Aim, Benchmark, Result, Row, said
from served import served

IMPORTS = "import dlt, httpx, duckdb"  # what a run has to import before it can know that there is nothing to do
TIMES_IMPORTS = 1.5
REQUESTS = 2  # at most: what has changed, and how many orders there are


@click.command()
@click.option("--orders", default=20_000, show_default=True)
@click.pass_obj
def idle(benchmark: Benchmark, orders: int) -> None:
    """Run again when nothing has changed; next to it, what the imports alone take."""
    commands = {"imports alone": (sys.executable, "-c", IMPORTS), "ours, idle run": ours("run")}
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    with served(orders, benchmark.lines) as account, tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        said("the run before", measured(ours("run"), folder, account))
        for _ in range(benchmark.runs):
            for name, command in commands.items():
                costs[name].append(measured(command, folder, account))
                said(name, costs[name][-1])
        for database in ("warehouse.duckdb", "analytics.duckdb"):
            check_ours(folder, account.truth, database)
    imports, idle_run = (Row(name, runs) for name, runs in costs.items())
    title = f"Idle run over {orders:,} orders, {orders * benchmark.lines:,} lines"
    benchmark.add(Result(title, [imports, _judged(idle_run, imports.cost)], "times imports"))


def _judged(idle_run: Row, imports: Cost) -> Row:
    cost = idle_run.cost
    is_quick = cost.seconds <= TIMES_IMPORTS * imports.seconds
    aims = (
        Aim(f"within {TIMES_IMPORTS} times the imports", is_quick),
        Aim(f"at most {REQUESTS} requests", cost.requests <= REQUESTS),
    )
    return Row(idle_run.name, idle_run.runs, imports, aims)

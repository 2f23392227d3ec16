"""Small change: a few orders change in an account, small or large; what load, transform and publish of them cost."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
from contenders import check_ours, ours
from measuring import Cost, measured
from report import Aim, Benchmark, Result, Row, said
from served import Served, served

COPIES = {"load": "warehouse.duckdb", "transform": "warehouse.duckdb", "publish": "analytics.duckdb"}  # of each step
REQUESTS = 2  # at most
TIMES_SMALL = 1.5  # what the load takes at most on the large account, of its time on the small one

Costs = dict[str, list[Cost]]


@click.command("small-change")
@click.option("--orders", nargs=2, default=(1_000, 100_000), show_default=True, help="Of a small and a large account.")
@click.option("--changed", default=100, show_default=True, help="Orders that change each time.")
@click.pass_obj
def small_change(benchmark: Benchmark, orders: tuple[int, int], changed: int) -> None:
    """Change a few orders in a small and in a large account, and bring the reports up to date."""
    small, large = (changed_costs(count, benchmark.lines, changed, benchmark.runs)[1] for count in orders)
    rows = [
        row
        for step in COPIES
        for row in (
            Row(f"{step}, {orders[0] * benchmark.lines:,} lines", small[step], aims=requests_aim(step, small[step])),
            _judged(step, f"{step}, {orders[1] * benchmark.lines:,} lines", large[step], Cost.middle(small[step])),
        )
    ]
    benchmark.add(Result(f"Small change: {changed:,} changed orders", rows, "times small"))


def changed_costs(orders: int, lines: int, changed: int, runs: int) -> tuple[Costs, Costs]:
    """What each step costs the first time, and after each change.

    Raises:
        VoidError: a step failed, or its copy is not the account.
    """
    with served(orders, lines) as account, tempfile.TemporaryDirectory() as folder:
        first = {step: [_step(step, Path(folder), account)] for step in COPIES}
        later: Costs = {step: [] for step in COPIES}
        for _ in range(runs):
            account.change(changed)
            for step in COPIES:
                later[step].append(_step(step, Path(folder), account))
    return first, later


def requests_aim(step: str, runs: list[Cost]) -> tuple[Aim, ...]:
    """The aim that the step has for requests, if any."""
    return (Aim(f"at most {REQUESTS} requests", Cost.middle(runs).requests <= REQUESTS),) if step == "load" else ()


def _step(step: str, folder: Path, account: Served) -> Cost:
    cost = measured(ours(step), folder, account)
    check_ours(folder, account.truth, COPIES[step])
    said(f"{step}, {account.truth['lines']:,} lines", cost)
    return cost


def _judged(step: str, name: str, runs: list[Cost], small: Cost) -> Row:
    aims = requests_aim(step, runs)
    if step == "load":
        is_quick = Cost.middle(runs).seconds <= TIMES_SMALL * small.seconds
        aims = (Aim(f"within {TIMES_SMALL} times the small", is_quick), *aims)
    return Row(name, runs, small, aims)

"""First load: an account into an empty folder, by us, by peers, and by the lower bound of what has to be done."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click
from contenders import LOWER_BOUND, NAMES, OURS, PLAIN, Contender, contenders
from measuring import Cost, measured
from report import Aim, Benchmark, Result, Row, said
from served import Served, served

TIMES_PLAIN = 20.0  # what a plain dlt pipeline takes at least, of our time
TIMES_LOWER_BOUND = 1.6  # at most, of the lower bound's seconds
MEGABYTES = {200_000: 400, 1_000_000: 600}  # at most, for ours, up to so many lines

JUDGED_FROM = 200_000  # lines; in less the seconds that everyone takes to start decide

Costs = Mapping[str, Sequence[Cost]]


@click.command("first-load")
@click.option("--orders", default=20_000, show_default=True)
@click.option("--only", multiple=True, type=click.Choice(NAMES), help="Leave the others out.")
@click.pass_obj
def first_load(benchmark: Benchmark, orders: int, only: tuple[str, ...]) -> None:
    """Load an account into an empty folder: ours, each peer, and the lower bound."""
    with served(orders, benchmark.lines) as account:
        found, left_out = contenders(account.url, only)
        costs = loaded(found, account, benchmark.runs)
    rows = [_row(name, costs, orders * benchmark.lines) for name in costs]
    title = f"First load of {orders:,} orders, {orders * benchmark.lines:,} lines"
    benchmark.add(Result(title, rows, "times ours", left_out=left_out))


def loaded(found: Sequence[Contender], account: Served, runs: int) -> dict[str, list[Cost]]:
    """What each load has cost; contenders in turn, so that a slow minute of the machine is no one's alone.

    Raises:
        VoidError: one failed, or landed something else than the account.
    """
    costs: dict[str, list[Cost]] = {each.name: [] for each in found}
    for _ in range(runs):
        for contender in found:
            with tempfile.TemporaryDirectory() as folder:
                cost = measured(contender.command, Path(folder), account)
                contender.check(Path(folder), account.truth)
            costs[contender.name].append(cost)
            said(contender.name, cost)
    return costs


def _row(name: str, costs: Costs, lines: int) -> Row:
    row = Row(name, costs[name], Cost.middle(costs[OURS]) if OURS in costs else None)
    if name == OURS:
        return replace(row, aims=_memory_aim(row.cost, lines))
    return replace(row, aims=_speed_aim(name, row.ratios[0]) if row.ratios and lines >= JUDGED_FROM else ())


def _memory_aim(cost: Cost, lines: int) -> tuple[Aim, ...]:
    most = next((megabytes for upto, megabytes in MEGABYTES.items() if lines <= upto), None)
    return (Aim(f"at most {most} MB", cost.peak_megabytes <= most),) if most else ()


def _speed_aim(name: str, times_ours: float) -> tuple[Aim, ...]:
    if name == LOWER_BOUND:
        return (Aim(f"ours within {TIMES_LOWER_BOUND} times", times_ours * TIMES_LOWER_BOUND >= 1),)
    if name == PLAIN:
        return (Aim(f"at least {TIMES_PLAIN:.0f} times ours", times_ours >= TIMES_PLAIN),)
    return (Aim("slower than ours", times_ours > 1),)

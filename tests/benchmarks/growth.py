"""Growth: the same small change in accounts of 1, 4 and 16 times the size, and how its cost grows with them."""

from __future__ import annotations

from math import log
from pathlib import Path
from statistics import linear_regression

import altair
import click
import polars
from measuring import Cost
from report import Aim, Benchmark, Result, Row
from small_change import COPIES, Costs, changed_costs, requests_aim

SIZES = (1, 4, 16)
FLAT = 0.1  # the power of the account's size that counts as none: 16 times the account, a third more
FIRST = "first load"
MEASURES = {"Requests": "requests", "Seconds": "seconds", "Processor seconds": "cpu_seconds"}


@click.command()
@click.option("--orders", default=5_000, show_default=True, help="Of the smallest account.")
@click.option("--changed", default=100, show_default=True, help="Orders that change each time.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw it: .html (loads Vega from the web) or .json.")
@click.pass_obj
def growth(benchmark: Benchmark, orders: int, changed: int, plot: Path | None) -> None:
    """Change as many orders in accounts of 1, 4 and 16 times the size."""
    found: dict[int, Costs] = {}
    for count in (orders * size for size in SIZES):
        first, later = changed_costs(count, benchmark.lines, changed, benchmark.runs)
        found[count * benchmark.lines] = {FIRST: first["load"], **later}
    rows = [
        Row(f"{step}, {lines:,} lines", costs[step], Cost.middle(smallest[step]), requests_aim(step, costs[step]))
        for smallest in [next(iter(found.values()))]
        for step in (FIRST, *COPIES)
        for lines, costs in found.items()
    ]
    title = f"Growth: {changed:,} changed orders in accounts of 1, 4 and 16 times the size"
    benchmark.add(Result(title, rows, "times smallest", aims=_aims(found)))
    if plot:
        _chart(found).save(plot)


def _aims(found: dict[int, Costs]) -> tuple[Aim, ...]:
    powers = {
        name: _power({lines: getattr(Cost.middle(costs["load"]), measure) for lines, costs in found.items()})
        for name, measure in MEASURES.items()
    }
    return tuple(
        Aim(f"{name} of a load go with the power {power:.2f} of the account's size, at most {FLAT}", power <= FLAT)
        for name, power in powers.items()
    )


def _power(by_lines: dict[int, float]) -> float:
    """0 where the size does not matter, 1 where twice the account costs twice as much."""
    return linear_regression([log(lines) for lines in by_lines], [log(value) for value in by_lines.values()]).slope


def _chart(found: dict[int, Costs]) -> altair.Chart:
    points = polars.DataFrame(
        {"lines": lines, "step": step, "seconds": Cost.middle(runs).seconds}
        for lines, costs in found.items()
        for step, runs in costs.items()
    )
    size = altair.X("lines:Q", scale=altair.Scale(type="log"), title="Lines in the account")
    seconds = altair.Y("seconds:Q", scale=altair.Scale(type="log"), title="Seconds")
    return altair.Chart(points).mark_line(point=True).encode(size, seconds, color="step:N")

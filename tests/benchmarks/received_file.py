"""Received file: quantities of many lines go back from one file; what that costs beside the pace limit."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import click
from contenders import check_ours, ours
from measuring import Cost, measured
from report import Aim, Benchmark, Result, Row, said
from served import Served, served

LINES = 5  # in an order
PACE = 2  # requests a second, as long as nobody sets another
SHARE_OF_PACE = 0.25  # of the time that the requests take at this pace; the rest of it is waiting
REQUESTS = 2  # an order: a read and a write
OTHER_REQUESTS = 20  # at most: the pages of the list, before the first change and after the last
TIMES_SMALL = 1.3  # the memory that a large file takes, of what a small one does


@click.command("received-file")
@click.option("--orders", nargs=2, default=(100, 1_000), show_default=True, help="In a small and in a large file.")
@click.pass_obj
def received_file(benchmark: Benchmark, orders: tuple[int, int]) -> None:
    """Receive five lines of each order from a file."""
    costs = [[_received(count) for _ in range(benchmark.runs)] for count in orders]
    small = Cost.middle(costs[0])
    rows = [_judged(count, runs, small) for count, runs in zip(orders, costs, strict=True)]
    benchmark.add(Result(f"Received file: {LINES} lines of each order, without a pace limit", rows, "times small"))


def _received(orders: int) -> Cost:
    with served(orders, LINES) as account, tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        measured(ours("load"), folder, account)
        path = _write(folder / "received.csv", account, orders)
        command, *options = ours("orders")[:-2], "receive", str(path), "--add", "--allow-over", "--yes", "--data", "."
        cost = measured((*command, *options), folder, account)
        check_ours(folder, account.truth)
    said(f"{orders:,} orders received", cost)
    return cost


def _write(path: Path, account: Served, orders: int) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("order", "variant", "received"))
        writer.writerows((order, variant, 1) for order, variant in account.receivable(orders))
    return path


def _judged(orders: int, runs: list[Cost], small: Cost) -> Row:
    cost = Cost.middle(runs)
    paced = cost.requests / PACE
    aims = (
        Aim(f"{REQUESTS} requests an order, and some", cost.requests <= REQUESTS * orders + OTHER_REQUESTS),
        Aim(f"within {SHARE_OF_PACE:.0%} of the pace limit's time", cost.seconds <= SHARE_OF_PACE * paced),
        Aim(f"within {TIMES_SMALL} times the memory", cost.peak_megabytes <= TIMES_SMALL * small.peak_megabytes),
    )
    remark = f"{paced:,.0f} s at {PACE} requests a second"
    return Row(f"{orders:,} orders, {orders * LINES:,} lines", runs, small, aims, remark)

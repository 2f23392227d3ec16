"""Slow API: answers come late, as over a real network; how much of a first load is then ours."""

from __future__ import annotations

import click
from contenders import LOWER_BOUND, OURS, contenders
from first_load import loaded
from measuring import Cost
from report import Benchmark, Result, Row
from served import served


@click.command("slow-api")
@click.option("--orders", default=20_000, show_default=True)
@click.option("--delay", default=0.3, show_default=True, help="Seconds that each answer comes later.")
@click.pass_obj
def slow_api(benchmark: Benchmark, orders: int, delay: float) -> None:
    """Load an account whose answers, of 1,000 orders each, come late."""
    with served(orders, benchmark.lines) as account:
        found, left_out = contenders(account.url, (OURS, LOWER_BOUND))
        quick = loaded(found, account, benchmark.runs)
        account.delay(delay)
        slow = loaded(found, account, benchmark.runs)
    rows = [row for name in quick for row in (Row(f"{name}, at once", quick[name]), _late(name, quick, slow, delay))]
    title = f"Slow API: first load of {orders:,} orders, each answer {delay * 1000:.0f} ms late"
    benchmark.add(Result(title, rows, "times at once", left_out=left_out))


def _late(name: str, quick: dict[str, list[Cost]], slow: dict[str, list[Cost]], delay: float) -> Row:
    """A row that tells the network's share; less than all delays is added where work goes on while answers are late."""
    before, now = Cost.middle(quick[name]), Cost.middle(slow[name])
    delays = now.requests * delay
    added = now.seconds - before.seconds
    remark = f"{delays:.1f} s of delays, {delays / now.seconds:.0%} of the time; {added:+.1f} s to at once"
    return Row(f"{name}, late", slow[name], before, remark=remark)

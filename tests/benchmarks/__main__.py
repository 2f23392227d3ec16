"""How long we take, and how much: beside peers, beside a lower bound, and as the account grows.

    uv run python tests/benchmarks [--runs 3] [--lines 10] [--json FILE] [BENCHMARK [OPTIONS]]...

    first-load      an account into an empty folder: ours, each peer, the lower bound     --orders N --only NAME
    idle            a run that finds nothing new, beside the imports that it begins with  --orders N
    small-change    100 changed orders in a small and in a large account                  --orders N N
    growth          the same in accounts of 1, 4 and 16 times the size                    --orders N --plot FILE
    received-file   quantities of many lines written back from one file                   --orders N N
    slow-api        a first load from an API that answers late                            --orders N --delay SECONDS

All of them without a name; several in one command, such as `first-load --orders 100000 --only ours idle`.

A process of its own serves one large account (`server`). Each command is a process, too, measured from its start to its
end: wall and processor seconds, peak memory, and the requests that the server saw; our pace limit is lifted. After each
the copy is compared with the account: where orders, lines, receipts or ordered units differ there is no figure, and the
benchmark fails. Figures are the medians of the runs, and mean something on a quiet machine only; nothing here is run by
pytest. All of it takes an hour or more, much of that plain dlt's.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click
from contenders import LOWER_BOUND, OURS
from first_load import first_load
from growth import growth
from idle import idle
from measuring import VoidError, compile_imports
from received_file import received_file
from report import Benchmark, console
from slow_api import slow_api
from small_change import small_change

LARGE = 100_000  # orders; peers would take hours


@click.group(chain=True, invoke_without_command=True)
@click.option("--runs", default=3, show_default=True, help="Of each thing that is measured.")
@click.option("--lines", default=10, show_default=True, help="In an order.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write all figures here, too.")
@click.pass_context
def benchmarks(context: click.Context, runs: int, lines: int, file: Path | None) -> None:
    """Measure what is named, or everything."""
    console.print("Compiling what is not compiled yet ...")
    compile_imports()
    context.obj = Benchmark(runs, lines, file)
    if context.invoked_subcommand is None:
        context.invoke(first_load)
        context.invoke(first_load, orders=LARGE, only=(OURS, LOWER_BOUND))
        for command in (idle, small_change, growth, slow_api, received_file):
            context.invoke(command)


for each in (first_load, idle, small_change, growth, slow_api, received_file):
    benchmarks.add_command(each)

if __name__ == "__main__":
    try:
        benchmarks()
    except VoidError as error:
        console.print(f"[red]Void:[/] {error}")
        sys.exit(1)

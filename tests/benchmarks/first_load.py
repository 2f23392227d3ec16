"""How long a first load takes: ours, a plain dlt pipeline, and the floor below which nobody comes.

    uv run python tests/benchmarks/first_load.py [--orders 20000] [--lines 10] [--runs 3] [--json FILE]

A process of its own serves one large account (see `large_account`; about 10 KB of memory a line). Each contender then
loads it, `--runs` times in turn, as a process of its own into an empty folder; what is measured is that process from
its start to its end, imports included: wall and processor seconds, peak memory, and the requests that the server saw.

    ours         `inventory-planner load`, with its pace limit lifted
    plain dlt    dlt's rest_api source with its defaults, merged into DuckDB            (plain_dlt.py)
    floor        fetch, decode and insert of the same columns with nothing around       (floor.py)

After each run the copy is compared with the account. A contender whose orders, lines, receipts or ordered units are not
the account's gets no figure: the benchmark says so and fails. The figures are the medians of the runs. Nothing here is
run by pytest: a figure means something on a quiet machine only. Five minutes or more, nearly all of them plain dlt's.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median
from typing import IO, Any

import click
import duckdb
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
API_KEY, ACCOUNT = "demo-key", "a1000"  # what the emulator accepts
MEGABYTE = 1024 * 1024
RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in a step of ru_maxrss: getrusage(2)
OURS, PLAIN, FLOOR = "ours", "plain dlt", "floor"
AIMS = {PLAIN: ("at least 15 times ours", 15.0, float("inf")), FLOOR: ("ours within 2 times", 0.5, float("inf"))}
MEMORY_AIM = 600  # MB at the most, for ours

console = Console()


@dataclass(frozen=True)
class Contender:
    """Who loads, how it is started, and where its copy lies."""

    name: str
    command: tuple[str, ...]
    database: str
    tables: tuple[str, str, str]


@dataclass(frozen=True)
class Run:
    """What one run has cost."""

    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    requests: int


@dataclass(frozen=True)
class Server:
    """The served account: where it is, and what a right copy of it holds."""

    url: str
    truth: dict[str, int]
    process: subprocess.Popen[str]

    def requests(self) -> int:
        """The number of requests since the last time that this was asked."""
        _pipe(self.process.stdin).write("\n")
        _pipe(self.process.stdin).flush()
        return int(_pipe(self.process.stdout).readline())


class VoidError(Exception):
    """A run that failed, or did not bring the account."""


@click.command()
@click.option("--orders", default=20_000, show_default=True)
@click.option("--lines", default=10, show_default=True, help="Lines in an order.")
@click.option("--runs", default=3, show_default=True, help="Runs of each contender.")
@click.option("--only", multiple=True, type=click.Choice([OURS, PLAIN, FLOOR]), help="Leave the others out.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the figures here, too.")
def main(orders: int, lines: int, runs: int, only: tuple[str, ...], file: Path | None) -> None:
    """Measure a first load."""
    console.print(f"Making an account of {orders:,} orders with {orders * lines:,} lines ...")
    with _served(orders, lines) as server:
        contenders = [each for each in _contenders(server.url) if not only or each.name in only]
        try:
            results = _measured(contenders, server, runs)
        except VoidError as error:
            console.print(f"[red]Void:[/] {error}")
            sys.exit(1)
    figures = _figures(results)
    console.print(_table(figures, f"First load of {orders:,} orders, {orders * lines:,} lines; {_machine()}"))
    if file:
        account = {"orders": orders, "lines": orders * lines}
        written = {"machine": _machine(), "account": account, "median": figures, "runs": _plain(results)}
        file.write_text(json.dumps(written, indent=2) + "\n")


def _contenders(url: str) -> tuple[Contender, ...]:
    arguments = (url, API_KEY, ACCOUNT, ".")
    tables = ("purchase_orders", "purchase_order_items", "purchase_order_receipts")
    nested = ("purchase_orders", "purchase_orders__items", "purchase_orders__items__received_history")
    return (
        Contender(OURS, ("-m", "inventory_planner", "load", "--data", "."), "warehouse.duckdb", _in_schema(tables)),
        Contender(FLOOR, (str(HERE / "floor.py"), *arguments), "floor.duckdb", tables),
        Contender(PLAIN, (str(HERE / "plain_dlt.py"), *arguments), "plain.duckdb", _in_schema(nested)),
    )


def _in_schema(tables: tuple[str, str, str]) -> tuple[str, str, str]:
    orders, lines, receipts = (f"inventory_planner.{table}" for table in tables)
    return orders, lines, receipts


def _measured(contenders: list[Contender], server: Server, runs: int) -> dict[str, list[Run]]:
    results: dict[str, list[Run]] = {each.name: [] for each in contenders}
    for number in range(1, runs + 1):
        for contender in contenders:
            run = _run(contender, server)
            results[contender.name].append(run)
            console.print(f"run {number}: {contender.name:10} {run.seconds:8.2f} s {run.peak_megabytes:6.0f} MB")
    return results


def _run(contender: Contender, server: Server) -> Run:
    server.requests()
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "said.txt").open("w+") as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *contender.command], cwd=folder, env=_environment(server.url), stdout=said, stderr=said
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait for it again
        if process.returncode:
            said.seek(0)
            raise VoidError(f"{contender.name} ended with {process.returncode}:\n{said.read()[-2000:]}")
        _compare(contender, Path(folder), server.truth)
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Run(seconds, cpu_seconds, usage.ru_maxrss * RSS_UNIT / MEGABYTE, server.requests())


def _environment(url: str) -> dict[str, str]:
    ours = {"API_KEY": API_KEY, "ACCOUNT_ID": ACCOUNT, "BASE_URL": url, "REQUESTS_PER_SECOND": "0"}
    settings = {f"SOURCES__INVENTORY_PLANNER__{name}": value for name, value in ours.items()}
    return {**os.environ, **settings, "RUNTIME__DLTHUB_TELEMETRY": "false"}


def _compare(contender: Contender, folder: Path, truth: dict[str, int]) -> None:
    with duckdb.connect(folder / contender.database, read_only=True) as database:
        orders, lines, receipts = (database.table(name) for name in contender.tables)
        landed = {
            "orders": _single(orders.count("*")),
            "lines": _single(lines.count("*")),
            "receipts": _single(receipts.count("*")),
            "units": _single(lines.sum("replenishment")),
        }
    if landed != truth:
        raise VoidError(f"{contender.name} landed {landed}; the account holds {truth}.")


def _single(relation: duckdb.DuckDBPyRelation) -> int:
    (value,) = relation.fetchone() or (0,)
    return int(value)


@contextmanager
def _served(orders: int, lines: int) -> Iterator[Server]:
    """The account in a process of its own, which ends with its standard input."""
    command = [sys.executable, str(HERE / "server.py"), str(orders), str(lines)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        said = _pipe(process.stdout).readline()
        if not said:
            raise click.ClickException("The server did not start.")
        try:
            yield Server(**json.loads(said), process=process)
        finally:
            _pipe(process.stdin).close()


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise RuntimeError("the server was started without pipes")
    return stream


def _figures(results: Mapping[str, list[Run]]) -> dict[str, dict[str, float]]:
    """The median of each measure, and how many times our seconds a contender takes."""
    medians = {
        name: {measure.name: median(getattr(run, measure.name) for run in runs) for measure in fields(Run)}
        for name, runs in results.items()
    }
    ours = medians.get(OURS, {}).get("seconds")
    return {name: {**row, **({"times_ours": row["seconds"] / ours} if ours else {})} for name, row in medians.items()}


def _table(figures: Mapping[str, Mapping[str, float]], title: str) -> Table:
    table = Table("", "seconds", "times ours", "cpu s", "peak MB", "requests", "aim", title=title)
    for name, row in figures.items():
        times = f"{row['times_ours']:.2f}" if "times_ours" in row else ""
        measures = (f"{row['cpu_seconds']:.2f}", f"{row['peak_megabytes']:.0f}", f"{row['requests']:.0f}")
        table.add_row(name, f"{row['seconds']:.2f}", times, *measures, _verdict(name, row))
    return table


def _verdict(name: str, row: Mapping[str, float]) -> str:
    if name == OURS:
        return _marked(f"at most {MEMORY_AIM} MB", is_met=row["peak_megabytes"] <= MEMORY_AIM)
    text, least, most = AIMS[name]
    return _marked(text, is_met=least <= row["times_ours"] <= most) if "times_ours" in row else text


def _marked(text: str, *, is_met: bool) -> str:
    return f"[green]{text}: met[/]" if is_met else f"[red]{text}: missed[/]"


def _machine() -> str:
    return f"{os.cpu_count()} cores, {_processor()}, {platform.system()}, Python {platform.python_version()}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _plain(results: Mapping[str, list[Run]]) -> dict[str, list[Any]]:
    return {name: [asdict(run) for run in runs] for name, runs in results.items()}


if __name__ == "__main__":
    main()

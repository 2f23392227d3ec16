"""What the benchmarks found: as tables, with a verdict where there is an aim, and as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measuring import Cost
from rich.console import Console
from rich.table import Table

console = Console(width=130)


@dataclass(frozen=True)
class Aim:
    """What was aimed at, and whether it was met."""

    text: str
    is_met: bool

    @property
    def verdict(self) -> str:
        """In colour."""
        return f"[green]{self.text}: met[/]" if self.is_met else f"[red]{self.text}: missed[/]"


@dataclass(frozen=True)
class Row:
    """What was measured, in each of its runs; `against` is what its ratios are to."""

    name: str
    runs: Sequence[Cost]
    against: Cost | None = None
    aims: tuple[Aim, ...] = ()
    remark: str = ""

    @property
    def cost(self) -> Cost:
        """The medians of the runs."""
        return Cost.middle(self.runs)

    @property
    def ratios(self) -> tuple[float, float] | None:
        """How many times what it is compared to it takes: seconds, and seconds of the processor."""
        if self.against is None:
            return None
        return self.cost.seconds / self.against.seconds, self.cost.cpu_seconds / self.against.cpu_seconds


@dataclass(frozen=True)
class Result:
    """One benchmark: its rows, what the ratios are to, and what is to be said of it as a whole."""

    title: str
    rows: Sequence[Row]
    against: str
    aims: tuple[Aim, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Benchmark:
    """What is the same for all benchmarks of one command, and what they have found so far."""

    runs: int
    lines: int
    file: Path | None
    results: list[Result] = field(default_factory=list)

    def add(self, result: Result) -> None:
        """Print it, and write all results to the file again: what comes later may fail."""
        self.results.append(result)
        console.print(_table(result))
        for aim in result.aims:
            console.print(aim.verdict)
        for name, reason in result.left_out.items():
            console.print(f"[yellow]{name} was left out:[/] {reason}")
        if self.file:
            results = [_plain(each) for each in self.results]
            written = {"machine": _machine(), "at": datetime.now(UTC).isoformat(), "results": results}
            self.file.write_text(json.dumps(written, indent=2) + "\n")


def said(name: str, cost: Cost) -> None:
    """A line while it goes on."""
    console.print(f"{name:32} {cost.seconds:8.2f} s {cost.cpu_seconds:8.2f} cpu s {cost.peak_megabytes:6.0f} MB")


def _table(result: Result) -> Table:
    columns = ("", "seconds", result.against, "cpu s", "times, cpu", "peak MB", "requests", "aim")
    table = Table(*columns, title=result.title, caption=_machine())
    for row in result.rows:
        cost, ratios = row.cost, [f"{ratio:.2f}" for ratio in row.ratios or ()] or ["", ""]
        seconds = (f"{cost.seconds:.2f}", ratios[0], f"{cost.cpu_seconds:.2f}", ratios[1])
        remarks = [*(aim.verdict for aim in row.aims), *([row.remark] if row.remark else [])]
        table.add_row(row.name, *seconds, f"{cost.peak_megabytes:.0f}", f"{cost.requests:.0f}", "\n".join(remarks))
    return table


def _plain(result: Result) -> dict[str, Any]:
    rows = [
        {
            "name": row.name,
            "median": asdict(row.cost),
            "ratios": dict(zip(("seconds", "cpu_seconds"), row.ratios or (), strict=False)),
            "aims": [asdict(aim) for aim in row.aims],
            "remark": row.remark,
            "runs": [asdict(run) for run in row.runs],
        }
        for row in result.rows
    ]
    return {**asdict(result), "rows": rows}


def _machine() -> str:
    return f"{os.cpu_count()} cores, {_processor()}, {platform.system()}, Python {platform.python_version()}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()

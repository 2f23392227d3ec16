"""The served account as the benchmarks hold it: a process of its own, and the pipes to it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import click

SERVER = Path(__file__).with_name("server.py")


@dataclass
class Served:
    """Where the account is, and what a right copy of it holds now."""

    url: str
    truth: dict[str, int]
    process: subprocess.Popen[str]

    def requests(self) -> int:
        """The number of requests since the last time that this was asked."""
        return int(self._asked("requests"))

    def change(self, orders: int) -> None:
        """Edit so many orders, all over the account, later than all edits before."""
        self.truth = self._asked(f"change {orders}")

    def receivable(self, orders: int) -> list[tuple[str, str]]:
        """Each line of so many orders, which a receipt is expected for: the order's id and the variant's."""
        found = self._asked(f"receivable {orders}")
        self.truth["receipts"] += len(found)
        return [(order, variant) for order, variant in found]

    def delay(self, seconds: float) -> None:
        """From now on each answer comes so much later; 0 is at once."""
        self._asked(f"delay {seconds}")

    def _asked(self, words: str) -> Any:
        _pipe(self.process.stdin).write(f"{words}\n")
        _pipe(self.process.stdin).flush()
        return json.loads(_pipe(self.process.stdout).readline())


@contextmanager
def served(orders: int, lines: int) -> Iterator[Served]:
    """The account in a process of its own, which ends with its standard input."""
    command = [sys.executable, str(SERVER), str(orders), str(lines)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        said = _pipe(process.stdout).readline()
        if not said:
            raise click.ClickException("The server did not start.")
        try:
            yield Served(**json.loads(said), process=process)
        finally:
            _pipe(process.stdin).close()


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise RuntimeError("the server was started without pipes")
    return stream

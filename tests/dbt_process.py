"""dbt in a process of its own that need not import it first, which takes longer than a small build."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

from forked import exit_code


def run(command: Sequence[str], *, env: Mapping[str, str], **_: object) -> CompletedProcess[str]:
    """As `subprocess.run`, for the command line that `transform` makes for dbt."""
    return CompletedProcess(command, *_ended(command[command.index("inventory_planner.marts.dbt") + 1 :], env), "")


def dbt_output(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """What dbt printed; how it ended is in its run_results.json."""
    _, printed = _ended(words, environment)
    return printed


def _ended(words: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    with TemporaryDirectory() as folder:
        log = Path(folder) / "output.txt"
        return exit_code(_dbt, words, dict(environment), log), log.read_text()


def _dbt(words: Sequence[str], environment: dict[str, str], log: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415 (not where this one starts)
    from dbt.cli.main import cli  # noqa: PLC0415

    try:
        cli(words, prog_name="dbt")
    finally:
        DuckDBConnectionManager.close_all_connections()  # such a process ends without what would close them

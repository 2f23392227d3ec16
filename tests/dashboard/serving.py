"""The dashboard as users start it, in a process of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb


@contextmanager
def dashboard(data: Path, *options: str, **environment: str) -> Iterator[str]:
    """The URL of a dashboard over this data folder, which stops at the end."""
    with dashboard_process(data, *options, **environment) as (url, _):
        yield url


@contextmanager
def dashboard_process(data: Path, *options: str, **environment: str) -> Iterator[tuple[str, int]]:
    """The same, with the id of its process."""
    command = [sys.executable, "-m", "inventory_planner", "dashboard", "--port", "0", "--no-browser", *options]
    with subprocess.Popen(
        [*command, "--data", str(data)], stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ) as process:
        try:
            assert process.stdout is not None
            output = process.stdout.readline()
            found = re.search(r"http://\S+", output)
            assert found, f"the dashboard did not start: {output}"
            yield found.group(), process.pid
        finally:
            process.terminate()


def publish(file: Path, to: Path, *statements: str) -> None:
    """Publish a copy of a file, changed by these statements, as `publish` does."""
    draft = to.with_suffix(".new")
    shutil.copyfile(file, draft)
    with duckdb.connect(str(draft)) as connection:
        for statement in statements:
            connection.execute(statement)
    os.replace(draft, to)  # noqa: PTH105 (as publish does)

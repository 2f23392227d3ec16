"""The dashboard as a user starts it, in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def dashboard(data: Path) -> Iterator[str]:
    """The URL of a dashboard over this data folder, for as long as it is needed."""
    command = [
        sys.executable,
        "-m",
        "inventory_planner",
        "dashboard",
        "--data",
        str(data),
        "--port",
        "0",
        "--no-browser",
    ]
    with subprocess.Popen([*command, "--data", str(data)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            found = re.search(r"http://\S+", said)
            assert found, f"the dashboard did not start: {said}"
            yield found.group()
        finally:
            process.terminate()

"""The dashboard as users start it, in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def dashboard(data: Path) -> Iterator[str]:
    """The URL of a dashboard over this data folder, which stops at the end."""
    command = [sys.executable, "-m", "inventory_planner", "dashboard", "--port", "0", "--no-browser"]
    with subprocess.Popen([*command, "--data", str(data)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            output = process.stdout.readline()
            found = re.search(r"http://\S+", output)
            assert found, f"the dashboard did not start: {output}"
            yield found.group()
        finally:
            process.terminate()

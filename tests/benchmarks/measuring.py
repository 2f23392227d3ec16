"""What a command costs: a process of its own, measured from its start to its end, imports included."""

from __future__ import annotations

import compileall
import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median
from typing import Self

from served import Served

import inventory_planner

API_KEY, ACCOUNT = "demo-key", "a1000"  # what the emulator accepts
TIMED = Path(__file__).with_name("timed.py")
SAID = 2000  # characters; the end of what a failed command said


class VoidError(Exception):
    """A run that failed, or did not bring the account: it has no figure."""


@dataclass(frozen=True)
class Cost:
    """What a command has cost: of several processes the sum, but of their memory the largest."""

    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    requests: float

    @classmethod
    def middle(cls, costs: Sequence[Self]) -> Self:
        """The median of each measure."""
        return cls(*(median(getattr(cost, measure.name) for cost in costs) for measure in fields(cls)))


def compile_imports() -> None:
    """Compile all that can be imported, as pip does when it installs; uv leaves it to the first who imports."""
    for folder in (sysconfig.get_path("purelib"), *inventory_planner.__path__):
        compileall.compile_dir(folder, quiet=2, workers=0)


def measured(command: Sequence[str], folder: Path, account: Served) -> Cost:
    """Run it in the folder, with the account in its environment.

    Raises:
        VoidError: it failed; what it said last is in the message.
    """
    account.requests()
    timed = [sys.executable, "-S", str(TIMED), *command]
    done = subprocess.run(timed, cwd=folder, env=_environment(account.url), capture_output=True, text=True, check=False)
    if done.returncode:
        raise VoidError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-SAID:]}")
    return Cost(**json.loads(done.stdout), requests=account.requests())


def _environment(url: str) -> dict[str, str]:
    ours = {"API_KEY": API_KEY, "ACCOUNT_ID": ACCOUNT, "BASE_URL": url, "REQUESTS_PER_SECOND": "0"}
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **inherited,
        **{f"SOURCES__INVENTORY_PLANNER__{name}": value for name, value in ours.items()},
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "AIRBYTE_OFFLINE_MODE": "1",  # no telemetry, no list of connectors
        "AIRBYTE_LOGGING_ROOT": ".",
    }

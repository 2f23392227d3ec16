"""Runs in processes of their own, to be killed at a step of their way.

A step is what leaves a trace outside of the process: a request, a statement that DuckDB gets, a file of the data folder
opened for writing, renamed or removed. So a run is hit at the same place each time, whatever the machine's pace.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb
import httpx
from forked import exit_code

from inventory_planner import run
from inventory_planner.api.client import Client
from inventory_planner.cli import commands as cli
from inventory_planner.data_folder import Folder, data_folder
from inventory_planner.marts import publish
from inventory_planner.marts.dbt import transform
from inventory_planner.settings import Settings
from inventory_planner.sync import chunks, load
from inventory_planner.sync.load import Job
from readers import ONE_REPORT

PAGE_SIZE = 5
ORDERS_PER_CHUNK = 6  # reached with the second page
WORTH_APPENDING = 2  # so the first chunk, with orders that were there before, is merged, and the others are appended
MADE_OF = {"as_of_date": "2026-01-05"}
STATEMENTS = ("execute", "executemany", "begin", "commit", "close")
CHANGES_OF_FILES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir")

Work = Callable[[Job], Any]


@dataclass(frozen=True)
class Blow:
    """A signal at the nth step whose description has the pattern in it: before it, or so many seconds after."""

    pattern: str = ""
    nth: int = 1
    signal: int = signal.SIGKILL
    delay: float = 0


def load_and_publish(job: Job) -> None:
    """A run without its sweep, which would make up for what a load has lost, and without dbt, which takes seconds."""
    with job.folder.locked("run"):
        load.load(job)
        publish.publish(job.folder, MADE_OF)


def run_without_dbt(job: Job) -> None:
    """The scheduled run with its sweep, but for dbt."""
    run.transform = lambda *_, **__: ""  # type: ignore[assignment]
    run.run(job, MADE_OF)


def run_with_one_report(job: Job) -> None:
    """The scheduled run, without the other marts."""
    run.transform = partial(transform, words=ONE_REPORT)
    run.run(job, MADE_OF)


def exit_status(work: Work, settings: Settings, folder: Folder, blow: Blow | None = None) -> int:
    """How the work ended in a process of its own: 0, or the signal that killed it as a negative number."""
    return exit_code(_work, work, settings, folder, blow)


def environment(settings: Settings, folder: Folder) -> dict[str, str]:
    """What `inventory-planner` finds its settings in."""
    return {
        "SOURCES__INVENTORY_PLANNER__API_KEY": settings.api_key,
        "SOURCES__INVENTORY_PLANNER__ACCOUNT_ID": settings.account_id,
        "SOURCES__INVENTORY_PLANNER__BASE_URL": settings.base_url,
        "SOURCES__INVENTORY_PLANNER__REQUESTS_PER_SECOND": "0",
        "SOURCES__INVENTORY_PLANNER__PAGE_SIZE": str(settings.page_size),
        "INVENTORY_PLANNER_DATA": str(folder.root),
    }


def command(word: str, settings: Settings, folder: Folder, blow: Blow) -> tuple[int, str]:
    """The exit status of a command that is hit, and what it wrote to standard error."""
    errors = folder.root.with_name("stderr")
    return exit_code(_command, word, settings, folder, blow, errors), errors.read_text()


def started(word: str, settings: Settings, folder: Folder) -> subprocess.Popen[str]:
    """A command as a user starts it; what it writes to standard error can be read."""
    return subprocess.Popen(
        [sys.executable, "-m", "inventory_planner", word],
        env={**os.environ, **environment(settings, folder)},
        cwd=folder.root.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def dbt_at_work(folder: Folder) -> None:
    """Wait until dbt has built its first model, so it has the warehouse open; its log tells, without a lock taken."""
    log = folder.dbt / "logs" / "dbt.log"
    wait_for(lambda: log.exists() and " OK created " in log.read_text())


def is_free(folder: Folder) -> bool:
    """Whether nobody has the warehouse open; what a killed process left in its log is taken over."""
    try:
        duckdb.connect(folder.warehouse).close()
    except duckdb.IOException:
        return False
    return True


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def _work(work: Work, settings: Settings, folder: Folder, blow: Blow | None) -> None:
    chunks.ORDERS_PER_CHUNK = ORDERS_PER_CHUNK  # type: ignore[misc]
    chunks.WORTH_APPENDING = WORTH_APPENDING  # type: ignore[misc]
    if blow:
        _Steps(folder.root, blow).watch()
    with Client(settings.base_url, settings.api_key, settings.account_id, 0) as client:
        work(Job(client, settings, data_folder(folder.root)))


def _command(word: str, settings: Settings, folder: Folder, blow: Blow, errors: Path) -> None:
    os.environ.update(environment(settings, folder))
    os.chdir(folder.root.parent)
    os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT), sys.stderr.fileno())
    sys.argv = ["inventory-planner", word]
    _Steps(folder.root, blow).watch()
    cli.main()


@dataclass
class _Steps:
    root: Path
    blow: Blow
    taken: int = 0

    def watch(self) -> None:
        sys.addaudithook(self._audited)
        for name in STATEMENTS:
            self._watched(duckdb.DuckDBPyConnection, name)
        self._watched(httpx.Client, "send")

    def _take(self, step: str) -> None:
        self.taken += bool(re.search(self.blow.pattern, step))
        if self.taken == self.blow.nth:
            self.taken += 1
            self._strike()

    def _strike(self) -> None:
        if self.blow.delay:
            Timer(self.blow.delay, os.kill, (os.getpid(), self.blow.signal)).start()
        else:
            os.kill(os.getpid(), self.blow.signal)

    def _audited(self, event: str, arguments: tuple[Any, ...]) -> None:
        is_write = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if (is_write or event in CHANGES_OF_FILES) and str(arguments[0]).startswith(str(self.root)):
            self._take(" ".join([event, *map(str, arguments)]))

    def _watched(self, owner: type, name: str) -> None:
        original = getattr(owner, name)

        def step(*arguments: Any, **options: Any) -> Any:
            self._take(" ".join([name, *map(str, (*arguments[1:], *options.values()))]))
            return original(*arguments, **options)

        setattr(owner, name, step)

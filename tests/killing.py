"""Runs in processes of their own, killed at a chosen step.

A step is what leaves a trace outside of the process: a request, a statement that DuckDB executes, a file of the data
folder opened for writing, renamed or removed. A run is killed at the same step each time, however fast the machine is.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb
import httpx

from filling import fill_marts
from inventory_planner.api.client import Client
from inventory_planner.cli import commands as cli
from inventory_planner.data_folder import DataFolder, data_folder
from inventory_planner.marts import build, faulty_orders
from inventory_planner.run import run
from inventory_planner.settings import Settings
from inventory_planner.sync import chunks
from inventory_planner.sync.load import Job, load
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.warehouse import open_warehouse

PAGE_SIZE = 5
MAX_CHUNK_ORDERS = 6  # reached with the second page
MIN_ORDERS_TO_APPEND = 2  # the first chunk, with orders that were there before, is merged, and the others are appended
VARIABLES = {"as_of_date": "2026-01-05"}
STATEMENTS = ("execute", "executemany", "begin", "commit", "close")
MAX_WAIT = 300  # seconds; on a busy machine dbt takes a minute to its first model
FILE_EVENTS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir")
ENGINE = ("INVENTORY_PLANNER_WAREHOUSE", "DESTINATION__POSTGRES__CREDENTIALS")
IMPORTED_ONCE = (  # by the process that the others are forked from; importing these takes longest
    *("inventory_planner.run", "inventory_planner.cli.commands", "inventory_planner.settings", "pyarrow.dataset"),
    "dlt.destinations.impl.duckdb.duck",
)

Work = Callable[[Job], Any]


@dataclass(frozen=True)
class KillPoint:
    """A signal at the nth step whose description matches the pattern: before it, or so many seconds after."""

    pattern: str = ""
    nth: int = 1
    signal: int = signal.SIGKILL
    delay: float = 0


def load_only(job: Job) -> None:
    """A load, as `inventory-planner load` runs it."""
    load(job)


def load_and_publish(job: Job) -> None:
    """A run without its sweep, which would repair what a load has lost, and without dbt, which takes seconds."""
    _replace_dbt()
    load(job)
    build.build_and_publish(job.warehouse, VARIABLES)


def run_without_dbt(job: Job) -> None:
    """The scheduled run with its sweep, but without dbt."""
    _replace_dbt()
    run(job, VARIABLES)


def run_without_dbt_or_waits(job: Job) -> None:
    """The same without waiting until a change shows that its answer was lost."""
    job.client.sleep = lambda _: None
    run_without_dbt(job)


def exit_status(work: Work, settings: Settings, folder: DataFolder, kill_point: KillPoint | None = None) -> int:
    """How the work ended in a process of its own: 0, or the signal that killed it as a negative number."""
    engine = {name: value for name, value in os.environ.items() if name in ENGINE}
    return _exit_code(_work, work, settings, folder, kill_point, engine)


def environment(settings: Settings, folder: DataFolder) -> dict[str, str]:
    """The environment variables with the settings of `inventory-planner`."""
    return {
        "SOURCES__INVENTORY_PLANNER__API_KEY": settings.api_key,
        "SOURCES__INVENTORY_PLANNER__ACCOUNT_ID": settings.account_id,
        "SOURCES__INVENTORY_PLANNER__BASE_URL": settings.base_url,
        "SOURCES__INVENTORY_PLANNER__REQUESTS_PER_SECOND": "0",
        "SOURCES__INVENTORY_PLANNER__PAGE_SIZE": str(settings.page_size),
        "INVENTORY_PLANNER_DATA": str(folder.root),
    }


def run_command(name: str, settings: Settings, folder: DataFolder, kill_point: KillPoint) -> tuple[int, str]:
    """The exit status of a command that gets a signal, and its standard error."""
    errors = folder.root.with_name("stderr")
    return _exit_code(_command, name, settings, folder, kill_point, errors), errors.read_text()


def start_command(name: str, settings: Settings, folder: DataFolder) -> subprocess.Popen[str]:
    """A command as a user starts it, with its standard error in a pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", "inventory_planner", name],
        env={**os.environ, **environment(settings, folder)},
        cwd=folder.root.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_first_model(folder: DataFolder) -> None:
    """Wait until dbt has built its first model and so has the warehouse open; its log shows it without a lock."""
    log = folder.dbt / "logs" / "dbt.log"
    wait_for(lambda: log.exists() and " OK created " in log.read_text())


def is_free(folder: DataFolder) -> bool:
    """Whether no process has the warehouse open; what a killed process left in its log is applied."""
    try:
        duckdb.connect(folder.warehouse).close()
    except duckdb.IOException:
        return False
    return True


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    end = time.monotonic() + MAX_WAIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def _replace_dbt() -> None:
    faulty_orders.run_dbt = fill_marts  # in a process that ends with the work


def _exit_code(target: Callable[..., None], *arguments: Any) -> int:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(list(IMPORTED_ONCE))
    process = processes.Process(target=target, args=arguments)
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def _work(
    work: Work,
    settings: Settings,
    folder: DataFolder,
    kill_point: KillPoint | None,
    environment: Mapping[str, str],
) -> None:
    os.environ.update(environment)
    chunks.MAX_CHUNK_ORDERS = MAX_CHUNK_ORDERS  # type: ignore[misc]
    chunks.MIN_ORDERS_TO_APPEND = MIN_ORDERS_TO_APPEND  # type: ignore[misc]
    if kill_point:
        _Steps(folder.root, kill_point).watch()
    folder = data_folder(folder.root)
    with (
        open_warehouse(engine_of(folder), folder, "run") as warehouse,
        Client(settings.base_url, settings.api_key, settings.account_id, 0) as client,
    ):
        work(Job(client, settings, warehouse))


def _command(name: str, settings: Settings, folder: DataFolder, kill_point: KillPoint, errors: Path) -> None:
    os.environ.update(environment(settings, folder))
    os.chdir(folder.root.parent)
    os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT), sys.stderr.fileno())
    sys.argv = ["inventory-planner", name]
    _Steps(folder.root, kill_point).watch()
    cli.main()


def _statements_of_postgres() -> list[tuple[type, str]]:
    """What sends something to PostgreSQL, where that is the warehouse: ours, and what dlt does."""
    if os.environ.get("INVENTORY_PLANNER_WAREHOUSE") != "postgres":
        return []
    import psycopg  # noqa: PLC0415 (a run in DuckDB does without these)
    from dlt.destinations._adbc_jobs import AdbcParquetCopyJob  # noqa: PLC0415
    from dlt.destinations.impl.postgres.sql_client import Psycopg2SqlClient  # noqa: PLC0415

    return [
        (psycopg.Connection, "execute"),
        (Psycopg2SqlClient, "execute_query"),
        (Psycopg2SqlClient, "commit_transaction"),
        (AdbcParquetCopyJob, "run"),
    ]


@dataclass
class _Steps:
    root: Path
    kill_point: KillPoint
    count: int = 0

    def watch(self) -> None:
        sys.addaudithook(self._audit)
        for name in STATEMENTS:
            self._wrap(duckdb.DuckDBPyConnection, name)
        self._wrap(httpx.Client, "send")
        for owner, name in _statements_of_postgres():
            self._wrap(owner, name)

    def _step(self, description: str) -> None:
        self.count += bool(re.search(self.kill_point.pattern, description))
        if self.count == self.kill_point.nth:
            self.count += 1
            self._kill()

    def _kill(self) -> None:
        if self.kill_point.delay:
            Timer(self.kill_point.delay, os.kill, (os.getpid(), self.kill_point.signal)).start()
        else:
            os.kill(os.getpid(), self.kill_point.signal)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        is_write = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if (is_write or event in FILE_EVENTS) and str(arguments[0]).startswith(str(self.root)):
            self._step(" ".join([event, *map(str, arguments)]))

    def _wrap(self, owner: type, name: str) -> None:
        original = getattr(owner, name)

        def step(*arguments: Any, **options: Any) -> Any:
            self._step(" ".join([name, *map(str, (*arguments[1:], *options.values()))]))
            return original(*arguments, **options)

        setattr(owner, name, step)

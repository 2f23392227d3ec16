"""Changes of an account in tests: what the write log shows of them, and runs that are killed at any step."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from inventory_planner.api.client import Client
from inventory_planner.data_folder import data_folder
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.tables import WRITES
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner.warehouse.write_log import WRITE_LOG
from inventory_planner_emulator import Account, RecordedRequest, Server

Row = dict[str, Any]
JSON_COLUMNS = ("before", "after", "body", "file_rows")
RANDOM = ("write_id", "user_name", "content_digest", "_account_id", "recorded_at")


class Killed(KeyboardInterrupt):
    """The process ends here, as far as our code can tell."""


@contextmanager
def opened(server: Server, root: Path | None = None) -> Iterator[Job]:
    """The served account and a warehouse of its own; nothing sleeps."""
    account = server.account
    settings = Settings(account.api_key, account.account_id, server.url, requests_per_second=0)
    with TemporaryDirectory() as own:
        folder = data_folder(root or Path(own))
        warehouse = Warehouse(engine_of(folder), folder)
        with Client(settings.base_url, settings.api_key, settings.account_id, 0, sleep=lambda _: None) as client:
            yield Job(client, settings, warehouse)
        warehouse.close()


def logged(warehouse: Warehouse) -> list[Row]:
    """The rows of the write log, oldest first: jobs as numbers, JSON decoded, whether they and their job have ended."""
    if WRITES.name not in warehouse.tables():
        return []
    names = [column.name for column in WRITES.columns]
    found = warehouse.execute(f"select {', '.join(names)} from {WRITE_LOG} order by recorded_at, write_id")
    rows = [dict(zip(names, values, strict=True)) for values in found]
    jobs = list(dict.fromkeys(row["job_id"] for row in rows))
    return [_readable(row, jobs) for row in rows]


def _readable(row: Row, jobs: list[str]) -> Row:
    kept = {name: value for name, value in row.items() if name not in RANDOM}
    decoded = {name: json.loads(row[name], parse_float=Decimal) if row[name] else row[name] for name in JSON_COLUMNS}
    ends = {name: row[name] is not None for name in ("ended_at", "job_ended_at")}
    return {**kept, **decoded, **ends, "job_id": jobs.index(row["job_id"])}


def written(account: Account) -> list[RecordedRequest]:
    """The requests that were to change the account."""
    return [request for request in account.requests if request.method != "GET"]


def is_write(request: RecordedRequest) -> bool:
    """Whether a request is to change the account."""
    return request.method != "GET"


def run_killed(run: Callable[[], object], step: int, *, after: bool) -> bool:
    """Run, and die at a step, before it or right after it; whether the run was long enough for that.

    A step is what leaves a trace outside of the process: a request, a statement.
    """
    steps = 0

    def wrap(owner: type, name: str, patch: pytest.MonkeyPatch) -> None:
        original = getattr(owner, name)

        def counted(*arguments: Any, **options: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps != step:
                return original(*arguments, **options)
            if after:
                original(*arguments, **options)
            raise Killed

        patch.setattr(owner, name, counted)

    with pytest.MonkeyPatch.context() as patch:
        wrap(Warehouse, "execute", patch)
        wrap(httpx.Client, "send", patch)
        try:
            run()
        except Killed:
            return True
    return False

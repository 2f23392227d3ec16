"""The key and Neuro's token appear nowhere: not in output, logs, errors, tables, files or the process list."""

from __future__ import annotations

import gzip
import json
import logging
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from dlt.common.configuration.container import Container
from dlt.common.configuration.specs.pluggable_run_context import PluggableRunContext

from inventory_planner.cli.commands import commands
from inventory_planner.data_folder import DataFolder
from inventory_planner_emulator import Account, Fault, Quirks, RecordedRequest, Server
from orders import line, order
from roads import ROADS, TOKEN, variables_of

KEY = "marked-key-7c41e0d2"
PAUSE = 0.02  # seconds between two looks at the process list
CONNECTIONS = [{"connection": "shop", "save_po": False}]
NEW_ORDER = {"purchase-order": {"warehouse": "w1", "items": [{"id": "v1", "replenishment": 4}]}}
RECEIPTS = "order,variant,received\nPO-1,v1,2\nPO-2,v2,1\n"


def is_write(request: RecordedRequest) -> bool:
    return request.method != "GET"


@pytest.fixture
def folder(parsed_folder: DataFolder) -> DataFolder:
    return parsed_folder


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty working directory, and afterwards dlt as it was."""
    monkeypatch.chdir(tmp_path)
    context = Container()[PluggableRunContext]
    run_dir = context.context.run_dir
    context.reload(str(tmp_path))
    yield
    context.reload(run_dir)


@contextmanager
def watched_processes(found: set[str]) -> Iterator[None]:
    """Collect the command lines of all processes of this machine while the block lasts."""
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(PAUSE):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    found.add(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue  # it ended meanwhile

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()


def shown(result: Result) -> str:
    """All that a command printed, and the error that it failed with, in full."""
    error = "".join(traceback.format_exception(result.exception)) if result.exception else ""
    return result.stdout + result.stderr + error


def stored(path: Path) -> dict[str, str]:
    """The rows of every table and view of a database, as text."""
    with duckdb.connect(path, read_only=True) as connection:
        names = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_catalog = current_database()"
        ).fetchall()
        return {
            f"{path.stem}.{schema}.{name}": str(connection.execute(f'select * from "{schema}"."{name}"').fetchall())
            for schema, name in names
        }


def files(folder: DataFolder) -> dict[str, bytes]:
    """The content of every file of the data folder, unpacked if it is packed."""
    return {
        str(path.relative_to(folder.root)): gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        for path in folder.root.rglob("*")
        if path.is_file()
        for content in [path.read_bytes()]
    }


@dataclass(frozen=True)
class Step:
    """A command, what the account answers to it in place of its own answers, and its exit status."""

    words: str
    exit_status: int = 0
    faults: tuple[Fault, ...] = ()


def steps(secret: str) -> list[Step]:
    """Every command that has to do with an account, and then what can go wrong: the API repeats the secret."""
    echo = f"Authorization {secret} is odd"
    return [
        Step("check"),
        Step("load"),
        Step("orders list"),
        Step("orders list --format json"),
        Step("orders show PO-1 --json"),
        Step("orders create new.json --yes"),
        Step("orders create --vendor acme --warehouse w1 --reference PO-4 --item v1=3 --yes"),
        Step("orders update PO-1 --notes late --dry-run"),
        Step("orders update PO-1 --notes late --yes --json"),
        Step("orders receive PO-1 v1=2 --yes", 0, (Fault.no_answer().after_applying().only(is_write),)),
        Step("orders receive receipts.csv --add --yes"),
        Step("orders connections PO-1"),
        Step("orders connect PO-1 shop --yes"),
        Step("orders stock PO-1"),
        Step("orders stock PO-1 --push --yes", 1),
        Step("orders close PO-3 --yes"),
        Step("run --as-of 2026-01-21"),
        Step("sweep"),
        Step("status"),
        Step("report received_vs_ordered --json"),
        Step("check", 77, (Fault.refused(echo, 401),)),
        Step("load", 1, (Fault.error_in_200(echo),)),
        Step("orders show PO-2", 1, (Fault.refused(echo),)),
        Step("orders update PO-2 --notes a --yes", 1, (Fault.refused(echo).only(is_write),)),
        Step("orders update PO-2 --notes b --yes", 1, (Fault.error_in_200(echo).only(is_write),)),
        Step("orders update PO-2 --notes c --yes", 77, (Fault.refused(echo, 403).only(is_write),)),
        Step("orders update PO-2 --notes d --yes", 0, (Fault.refused(echo, 503).only(is_write),)),
        Step("orders list --limit 0", 2),
        Step("status --json"),
    ]


@pytest.fixture
def filled_account(account: Account, tmp_path: Path) -> Account:
    """Three orders under a marked key, one variant whose stock can't be pushed, and the files of the commands."""
    account.api_key = KEY
    account.quirks = Quirks(push_errors={"v1": "Update request failed"})
    for number in (1, 2, 3):
        lines = [line("v1", replenishment=9, received=1), line("v2", replenishment=9)]
        account.put(order(f"order-{number}", reference=f"PO-{number}", items=lines, connections=CONNECTIONS))
    (tmp_path / "new.json").write_text(json.dumps(NEW_ORDER))
    (tmp_path / "receipts.csv").write_text(RECEIPTS)
    return account


@pytest.fixture
def secret(
    request: pytest.FixtureRequest,
    filled_account: Account,
    server: Server,
    folder: DataFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """The key or the token of the configured road."""
    for name, value in variables_of(request.param, filled_account, server.url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("INVENTORY_PLANNER_DATA", str(folder.root))
    return {"direct": KEY, "neuro": TOKEN}[request.param]


@pytest.mark.long
@pytest.mark.usefixtures("one_report")
@pytest.mark.parametrize("secret", ROADS, indirect=True)
def test_no_secret_is_found_anywhere_after_everything_was_run(
    secret: str, filled_account: Account, folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    output: list[tuple[Step, str]] = []
    ended: list[tuple[str, int]] = []
    processes: set[str] = set()
    with watched_processes(processes):
        for step in steps(secret):
            filled_account.faults.extend(step.faults)
            result = CliRunner().invoke(commands, ["--verbose", *step.words.split()])
            output.append((step, shown(result)))
            ended.append((step.words, getattr(result.exception, "exit_status", result.exit_code)))

    assert ended == [(step.words, step.exit_status) for step in steps(secret)]
    assert not filled_account.faults
    assert [step for step, text in output if secret in text] == []
    assert secret not in caplog.text
    assert any("dbt" in each for each in processes)
    assert [each for each in processes if secret in each] == []
    assert_not_stored(secret, folder)


def assert_not_stored(secret: str, folder: DataFolder) -> None:
    """Neither in a table nor in a file, although all of them have something."""
    tables = stored(folder.warehouse) | stored(folder.analytics)
    logs = ("warehouse.inventory_planner._writes", "warehouse.inventory_planner._syncs")
    assert [name for name in logs if "***" not in tables[name]] == []
    assert "PO-1" in tables["analytics.marts.received_vs_ordered"]
    assert [name for name, text in tables.items() if secret in text] == []
    found = files(folder)
    assert {"dlt", "dbt"} <= {name.split("/")[0] for name in found}
    assert [name for name, content in found.items() if secret.encode() in content] == []

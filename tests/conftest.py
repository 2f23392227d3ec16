from __future__ import annotations

import gc
import pickle
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from filelock import FileLock
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

import dbt_process
from inventory_planner.api.client import Client
from inventory_planner.cli.commands import GARBAGE
from inventory_planner.data_folder import Folder, data_folder
from inventory_planner.demo import DemoReport, demo
from inventory_planner.marts.dbt import transform
from inventory_planner.settings import Settings
from inventory_planner_emulator import Account, Server, serve
from orders import API_KEY, NOW
from readers import ONE_REPORT

# how fast examples are made says nothing on a machine that does other work too
hypothesis_settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("steady")


FIRST = (  # the longest: one of them alone at the end costs a minute
    *("test_marts.py", "test_churn.py", "test_kill.py", "test_browser.py", "test_run.py"),
    *("test_commands.py", "test_readers.py", "test_full_disk.py", "test_partial_builds.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))


def pytest_collection_finish() -> None:
    gc.freeze()  # all that is imported by now stays; to look through it again and again takes a tenth of the run
    gc.set_threshold(GARBAGE)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--churn-examples", type=int, help="drawn programs for each test of test_churn.py; all new ones")


@pytest.fixture(scope="session", autouse=True)
def ready_dbt() -> Iterator[None]:
    """Where a test runs dbt by a call of ours, it runs in a process that need not import it first.

    Commands that a test starts, and test_transform.py, run it as users do.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("inventory_planner.marts.dbt.subprocess", SimpleNamespace(run=dbt_process.run))
        yield


@pytest.fixture(scope="session")
def served() -> Iterator[Server]:
    """The server of all tests, because starting one takes far longer than replacing its account."""
    with serve(Account(api_key=API_KEY)) as server:
        yield server


@pytest.fixture
def account(served: Server) -> Account:
    """The served account: no orders, no quirks, no faults, and its clock stopped at NOW."""
    served.account = Account(api_key=API_KEY, now=lambda: NOW)
    return served.account


@pytest.fixture
def server(account: Account, served: Server) -> Server:
    """The server of the account."""
    assert served.account is account
    return served


@pytest.fixture
def settings(account: Account, server: Server) -> Settings:
    """The settings that read the served account, without a pace limit."""
    return Settings(account.api_key, account.account_id, server.url, requests_per_second=0)


@pytest.fixture
def waits() -> list[float]:
    """The seconds that `client` would have slept."""
    return []


@pytest.fixture
def client(settings: Settings, waits: list[float]) -> Iterator[Client]:
    """A client of the served account that waits for nothing."""
    with Client(settings.base_url, settings.api_key, settings.account_id, 0, sleep=waits.append) as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty data folder."""
    return data_folder(tmp_path / "data")


@pytest.fixture
def one_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run builds `received_vs_ordered` and what it stands on, and no other mart: half the time, and as good a try."""
    monkeypatch.setattr("inventory_planner.run.transform", partial(transform, words=ONE_REPORT))


@pytest.fixture(scope="session")
def demo_shown(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> tuple[Folder, DemoReport]:
    """The demo and its folder, for reading only: it runs once for all processes of the test run."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    folder, told = data_folder(shared / "demo"), shared / "demo.pickle"
    with FileLock(shared / "demo.lock"):
        if not told.exists():
            folder.warehouse.write_bytes(b"what an earlier demo left")
            told.write_bytes(pickle.dumps(demo(folder, lambda _read, _total: None)))
    report: DemoReport = pickle.loads(told.read_bytes())  # noqa: S301 (our own)
    return folder, report

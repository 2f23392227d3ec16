from __future__ import annotations

import gc
import logging
import pickle
import shutil
import signal
import ssl
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.util import find_spec
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

from dbt_runs import folder_at
from filling import fill
from inventory_planner.api.client import Client
from inventory_planner.data_folder import DataFolder, data_folder
from inventory_planner.demo import DemoReport, run_demo
from inventory_planner.marts.project import digest_of, project_files
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner_emulator import Account, Server, serve
from orders import API_KEY, NOW, order
from postgres_server import PostgresServer, serve_postgres

GC_THRESHOLD = 10_000  # new objects; collecting at Python's 700 takes a fifth of a load
gc.disable()  # until all modules are imported, of which a quarter would go to it

# A shell starts what runs in the background with Ctrl-C ignored, and so would the commands that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

pytest.register_assert_rewrite("oracle", "world")  # so that a failure shows both sides

# how fast examples are made says nothing on a machine that does other work too
hypothesis_settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("steady")


FIRST = (  # the longest modules: one of them alone at the end costs a minute
    *("test_demo.py", "test_marts.py", "test_unit_tests.py", "test_churn.py", "test_kill.py", "test_browser.py"),
    *("test_address.py", "test_stockout_simulation.py", "test_lead_time_circle.py"),
    *("test_run.py", "test_random_writes.py", "test_acknowledged_orders.py", "test_delivery.py"),
    *("test_killed_writes.py", "test_commands.py", "test_readers.py", "test_full_disk.py", "test_metrics.py"),
)


BUILDING = ("tests/test_demo.py", "tests/marts/test_marts.py")  # in one process, where dbt parses its project once
HAND_MADE = "built"  # this fixture builds the accounts made by hand, which takes a fifth of all quick tests
READING = "demo_shown"  # tests with this fixture would wait for the demo
DEMO = "test_demo.py"  # which makes it


class _Scheduling(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        scope: str = super()._split_scope(nodeid)
        return BUILDING[0] if scope in BUILDING else scope


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> _Scheduling:
    """Assign modules to processes."""
    return _Scheduling(config, log)


@pytest.hookimpl(tryfirst=True)  # before pytest leaves out the long tests
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _uses(item, HAND_MADE):
            item.add_marker(pytest.mark.long)
    waiting = {item.path for item in items if _is_quick(item) and _uses(item, READING)}
    items.sort(key=lambda item: _rank(item, is_waiting=_is_quick(item) and item.path in waiting))


def _rank(item: pytest.Item, *, is_waiting: bool) -> int:
    """The place of a module: the longest first, then in the order of their paths, last those that wait for the demo."""
    name = item.path.name
    if is_waiting and name != DEMO:
        return len(FIRST) + 1
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _uses(item: pytest.Item, fixture: str) -> bool:
    return fixture in getattr(item, "fixturenames", ())


def _is_quick(item: pytest.Item) -> bool:
    return item.get_closest_marker("long") is None


def pytest_collection_finish() -> None:
    gc.freeze()  # everything imported by now stays; inspecting it again and again takes a tenth of the run
    gc.set_threshold(GC_THRESHOLD)
    gc.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--churn-examples", type=int, help="new random programs for each long test of test_churn.py")


class _Absent(MetaPathFinder):
    """Says at once that pandas is not installed; DuckDB searches the whole path for it for each text that it gets."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(name=fullname)


if find_spec("pandas") is None:
    sys.meta_path.insert(0, _Absent())


@pytest.fixture(scope="session", autouse=True)
def _certificates() -> Iterator[None]:
    """Read the root certificates once: for each new client, as httpx does, it takes longer than many a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", cache(ssl.create_default_context))
        yield


@pytest.fixture(autouse=True)
def logger() -> Iterator[logging.Logger]:
    """The package's logger, restored after each test: commands that run in this process set it up."""
    logger = logging.getLogger("inventory_planner")
    handlers, level, propagate = list(logger.handlers), logger.level, logger.propagate
    yield logger
    logger.handlers[:], logger.propagate = handlers, propagate
    logger.setLevel(level)


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
    """The settings that read the served account, without a rate limit."""
    return Settings(account.api_key, account.account_id, server.url, requests_per_second=0)


@pytest.fixture
def waits() -> list[float]:
    """The seconds that `client` would have slept."""
    return []


@pytest.fixture
def client(settings: Settings, waits: list[float]) -> Iterator[Client]:
    """A client of the served account that never sleeps."""
    with Client(settings.base_url, settings.api_key, settings.account_id, 0, sleep=waits.append) as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """An empty data folder."""
    return data_folder(tmp_path / "data")


@pytest.fixture
def warehouse(folder: DataFolder) -> Iterator[Warehouse]:
    """The warehouse of the data folder, not locked."""
    warehouse = Warehouse(engine_of(folder), folder)
    yield warehouse
    warehouse.close()


@pytest.fixture
def filled(warehouse: Warehouse) -> Warehouse:
    """The warehouse with two orders of one account and one order of another."""
    fill(warehouse.folder.warehouse, {"a1000": [order("one"), order("two")], "a2000": [order("one")]})
    return warehouse


@pytest.fixture
def job(client: Client, settings: Settings, warehouse: Warehouse) -> Job:
    """Loads the served account into the warehouse."""
    return Job(client, settings, warehouse)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this process, started for the first test that needs it."""
    with serve_postgres() as server:
        yield server


@pytest.fixture
def postgres(postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty database, which is configured as the warehouse."""
    url = postgres_server.new_database()
    monkeypatch.setenv("INVENTORY_PLANNER_WAREHOUSE", "postgres")
    monkeypatch.setenv("DESTINATION__POSTGRES__CREDENTIALS", url)
    return url


@pytest.fixture(scope="session")
def parsed_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of every data folder of this process in which dbt runs, with characters that need escaping."""
    return tmp_path_factory.mktemp("dbt") / "a [new] buyer place" / "data"


@pytest.fixture
def parsed_folder(parsed_place: Path) -> Iterator[DataFolder]:
    """An empty data folder, but for what dbt has parsed before."""
    with folder_at(parsed_place) as folder:
        yield folder


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of the test run share."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def demo_shown(pytestconfig: pytest.Config, parsed_place: Path) -> tuple[DataFolder, DemoReport]:
    """The demo and its folder, for reading only: it runs once a day for each state of the sources.

    All processes of a test run, and the quick and the long tests, share it.
    """
    demos = pytestconfig.cache.mkdir("demos")  # type: ignore[union-attr] (pytest sets it unless it is switched off)
    folder = data_folder(demos / f"{datetime.now(UTC):%F}-{_digest_of_sources()[:16]}")
    pickled = folder.root / "report.pickle"
    with FileLock(demos / "demo.lock"):
        if not pickled.exists():
            for outdated in filter(Path.is_dir, demos.iterdir()):
                shutil.rmtree(outdated)
            report = _run_demo(parsed_place, folder.root)
            pickled.write_bytes(pickle.dumps(report))
    report: DemoReport = pickle.loads(pickled.read_bytes())  # noqa: S301 (our own)
    return folder, report


def _run_demo(place: Path, copy: Path) -> DemoReport:
    with folder_at(place) as folder:
        folder.warehouse.write_bytes(b"what an earlier demo left")
        report = run_demo(folder, lambda _read, _total: None)
        shutil.copytree(folder.root, copy)
    return report


def _digest_of_sources() -> str:
    """A digest of all that makes the demo."""
    root = Path(__file__).parents[1]
    packages = (root / "pipelines" / name for name in ("inventory_planner", "inventory_planner_emulator"))
    files = sorted(path for package in packages for path in package.rglob("*.py"))
    return digest_of([*files, *project_files()])

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from inventory_planner.client import Client
from inventory_planner.configuration import Settings
from inventory_planner.emulator import Account, Server, serve
from inventory_planner.folder import Folder, data_folder
from inventory_planner.transform import transform
from orders import API_KEY

# how fast examples are made says nothing on a machine that does other work too
hypothesis_settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("steady")

NOW = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)


ONE_REPORT = (
    *("build", "--select", "+received_vs_ordered", "--indirect-selection", "buildable"),
    *("--exclude-resource-type", "unit_test"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--churn-examples", type=int, help="drawn programs for each test of test_churn.py; all new ones")


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[Account, Server]]:
    account = Account(api_key=API_KEY)
    with serve(account) as server:
        yield account, server


@pytest.fixture
def account(served: tuple[Account, Server]) -> Account:
    """The served account: no orders, no quirks, no faults, its clock standing at NOW."""
    account, _ = served
    Account.__init__(account, api_key=API_KEY, now=lambda: NOW)  # starting a server anew takes far longer
    return account


@pytest.fixture
def server(account: Account, served: tuple[Account, Server]) -> Server:
    """Where the account is served."""
    assert account is served[0]
    return served[1]


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

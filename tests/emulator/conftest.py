from __future__ import annotations

from collections.abc import Iterator

import pytest

from emulator_client import EmulatorClient
from inventory_planner_emulator import Account, Server


@pytest.fixture(scope="session")
def http_client(served: Server) -> Iterator[EmulatorClient]:
    with EmulatorClient(served.url) as client:
        yield client


@pytest.fixture
def client(account: Account, http_client: EmulatorClient) -> EmulatorClient:  # noqa: ARG001 (the account that it reads)
    """A client of the served account."""
    return http_client

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emulator_client import EmulatorClient, NeuroClient
from inventory_planner_emulator import Account, Server


@pytest.fixture(scope="session")
def http_client(served: Server) -> Iterator[EmulatorClient]:
    with EmulatorClient(served.url) as client:
        yield client


@pytest.fixture
def client(account: Account, http_client: EmulatorClient) -> EmulatorClient:  # noqa: ARG001 (the account that it reads)
    """A client of the served account."""
    return http_client


@pytest.fixture(scope="session")
def neuro_http_client(served: Server) -> Iterator[NeuroClient]:
    with NeuroClient(served.url) as client:
        yield client


@pytest.fixture
def neuro(account: Account, neuro_http_client: NeuroClient) -> NeuroClient:  # noqa: ARG001 (the account that it reads)
    """A client of the served account through Neuro."""
    return neuro_http_client

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from inventory_planner.api.client import Client
from inventory_planner_emulator import Account, Server
from roads import ROADS, Road, client_of


@pytest.fixture(params=ROADS)
def road(request: pytest.FixtureRequest, account: Account, server: Server, waits: list[float]) -> Iterator[Road]:
    """Each of the two ways to the served account."""
    with client_of(request.param, account, server.url, waits) as client:
        yield Road(request.param, client, account)


@pytest.fixture
def clients(account: Account, server: Server) -> Iterator[dict[str, Client]]:
    """The clients of both ways to one account."""
    with ExitStack() as stack:
        yield {road: stack.enter_context(client_of(road, account, server.url)) for road in ROADS}

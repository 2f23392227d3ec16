from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from inventory_planner.api.client import Client
from inventory_planner_emulator import Account, Server
from roads import ROADS, Request, client_of


@dataclass(frozen=True)
class Road:
    """A way to the account: its client, and what it has sent."""

    name: str
    client: Client
    account: Account

    @property
    def path(self) -> str:
        """The path of the list of orders."""
        return self.client.route.path()

    def documented(self, request: Request) -> Request:
        """A request of the two articles as this road sends it."""
        return request if self.name == "direct" else request.through_neuro()

    @property
    def sent(self) -> list[Request]:
        """The requests so far."""
        return [Request.of(each) for each in self.account.requests]


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

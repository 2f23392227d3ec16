from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from inventory_planner_emulator import Account, Quirks, serve
from orders import NOW

HEADERS = {"Authorization": "demo-key", "Account": "a1000", "User-Agent": "tests"}
Get = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[Account, httpx.Client]]:
    account = Account()
    with serve(account) as server, httpx.Client(base_url=server.url, headers=HEADERS) as client:
        yield account, client


@pytest.fixture
def account(served: tuple[Account, httpx.Client]) -> Account:
    """The served account, empty, without quirks and faults, its clock standing at NOW."""
    account, _ = served
    account.quirks = Quirks()
    account.faults.clear()
    account.before_answer.clear()
    account.variant_edits.clear()
    account.variant_vendors.clear()
    for order in account.orders():
        account.delete(order["id"])
    account.requests.clear()
    account.now = lambda: NOW
    return account


@pytest.fixture
def client(account: Account, served: tuple[Account, httpx.Client]) -> httpx.Client:
    """A client of the served account."""
    assert account is served[0]
    return served[1]


@pytest.fixture
def get(client: httpx.Client) -> Get:
    def get(path: str, **params: Any) -> httpx.Response:
        return client.get(f"/api/v1/{path}", params=params)

    return get

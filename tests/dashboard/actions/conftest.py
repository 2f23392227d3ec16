from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import dashboard

from inventory_planner_emulator import Account, Server, serve
from orders import API_KEY

PREFIX = "SOURCES__INVENTORY_PLANNER__"


@pytest.fixture(scope="session")
def served() -> Iterator[Server]:
    """The server of the account, for a dashboard that outlives the account of one test."""
    with serve(Account(api_key=API_KEY)) as server:
        yield server


@pytest.fixture(scope="session")
def environment(served: Server) -> dict[str, str]:
    """The settings of the account."""
    return {
        f"{PREFIX}API_KEY": API_KEY,
        f"{PREFIX}ACCOUNT_ID": served.account.account_id,
        f"{PREFIX}BASE_URL": served.url,
        f"{PREFIX}REQUESTS_PER_SECOND": "0",
    }


@pytest.fixture(scope="module")
def writable(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a dashboard that may change the account, and its data folder."""
    folder = tmp_path_factory.mktemp("writable")
    with dashboard(folder, "--allow-writes", **environment) as address:
        yield address, folder

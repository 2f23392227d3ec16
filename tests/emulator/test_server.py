from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import httpx
import pytest

from inventory_planner_emulator import Account, serve

HEADERS = {"Authorization": "k", "Account": "A7"}
SCRIPT = """
from inventory_planner_emulator import Account, run
run(Account([{"id": "a"}]), "127.0.0.1", 0, ready=lambda url: print(url, flush=True))
"""


def test_an_account_is_served_on_entry_and_gone_on_exit() -> None:
    account = Account([{"id": "a"}], account_id="a7", api_key="k")
    with serve(account) as server:
        answer = httpx.get(f"{server.url}/api/v1/purchase-orders/a", headers=HEADERS)
        assert answer.json() == {"purchase-order": {"id": "a"}}
        assert [thread for thread in threading.enumerate() if server.url in thread.name]
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)
    assert not [thread for thread in threading.enumerate() if server.url in thread.name]


def test_a_port_that_is_taken_is_an_error() -> None:
    with (
        serve(Account()) as server,
        pytest.raises(OSError, match="in use"),
        serve(Account(), port=int(server.url.rpartition(":")[2])),
    ):
        pass


def test_two_accounts_are_served_at_once() -> None:
    first, second = Account([{"id": "a"}], api_key="k", account_id="a7"), Account(api_key="k", account_id="a7")
    with serve(first) as one, serve(second) as two:
        totals = [
            httpx.get(f"{server.url}/api/v1/purchase-orders", headers=HEADERS).json()["meta"]["total"]
            for server in (one, two)
        ]
    assert totals == [1, 0]


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_ctrl_c_ends_the_command_quietly() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        headers = {"Authorization": "demo-key", "Account": "a1000"}
        assert httpx.get(f"{url}/api/v1/purchase-orders/a", headers=headers).status_code == 200
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=10)
    assert (process.returncode, complaint) == (0, "")

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import httpx
import pytest

from emulator_client import EmulatorClient
from inventory_planner_emulator import Account, serve
from orders import API_KEY

SCRIPT = f"""
from inventory_planner_emulator import Account, run
account = Account([{{"id": "a"}}], api_key="{API_KEY}")
run(account, "127.0.0.1", 0, ready=lambda url: print(url, flush=True))
"""


def account_with(*order_ids: str) -> Account:
    return Account([{"id": order_id} for order_id in order_ids], api_key=API_KEY)


def test_the_server_runs_until_the_context_exits() -> None:
    with serve(Account([{"id": "a"}], account_id="a7", api_key=API_KEY)) as server:
        with EmulatorClient(server.url, account_id="A7") as client:
            assert client.read("purchase-orders/a").json() == {"purchase-order": {"id": "a"}}
        assert [thread for thread in threading.enumerate() if server.url in thread.name]
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)
    assert not [thread for thread in threading.enumerate() if server.url in thread.name]


def test_a_port_in_use_raises_an_error() -> None:
    with (
        serve(Account()) as server,
        pytest.raises(OSError, match="in use"),
        serve(Account(), port=int(server.url.rpartition(":")[2])),
    ):
        pass


def test_two_accounts_can_be_served_at_once() -> None:
    with serve(account_with("a")) as first, serve(account_with("b")) as second:
        with EmulatorClient(first.url) as client:
            assert client.read_order_ids() == ["a"]
        with EmulatorClient(second.url) as client:
            assert client.read_order_ids() == ["b"]


def test_a_running_server_can_serve_another_account() -> None:
    with serve(account_with("a")) as server, EmulatorClient(server.url) as client:
        assert client.read_order_ids() == ["a"]
        server.account = account_with("b")
        assert client.read_order_ids() == ["b"]
        assert len(server.account.requests) == 1


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_ctrl_c_ends_the_command_quietly() -> None:
    command = [sys.executable, "-c", SCRIPT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with EmulatorClient(process.stdout.readline().strip()) as client:
            assert client.read("purchase-orders/a").status_code == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from emulator_client import EmulatorClient
from inventory_planner_emulator import Account, Fault

ORDERS = "purchase-orders"


@pytest.fixture(autouse=True)
def _order(account: Account) -> None:
    account.put({"id": "a", "notes": "x" * 50_000})


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param(Fault.status(418, b"tea", {"retry-after": "9"}), (418, b"tea", "9"), id="any response"),
        pytest.param(Fault.rate_limited(), (429, b"Too Many Requests", None), id="429 without Retry-After"),
        pytest.param(Fault.rate_limited(30), (429, b"Too Many Requests", "30"), id="429 with seconds"),
        pytest.param(
            Fault.rate_limited(datetime(2026, 1, 5, 12, 0, 30, tzinfo=UTC)),
            (429, b"Too Many Requests", "Mon, 05 Jan 2026 12:00:30 GMT"),
            id="429 with a date",
        ),
        pytest.param(Fault.server_error(502), (502, b"upstream error", None), id="502"),
        pytest.param(
            Fault.refused("Warehouse is required"),
            (500, b'{"result":{"status":"error","message":"Warehouse is required"}}', None),
            id="business error",
        ),
        pytest.param(
            Fault.error_in_200("Try later"),
            (200, b'{"result":{"status":"error","message":"Try later"}}', None),
            id="error in a 200",
        ),
        pytest.param(Fault.empty(), (200, b"", None), id="empty 200"),
    ],
)
def test_a_fault_replaces_one_response(
    account: Account, client: EmulatorClient, fault: Fault, expected: tuple[Any, ...]
) -> None:
    account.faults.append(fault)
    response = client.get(ORDERS)
    assert (response.status_code, response.content, response.headers.get("retry-after")) == expected
    assert client.get(ORDERS).json()["meta"]["total"] == 1


@pytest.mark.parametrize(("fault", "status"), [(Fault.cloudflare(), 403), (Fault.html(), 200)])
def test_a_fault_can_be_an_html_page(account: Account, client: EmulatorClient, fault: Fault, status: int) -> None:
    account.faults.append(fault)
    response = client.get(ORDERS)
    assert (response.status_code, response.headers["content-type"]) == (status, "text/html; charset=UTF-8")
    assert response.text.startswith("<!DOCTYPE html>")


def test_truncated_json_is_a_complete_http_response(account: Account, client: EmulatorClient) -> None:
    whole = client.get(ORDERS).content
    account.faults.append(Fault.truncated_json())
    response = client.get(ORDERS)
    assert (response.status_code, response.content) == (200, whole[: len(whole) // 2])
    assert response.headers["content-length"] == str(len(whole) // 2)


def test_a_broken_body_is_shorter_than_its_content_length(account: Account, client: EmulatorClient) -> None:
    account.faults.append(Fault.broken_body())
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        client.get(ORDERS)
    assert client.get(ORDERS).status_code == 200


def test_no_answer_closes_the_connection(account: Account, client: EmulatorClient) -> None:
    account.faults.append(Fault.no_answer())
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        client.get(ORDERS)
    assert [request.status for request in account.requests] == [None]


def test_a_slow_response_is_late_and_complete(account: Account, client: EmulatorClient) -> None:
    account.faults.append(Fault.slow(0.05))
    start = time.perf_counter()
    assert client.get(ORDERS).json()["meta"]["total"] == 1
    assert time.perf_counter() - start >= 0.05


def test_a_slow_response_can_exceed_the_client_s_timeout(account: Account, client: EmulatorClient) -> None:
    account.faults.append(Fault.slow(0.3))
    with pytest.raises(httpx.ReadTimeout):
        client.get(ORDERS, timeout=0.05)


def test_faults_occur_in_order(account: Account, client: EmulatorClient) -> None:
    account.faults.extend([Fault.status(503), Fault.status(429), Fault.status(502)])
    assert [client.get(ORDERS).status_code for _ in range(4)] == [503, 429, 502, 200]


def test_a_fault_waits_for_a_matching_request(account: Account, client: EmulatorClient) -> None:
    account.faults.append(Fault.status(503).only(lambda request: request.params.get("page") == "1"))
    assert [client.read(ORDERS, page=page).status_code for page in (0, 1, 1)] == [200, 503, 200]

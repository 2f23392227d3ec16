from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from inventory_planner_emulator import Account, Fault

LIST = "/api/v1/purchase-orders"


@pytest.fixture(autouse=True)
def _an_order(account: Account) -> None:
    account.put({"id": "a", "notes": "x" * 50_000})


def seen(answer: httpx.Response, *headers: str) -> tuple[Any, ...]:
    return answer.status_code, answer.content, *(answer.headers.get(name) for name in headers)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param(Fault.status(418, b"tea", {"retry-after": "9"}), (418, b"tea", "9"), id="any answer"),
        pytest.param(Fault.rate_limited(), (429, b"Too Many Requests", None), id="429 without a wait"),
        pytest.param(Fault.rate_limited(30), (429, b"Too Many Requests", "30"), id="429 with seconds"),
        pytest.param(
            Fault.rate_limited(datetime(2026, 1, 5, 12, 0, 30, tzinfo=UTC)),
            (429, b"Too Many Requests", "Mon, 05 Jan 2026 12:00:30 GMT"),
            id="429 with a date",
        ),
        pytest.param(Fault.server_error(502), (502, b"upstream error", None), id="a plain 502"),
        pytest.param(
            Fault.refused("Warehouse is required"),
            (500, b'{"result":{"status":"error","message":"Warehouse is required"}}', None),
            id="a business error",
        ),
        pytest.param(
            Fault.error_in_200("Try later"),
            (200, b'{"result":{"status":"error","message":"Try later"}}', None),
            id="an error in a 200",
        ),
        pytest.param(Fault.empty(), (200, b"", None), id="an empty 200"),
    ],
)
def test_a_fault_is_answered(account: Account, client: httpx.Client, fault: Fault, expected: tuple[Any, ...]) -> None:
    account.faults.append(fault)
    assert seen(client.get(LIST), "retry-after") == expected
    assert client.get(LIST).json()["meta"]["total"] == 1


@pytest.mark.parametrize(("fault", "status"), [(Fault.cloudflare(), 403), (Fault.html(), 200)])
def test_a_page_in_html_is_answered(account: Account, client: httpx.Client, fault: Fault, status: int) -> None:
    account.faults.append(fault)
    answer = client.get(LIST)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=UTF-8")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_truncated_json_is_a_whole_http_answer(account: Account, client: httpx.Client) -> None:
    whole = client.get(LIST).content
    account.faults.append(Fault.truncated_json())
    answer = client.get(LIST)
    assert seen(answer, "content-length") == (200, whole[: len(whole) // 2], str(len(whole) // 2))


def test_a_broken_body_breaks_off_below_its_content_length(account: Account, client: httpx.Client) -> None:
    account.faults.append(Fault.broken_body())
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        client.get(LIST)
    assert client.get(LIST).status_code == 200


def test_no_answer_is_a_closed_connection(account: Account, client: httpx.Client) -> None:
    account.faults.append(Fault.no_answer())
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        client.get(LIST)
    assert [asked.status for asked in account.requests] == [None]


def test_a_slow_answer_is_late_and_true(account: Account, client: httpx.Client) -> None:
    account.faults.append(Fault.slow(0.05))
    began = time.perf_counter()
    assert client.get(LIST).json()["meta"]["total"] == 1
    assert time.perf_counter() - began >= 0.05


def test_a_slow_answer_outlasts_a_clients_patience(account: Account, client: httpx.Client) -> None:
    account.faults.append(Fault.slow(0.3))
    with pytest.raises(httpx.ReadTimeout):
        client.get(LIST, timeout=0.05)


def test_faults_come_in_turn(account: Account, client: httpx.Client) -> None:
    account.faults.extend([Fault.status(503), Fault.status(429), Fault.status(502)])
    assert [client.get(LIST).status_code for _ in range(4)] == [503, 429, 502, 200]


def test_a_fault_waits_for_its_request(account: Account, client: httpx.Client) -> None:
    account.faults.append(Fault.status(503).only(lambda asked: asked.params.get("page") == "1"))
    assert [client.get(LIST, params={"page": page}).status_code for page in (0, 1, 1)] == [200, 503, 200]

from __future__ import annotations

import httpx
import pytest

from inventory_planner_emulator import Account, RecordedRequest

LIST = "/api/v1/purchase-orders"


def error(message: str) -> dict[str, dict[str, str]]:
    return {"result": {"status": "error", "message": message}}


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        pytest.param({"Authorization": "other"}, 401, "Invalid API key", id="a wrong key"),
        pytest.param({"Authorization": ""}, 401, "Invalid API key", id="no key"),
        pytest.param({"Authorization": "Bearer demo-key"}, 401, "Invalid API key", id="a bearer token"),
        pytest.param({"Account": "a1001"}, 403, "No access to this account", id="a wrong account"),
        pytest.param({"Account": ""}, 403, "No access to this account", id="no account"),
    ],
)
def test_who_may_not_enter_is_told_in_json(
    client: httpx.Client, headers: dict[str, str], status: int, message: str
) -> None:
    answer = client.get(LIST, headers=headers)
    assert (answer.status_code, answer.json()) == (status, error(message))


def test_the_account_may_be_written_in_capitals(client: httpx.Client) -> None:
    assert client.get(LIST, headers={"Account": "A1000"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        pytest.param(LIST, {"User-Agent": ""}, id="without a User-Agent"),
        pytest.param("/api/v3/purchase-orders", {}, id="outside of the API"),
    ],
)
def test_the_proxy_blocks_with_a_page_in_html(client: httpx.Client, path: str, headers: dict[str, str]) -> None:
    answer = client.get(path, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=UTF-8")
    assert "Cloudflare" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "/api/v1/nonsense", 404, "Not found"),
        ("DELETE", LIST, 405, "Method not allowed"),
    ],
)
def test_there_is_no_other_way_in(client: httpx.Client, method: str, path: str, status: int, message: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()) == (status, error(message))


def test_a_wrong_method_is_told_which_ones_there_are(client: httpx.Client) -> None:
    assert client.delete(LIST).headers["allow"] == "GET, HEAD, POST"


def test_every_request_is_recorded_with_its_answer(account: Account, client: httpx.Client) -> None:
    client.get(LIST, params={"limit": 5, "status": "open"})
    client.get(f"{LIST}/gone")
    assert account.requests == [
        RecordedRequest("GET", LIST, {"limit": "5", "status": "open"}, 200),
        RecordedRequest("GET", f"{LIST}/gone", {}, 404),
    ]


def test_the_account_can_change_while_it_is_read(account: Account, client: httpx.Client) -> None:
    account.before_answer.append(lambda asked: account.put({"id": f"seen by {asked.method}"}))
    assert client.get(LIST).json()["purchase-orders"] == [{"id": "seen by GET"}]


def test_a_filter_that_cannot_be_used_is_an_error(client: httpx.Client) -> None:
    answer = client.get(LIST, params={"reference_match": "("})
    assert (answer.status_code, answer.json()) == (500, error("Invalid regular expression ("))


def test_pretty_changes_the_layout_and_not_a_digit(account: Account, client: httpx.Client) -> None:
    account.put({"id": "a", "total": 1})
    plain, pretty = (client.get(LIST, params=params) for params in ({}, {"pretty": 1}))
    assert pretty.json() == plain.json()
    assert '\n            "total": 1\n' in pretty.text
    assert "\n" not in plain.text

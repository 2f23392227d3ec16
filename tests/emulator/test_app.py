from __future__ import annotations

import pytest

from emulator_client import EmulatorClient, error
from inventory_planner_emulator import Account, RecordedRequest, Server
from orders import API_KEY

ORDERS = "purchase-orders"


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        pytest.param({"Authorization": "other"}, 401, "Invalid API key", id="wrong key"),
        pytest.param({"Authorization": ""}, 401, "Invalid API key", id="no key"),
        pytest.param({"Authorization": f"Bearer {API_KEY}"}, 401, "Invalid API key", id="bearer token"),
        pytest.param({"Account": "a1001"}, 403, "No access to this account", id="wrong account"),
        pytest.param({"Account": ""}, 403, "No access to this account", id="no account"),
    ],
)
def test_wrong_credentials_are_refused_in_json(
    client: EmulatorClient, headers: dict[str, str], status: int, message: str
) -> None:
    response = client.get(ORDERS, headers=headers)
    assert (response.status_code, response.json()) == (status, error(message))


def test_the_account_id_may_be_in_capitals(client: EmulatorClient) -> None:
    assert client.get(ORDERS, headers={"Account": "A1000"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        pytest.param("/api/v1/purchase-orders", {"User-Agent": ""}, id="no User-Agent"),
        pytest.param("/api/v3/purchase-orders", {}, id="outside the API"),
    ],
)
def test_the_proxy_blocks_with_an_html_page(
    client: EmulatorClient, server: Server, path: str, headers: dict[str, str]
) -> None:
    response = client.get(f"{server.url}{path}", headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (403, "text/html; charset=UTF-8")
    assert "Cloudflare" in response.text


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [("GET", "nonsense", 404, "Not found"), ("DELETE", ORDERS, 405, "Method not allowed")],
)
def test_unknown_paths_and_methods_are_refused(
    client: EmulatorClient, method: str, path: str, status: int, message: str
) -> None:
    assert client.write(method, path) == (status, error(message))


def test_every_request_is_recorded_with_its_status(account: Account, client: EmulatorClient) -> None:
    client.read(ORDERS, limit=5, status="open")
    client.read(f"{ORDERS}/missing")
    assert account.requests == [
        RecordedRequest("GET", "/api/v1/purchase-orders", {"limit": "5", "status": "open"}, 200),
        RecordedRequest("GET", "/api/v1/purchase-orders/missing", {}, 404),
    ]


def test_the_account_can_change_during_a_read(account: Account, client: EmulatorClient) -> None:
    account.before_answer.append(lambda request: account.put({"id": f"added by {request.method}"}))
    assert client.read_rows(ORDERS) == [{"id": "added by GET"}]


def test_an_invalid_filter_is_refused(client: EmulatorClient) -> None:
    response = client.read(ORDERS, reference_match="(")
    assert (response.status_code, response.json()) == (500, error("Invalid regular expression ("))


def test_pretty_changes_only_the_layout(account: Account, client: EmulatorClient) -> None:
    account.put({"id": "a", "total": 1})
    compact, pretty = client.read(ORDERS), client.read(ORDERS, pretty=1)
    assert pretty.json() == compact.json()
    assert '\n            "total": 1\n' in pretty.text
    assert "\n" not in compact.text

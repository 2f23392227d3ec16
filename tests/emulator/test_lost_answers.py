from __future__ import annotations

from typing import Any

import httpx
import pytest

from emulator_client import EmulatorClient, error
from inventory_planner_emulator import Account, Fault

ORDER = {"id": "a", "reference": "1", "items": [{"id": "v1", "replenishment": 10}, {"id": "v2", "replenishment": 5}]}
PATH = "purchase-orders/a/items"
BODY = {"items": [{"id": "v1", "received": 4}]}


@pytest.fixture(autouse=True)
def _order(account: Account) -> None:
    account.put(ORDER)


def received(account: Account) -> list[Any]:
    return [line.get("received") for line in account.get("a")["items"]]


@pytest.mark.parametrize("is_applied", [False, True])
@pytest.mark.parametrize(
    ("fault", "status", "starts"),
    [
        pytest.param(Fault.bad_gateway(), 502, "<!DOCTYPE html>", id="502"),
        pytest.param(Fault.bad_gateway(504), 504, "<!DOCTYPE html>", id="504"),
        pytest.param(Fault.server_error(500), 500, "upstream error", id="500"),
        pytest.param(Fault.rate_limited(1), 429, "Too Many", id="429"),
        pytest.param(Fault.empty(), 200, "", id="empty 200"),
        pytest.param(Fault.html(), 200, "<!DOCTYPE html>", id="HTML"),
        pytest.param(Fault.no_answer(), None, "", id="connection closed"),
        pytest.param(Fault.timeout(0.3), None, "", id="time-out"),
    ],
)
def test_an_answer_is_lost_before_or_after_the_write_is_applied(
    account: Account, client: EmulatorClient, fault: Fault, status: int | None, starts: str, *, is_applied: bool
) -> None:
    account.faults.append(fault.after_applying() if is_applied else fault)
    if status is None:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadTimeout)):
            client.request("PATCH", PATH, json=BODY, timeout=0.1)
    else:
        response = client.request("PATCH", PATH, json=BODY)
        assert (response.status_code, response.text.startswith(starts)) == (status, True)
    assert received(account) == ([4, None] if is_applied else [None, None])
    assert [(request.status, request.applied) for request in account.requests] == [(status, is_applied)]


@pytest.mark.parametrize("fault", [Fault.broken_body(), Fault.truncated_json()])
def test_half_an_answer_follows_a_write_that_was_applied(
    account: Account, client: EmulatorClient, fault: Fault
) -> None:
    account.faults.append(fault)
    with pytest.raises((httpx.RemoteProtocolError, ValueError)):
        client.write("PATCH", PATH, BODY)
    assert received(account) == [4, None]


def test_a_late_answer_can_follow_a_write_that_was_applied_at_once(account: Account, client: EmulatorClient) -> None:
    account.faults.append(Fault.slow(0.3).after_applying())
    with pytest.raises(httpx.ReadTimeout):
        client.request("PATCH", PATH, json=BODY, timeout=0.1)
    assert received(account) == [4, None]


def test_a_fault_can_wait_for_a_write_of_a_certain_body(account: Account, client: EmulatorClient) -> None:
    account.faults.append(Fault.empty().after_applying().only(lambda request: "v2" in str(request.body)))
    assert client.write("PATCH", PATH, BODY)[0] == 200
    assert client.request("PATCH", PATH, json={"items": [{"id": "v2", "received": 5}]}).content == b""
    assert received(account) == [4, 5]


def test_every_request_is_recorded_with_what_it_sent_and_did(account: Account, client: EmulatorClient) -> None:
    client.read("purchase-orders/a")
    client.write("PATCH", PATH, BODY)
    client.write("PATCH", "purchase-orders/missing/items", BODY)
    client.request("POST", "purchase-orders", content=b"{half")
    assert [(each.method, each.status, each.body, each.applied) for each in account.requests] == [
        ("GET", 200, None, False),
        ("PATCH", 200, BODY, True),
        ("PATCH", 404, BODY, False),
        ("POST", 500, "{half", False),
    ]


def test_an_order_sent_twice_is_created_twice(account: Account, client: EmulatorClient) -> None:
    body = {"purchase-order": {"reference": "R", "warehouse": "w", "items": [{"id": "v1", "replenishment": 1}]}}
    account.faults.append(Fault.no_answer().after_applying())
    with pytest.raises(httpx.RemoteProtocolError):
        client.write("POST", "purchase-orders", body)
    client.write("POST", "purchase-orders", body)
    assert [order["reference"] for order in account.orders()] == ["1", "R", "R"]


def test_received_totals_overwrite_each_other(account: Account, client: EmulatorClient) -> None:
    for quantity in (4, 4, 3):
        client.write("PATCH", PATH, {"items": [{"id": "v1", "received": quantity}]})
    line = account.get("a")["items"][0]
    assert (line["received"], [receipt["value"] for receipt in line["received_history"]]) == (3, [4, -1])


def test_another_user_can_edit_right_before_a_write(account: Account, client: EmulatorClient) -> None:
    account.before_write(lambda: account.receive("a", "v2", 5), lambda request: request.method == "PATCH")
    client.read("purchase-orders/a")
    assert received(account) == [None, None]
    client.write("PATCH", PATH, {"items": [{"id": "v1", "received": 4}, {"id": "v2", "received": 2}]})
    assert received(account) == [4, 2]
    assert account.get("a")["items"][1]["received_history"][-1]["value"] == -3


def test_another_user_s_edit_can_refuse_a_write_and_happens_once(account: Account, client: EmulatorClient) -> None:
    account.before_write(lambda: account.edit("a", readonly=True))
    assert client.write("PATCH", PATH, BODY) == (500, error("Purchase order a is read-only"))
    account.edit("a", readonly=False)
    assert client.write("PATCH", PATH, BODY)[0] == 200

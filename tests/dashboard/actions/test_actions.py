"""Actions as a browser sends them to a dashboard that may change the account, and as others try to."""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from serving import dashboard

from inventory_planner.data_folder import DataFolder
from inventory_planner_emulator import Account, Fault
from orders import ORDER_ID, line, order

pytestmark = pytest.mark.long  # a dashboard in a process of its own, and seconds for each change
OTHER_ID = "65f0c0de00000000000000a2"


@contextmanager
def opened(address: str) -> Iterator[Tab]:
    """A tab of a browser that has opened the printed address."""
    tab = Tab(address)
    with closing(tab.client):
        yield tab


class Tab:
    """What a tab of a browser sends."""

    def __init__(self, address: str) -> None:
        self.url = address.partition("/?")[0]
        self.client = httpx.Client(base_url=self.url, headers={"Origin": self.url}, timeout=60)
        self.entrance = self.client.get(address)

    def post(self, step: str, **fields: Any) -> httpx.Response:
        return self.client.post(f"/actions/{step}", data={"account": "a1000", "order": ORDER_ID, **fields})

    def review(self, **fields: Any) -> tuple[str, list[str]]:
        """The id of a plan, and the cells of its table."""
        answer = self.post("plan", **fields)
        found = re.search(r'name="plan" value="([^"]+)"', answer.text)
        assert found, answer.text
        return found[1], cells(answer.text)

    def send(self, plan: str) -> httpx.Response:
        return self.client.post("/actions/send", data={"plan": plan})


def cells(html: str) -> list[str]:
    return re.findall(r"<td>([^<]*)", html)


def problems(html: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'role="alert">([^<]*)', html)]


def sent(account: Account) -> list[str]:
    return [each.method for each in account.requests if each.method != "GET"]


def writes(folder: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(
            "select command, action, state, user_name from inventory_planner._writes order by recorded_at"
        ).fetchall()


@pytest.fixture
def tab(writable: tuple[str, Path], account: Account) -> Iterator[Tab]:
    """A tab, while the account has two orders."""
    address, _ = writable
    account.put(order())
    account.put(order(OTHER_ID, reference="1043"))
    with opened(address) as found:
        yield found


def test_the_printed_address_gives_a_cookie_that_no_other_site_can_use(tab: Tab, writable: tuple[str, Path]) -> None:
    token = writable[0].partition("token=")[2]
    cookie = tab.entrance.headers["set-cookie"]

    assert cookie.split("; ")[1:] == ["HttpOnly", "Path=/", "SameSite=strict"]
    assert tab.entrance.headers["referrer-policy"] == "no-referrer"
    assert tab.entrance.headers["cache-control"] == "no-store"
    assert token not in tab.entrance.text
    page = tab.client.get("/")
    assert (page.status_code, page.headers["content-security-policy"]) == (200, "frame-ancestors 'none'")
    assert token not in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": ""},
        {"Cookie": "{name}=wrong"},
        {"Cookie": "{name}=\u00e9"},
        {"Cookie": "", "Referer": "{url}/?token={token}"},
        {"Cookie": "", "Authorization": "Bearer {token}"},
        {"Host": "rebound.test:{port}"},
        {"Host": "127.0.0.1.rebound.test:{port}"},
        {"Host": "[::1"},
        {"Origin": "http://elsewhere.test"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/", "/actions/plan", "/ws"])
def test_others_get_no_answer(
    path: str, headers: dict[str, str], tab: Tab, writable: tuple[str, Path], account: Account
) -> None:
    token, port = writable[0].partition("token=")[2], tab.url.rpartition(":")[2]
    known = {"url": tab.url, "port": port, "token": token, "name": f"inventory_planner_{port}"}
    given = {name: value.format(**known).encode() for name, value in headers.items()}

    fields = {"account": "a1000", "order": ORDER_ID, "action": "close"}
    match path:
        case "/":
            answer = tab.client.get(path, headers=given)
        case "/ws":
            answer = tab.client.get("/ws?session_id=s", headers={**UPGRADE, **given})
        case _:
            answer = tab.client.post(path, headers=given, data=fields)

    assert answer.status_code == 403
    assert list(account.requests) == []


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def test_a_request_without_an_origin_or_with_a_wrong_token_in_the_address_is_refused(tab: Tab) -> None:
    del tab.client.headers["Origin"]

    assert tab.post("plan", action="close").status_code == 403
    assert tab.client.get("/?token=wrong").status_code == 403
    assert tab.client.get("/").status_code == 200


def test_an_order_is_received_re_dated_and_closed_each_shown_first_and_recorded(
    tab: Tab, account: Account, writable: tuple[str, Path]
) -> None:
    form = tab.post("show", since="2026-01-01T00:00:00+00:00").text
    assert 'name="received:c9_5001" value="12"' in form
    assert 'name="expected" value="2026-01-20"' in form

    lines = {"was:c9_5001": "12", "received:c9_5001": "13", "was:c9_5002": "0", "received:c9_5002": ""}
    received, shown = tab.review(action="receive", **lines)
    assert shown == ["1042", "receive: TEE-RED-M", "12", "13"]
    assert sent(account) == []
    assert cells(tab.send(received).text) == ["1042", "receive: TEE-RED-M", "12", "13", "applied"]

    dated, shown = tab.review(action="date", expected="2026-02-10")
    assert shown == ["1042", "update: expected_date", "2026-01-20", "2026-02-10"]
    assert tab.send(dated).status_code == 200

    closed, shown = tab.review(action="close", order=[ORDER_ID, OTHER_ID])
    assert shown == ["1042", "update: status", "open", "CLOSED", "1043", "update: status", "open", "CLOSED"]
    assert tab.send(closed).status_code == 200

    now = account.get(ORDER_ID)
    assert now["items"][0]["received"] == 13
    assert (now["expected_date"][:10], now["status"]) == ("2026-02-10", "closed")
    user = getpass.getuser()
    assert writes(writable[1])[-4:] == [
        ("orders receive", "receive", "applied", user),
        ("orders update", "update", "applied", user),
        ("orders close", "update", "applied", user),
        ("orders close", "update", "applied", user),
    ]
    later = tab.post("show", since="2026-01-01T00:00:00+00:00").text
    assert "Sent from this dashboard since the figures were published." in later
    assert "there is nothing to change here" in later


def test_a_double_click_sends_once(tab: Tab, account: Account) -> None:
    plan, _ = tab.review(action="date", expected="2026-03-01")

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(tab.send, [plan] * 4))

    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert len(sent(account)) == 1
    again = tab.send(plan)
    assert problems(again.text)[0].startswith("This change was already confirmed, or the dashboard has restarted;")


def test_of_two_tabs_the_second_is_shown_that_the_account_has_changed(
    tab: Tab, account: Account, writable: tuple[str, Path]
) -> None:
    with opened(writable[0]) as other:
        mine, _ = tab.review(action="receive", **{"was:c9_5001": "12", "received:c9_5001": "20"})
        theirs, _ = other.review(action="receive", **{"was:c9_5001": "12", "received:c9_5001": "15"})
        same, _ = other.review(action="receive", **{"was:c9_5001": "12", "received:c9_5001": "20"})

        assert tab.send(mine).status_code == 200
        late, repeated = other.send(theirs), other.send(same)

    assert "a total of 15 is less than the 20 received before" in problems(late.text)[0]
    assert problems(repeated.text) == ["The account has changed since the change was shown; nothing was sent."]
    assert "nothing is left to send" in repeated.text
    assert len(sent(account)) == 1


def test_what_somebody_changes_between_review_and_confirmation_is_shown_again(tab: Tab, account: Account) -> None:
    plan, _ = tab.review(action="date", expected="2026-03-01")
    account.put(order(expected_date="2026-01-25"))

    answer = tab.send(plan)

    assert cells(answer.text) == ["1042", "update: expected_date", "2026-01-25", "2026-03-01"]
    assert problems(answer.text) == ["The account has changed since the change was shown; nothing was sent."]
    assert sent(account) == []


def test_while_a_run_works_nothing_is_sent_and_the_same_review_can_be_tried_again(
    tab: Tab, account: Account, writable: tuple[str, Path]
) -> None:
    plan, _ = tab.review(action="close")

    with DataFolder(writable[1]).locked("run"):
        busy, unplanned = tab.send(plan), tab.post("plan", action="close")

    assert problems(busy.text)[0].startswith("Nothing was sent. `run` (process")
    assert "try again later" in problems(unplanned.text)[0]
    assert sent(account) == []
    assert tab.send(plan).status_code == 200
    assert account.get(ORDER_ID)["status"] == "closed"


def test_a_lost_answer_is_settled_by_reading_and_errors_are_shown(tab: Tab, account: Account) -> None:
    plan, _ = tab.review(action="date", expected="2026-04-01")
    account.faults.append(Fault.no_answer().after_applying().only(lambda request: request.method != "GET"))
    settled = tab.send(plan)
    assert cells(settled.text)[-1] == "applied"
    assert len(sent(account)) == 1

    refused, _ = tab.review(action="close")
    account.api_key = "replaced"
    assert "key" in problems(tab.send(refused).text)[0]
    account.api_key = "secret-key-9b1f"

    over = tab.post("plan", action="receive", **{"was:c9_5001": "12", "received:c9_5001": "31"})
    assert problems(over.text)[0].endswith("If that is right, use --allow-over.")
    allowed, _ = tab.review(action="receive", allow_over="yes", **{"was:c9_5001": "12", "received:c9_5001": "31"})
    assert allowed

    excess = {"was:c9_5001": "40", "ordered:c9_5001": "30", "was:c9_5002": "0", "ordered:c9_5002": "20"}
    _, full = tab.review(action="receive", in_full="yes", **excess)
    assert full == ["1042", "receive: TEE-RED-L", "0", "20"]

    for fields, message in {
        (("account", "a2000"), ("action", "close")): "This order is in account a2000",
        (("order", "nowhere"), ("action", "close")): "The account has no order",
        (("action", "date"), ("expected", "soon")): "'soon' is not a date",
        (("action", "receive"),): "No quantity was changed",
        (("action", "receive"), ("was:c9_5001", "12"), ("received:c9_5001", "-1")): "it must be a number of at least 0",
    }.items():
        assert message in problems(tab.post("plan", **dict(fields)).text)[0]


def test_lines_that_the_api_cannot_change_and_read_only_orders_are_not_offered(tab: Tab, account: Account) -> None:
    account.put(order(items=[line("v", sku="<b>"), line("v"), line("w")]))
    shown = tab.post("show", since="2026-01-01T00:00:00+00:00").text
    assert "&lt;b&gt;" in shown
    assert re.findall(r'name="(received:\w+)"', shown) == ["received:w"]

    account.put(order(readonly=True))
    assert "read-only" in tab.post("show", since="2026-01-01T00:00:00+00:00").text


def test_after_a_restart_neither_the_cookie_nor_the_review_holds(
    environment: dict[str, str], tmp_path: Path, tab: Tab, account: Account
) -> None:
    plan, _ = tab.review(action="close")
    with dashboard(tmp_path, "--allow-writes", **environment) as address, opened(address) as after:
        forgotten = after.send(plan)
        after.client.cookies.clear()
        cookie = next(iter(tab.client.cookies.jar))
        after.client.cookies.set(f"inventory_planner_{after.url.rpartition(':')[2]}", cookie.value or "")
        refused = after.client.get("/")

    assert (forgotten.status_code, refused.status_code) == (409, 403)
    assert sent(account) == []

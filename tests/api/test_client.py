from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from inventory_planner.api import client as module
from inventory_planner.api.client import Client, Traffic
from inventory_planner.api.listing import Page, Single
from inventory_planner.errors import (
    ApiError,
    ConfigurationError,
    NotFoundError,
    RefusedError,
    RejectedError,
    UnreachableError,
    UnreadableAnswerError,
)
from inventory_planner_emulator import Account, Fault, Quirks, RecordedRequest, Server, serve
from orders import API_KEY, ORDER_ID, order

ORDERS = "/api/v1/purchase-orders"
EVERY_WAIT = [0.5, 1.0, 2.0, 4.0, 8.0]  # before jitter, which takes off half at most
Handler = Callable[[httpx.Request], httpx.Response]


def read(client: Client) -> Page:
    return client.get(ORDERS, {"limit": 10, "page": 0}, Page)


def failure(client: Client, path: str = ORDERS) -> ApiError:
    with pytest.raises(ApiError) as caught:
        client.get(path, {}, Page)
    return caught.value


@contextmanager
def mocked(handler: Handler, waits: list[float]) -> Iterator[Client]:
    """For what no server does on purpose."""
    transport = httpx.MockTransport(handler)
    with Client("https://service.test", API_KEY, "a1000", 0, sleep=waits.append, transport=transport) as client:
        yield client


def is_wait(seconds: float, longest: float) -> bool:
    return longest / 2 <= seconds <= longest


# what is sent


def test_a_request_carries_the_key_the_account_and_a_name(waits: list[float]) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"meta": {"total": 0}, "purchase-orders": []})

    with mocked(answer, waits) as client:
        client.get(ORDERS, {"limit": 10, "last_modified_gte": "2026-01-05T09:41:07+00:00"}, Page)
    (request,) = seen
    assert str(request.url) == (
        "https://service.test/api/v1/purchase-orders?limit=10&last_modified_gte=2026-01-05T09%3A41%3A07%2B00%3A00"
    )
    names = ("authorization", "account", "accept", "user-agent")
    assert {name: request.headers[name] for name in names} == {
        "authorization": API_KEY,
        "account": "a1000",
        "accept": "application/json",
        "user-agent": "inventory-planner-extractor/0.1.0",
    }
    assert request.extensions["timeout"] == {"connect": 10, "read": 120, "write": 30, "pool": 30}


def test_blanks_around_the_key_and_the_account_are_not_sent(account: Account, server: Server) -> None:
    with Client(f" {server.url} ", f" {API_KEY}\n", " a1000 ", 0) as client:
        assert read(client).orders == []
    assert [request.status for request in account.requests] == [200]


BAD_HOSTS = ("http://a:b", "http://a:65536", "http://xn--a")


@pytest.mark.parametrize("value", ["", "  ", "gehe\u00efm", "two\nlines", "tab\there"])
@pytest.mark.parametrize("setting", ["api_key", "account_id"])
def test_what_no_header_can_hold_is_a_wrong_setting(setting: str, value: str) -> None:
    values = {"api_key": API_KEY, "account_id": "a1000", setting: value}
    with pytest.raises(
        ConfigurationError, match=f"`{setting}`.*SOURCES__INVENTORY_PLANNER__{setting.upper()}"
    ) as caught:
        Client("https://service.test", **values)
    assert not value.strip() or value not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALL_PROXY", "socks5://localhost:1080"),
        ("NO_PROXY", "fd00::/8,localhost"),
        ("HTTP_PROXY", "ftp://x"),
        ("SSL_CERT_FILE", "/nowhere"),
    ],
)
def test_a_variable_that_makes_no_client_is_a_wrong_setting(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=r"Can't prepare requests to https://service\.test: .*ALL_PROXY"):
        Client("https://service.test", API_KEY, "a1000")


@pytest.mark.parametrize("base_url", ["", "app.inventory-planner.com", "ftp://service.test", "https://", *BAD_HOSTS])
def test_what_is_no_address_is_a_wrong_setting(base_url: str) -> None:
    with pytest.raises(ConfigurationError, match="`base_url`"):
        Client(base_url, API_KEY, "a1000")


# what comes back


def test_an_answer_is_decoded_with_its_orders_as_they_were_written(account: Account, client: Client) -> None:
    account.put({"id": "1", "total": 10, "last_modified": "2026-01-05T09:41:07+00:00"})
    page = read(client)
    assert page.meta.total == 1
    assert [bytes(raw) for raw in page.orders] == [b'{"id":"1","total":10,"last_modified":"2026-01-05T09:41:07+00:00"}']


def test_a_limit_echoed_as_text_is_a_number(account: Account, client: Client) -> None:
    account.put(order())
    assert read(client).meta.limit == 10


def test_a_single_order_is_read_by_its_id(account: Account, client: Client) -> None:
    account.put({"id": ORDER_ID, "reference": "7"})
    single = client.get(f"{ORDERS}/{ORDER_ID}", {}, Single)
    assert bytes(single.order) == b'{"id":"%b","reference":"7"}' % ORDER_ID.encode()


def test_traffic_counts_what_the_requests_cost(account: Account, client: Client, waits: list[float]) -> None:
    answer = b'{"meta":{"total":0},"purchase-orders":[]}'
    account.faults.extend([Fault.status(429, b"Too many"), Fault.empty(), Fault.status(200, answer)])
    read(client)
    assert client.traffic == Traffic(requests=3, retries=2, waited_seconds=sum(waits), bytes=len(b"Too many" + answer))


# what is asked again

PASSING = {
    "too many requests": Fault.rate_limited(),
    "request timeout": Fault.server_error(408),
    "bad gateway": Fault.server_error(502),
    "unavailable": Fault.server_error(503),
    "gateway timeout": Fault.server_error(504),
    "unavailable, with a message": Fault.refused("Maintenance", 503),
    "Cloudflare's own status": Fault.server_error(522),
    "server error without a message": Fault.server_error(500),
    "server error with JSON but no message": Fault.status(500, b'{"error": "x"}'),
    "server error with an empty message": Fault.refused("", 500),
    "a web page in place of JSON": Fault.html(),
    "nothing in place of JSON": Fault.empty(),
    "JSON that ends early": Fault.truncated_json(),
    "bytes that are no text": Fault.status(200, b'{"result": {"status": "\xff\xfe"}}'),
    "a body that ends early": Fault.broken_body(),
    "a connection that breaks": Fault.no_answer(),
    "a body that is not what its encoding says": Fault.status(200, b"plain", {"content-encoding": "gzip"}),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_it_is_asked_again_after(fault: Fault, account: Account, client: Client, waits: list[float]) -> None:
    account.put(order())
    account.faults.append(fault)
    assert read(client).meta.total == 1
    assert len(account.requests) == 2
    assert len(waits) == 1
    assert is_wait(waits[0], 0.5)


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_a_request_without_an_answer_in_time_is_asked_again(error: type[httpx.TransportError]) -> None:
    def hang(request: httpx.Request) -> httpx.Response:
        raise error("timed out", request=request)

    waits: list[float] = []
    with mocked(hang, waits) as client, pytest.raises(UnreachableError) as caught:
        read(client)
    assert str(caught.value) == (
        "GET /api/v1/purchase-orders: no answer in time. Is https://service.test reachable from here?"
    )
    assert len(waits) == 5


def test_the_waits_double_with_jitter_and_end_after_six_attempts(
    account: Account, client: Client, waits: list[float]
) -> None:
    account.faults.extend([Fault.server_error()] * 7)
    assert str(failure(client)) == "GET /api/v1/purchase-orders answered 503."
    assert len(account.requests) == 6
    assert [is_wait(*pair) for pair in zip(waits, EVERY_WAIT, strict=True)] == [True] * 5
    assert len({seconds / longest for seconds, longest in zip(waits, EVERY_WAIT, strict=True)}) > 1


LAST_WORDS = {
    "an overload": (Fault.rate_limited(), UnreachableError, "answered 429."),
    "a message": (Fault.refused("Maintenance", 503), UnreachableError, "answered 503 (Maintenance)."),
    "a web page": (Fault.html(), UnreadableAnswerError, "answered 200, but with a web page in place of JSON."),
    "nothing": (Fault.empty(), UnreadableAnswerError, "answered 200, but with an empty body in place of JSON."),
    "half an answer": (
        Fault.status(200, b'{"meta": {"tot'),
        UnreadableAnswerError,
        "answered 200, but with 14 bytes that end early or are something else in place of JSON.",
    ),
}


@pytest.mark.parametrize(("fault", "kind", "words"), LAST_WORDS.values(), ids=LAST_WORDS)
def test_what_lasts_is_told_in_the_end(
    fault: Fault, kind: type[ApiError], words: str, account: Account, client: Client
) -> None:
    account.faults.extend([fault] * 6)
    error = failure(client)
    assert (type(error), str(error)) == (kind, f"GET /api/v1/purchase-orders {words}")


@pytest.mark.parametrize("fault", [Fault.broken_body(), Fault.no_answer()], ids=["in the body", "before an answer"])
def test_a_connection_that_always_breaks_is_told_in_the_end(fault: Fault, account: Account, client: Client) -> None:
    account.put(order())
    account.faults.extend([fault] * 6)
    error = failure(client)
    assert type(error) is UnreachableError
    assert str(error).startswith("GET /api/v1/purchase-orders: the connection failed (")
    assert str(error).endswith(f"). Is {client.base_url} reachable from here?")


def test_a_host_that_is_not_there_is_unreachable(waits: list[float]) -> None:
    with serve(Account()) as gone:
        pass
    with Client(gone.url, API_KEY, "a1000", 0, sleep=waits.append) as client:
        error = failure(client)
    assert type(error) is UnreachableError
    assert f"Is {gone.url} reachable from here?" in str(error)
    assert len(waits) == 5


# how long the service wants it to wait


@pytest.mark.parametrize(
    ("told", "waited"), [(0, 0.0), (7, 7.0), (120, 120.0), (86_400, 120.0)], ids=["none", "7 s", "2 min", "a day"]
)
def test_retry_after_in_seconds_is_obeyed_up_to_two_minutes(
    told: int, waited: float, account: Account, client: Client, waits: list[float]
) -> None:
    account.faults.append(Fault.rate_limited(told))
    read(client)
    assert waits == [waited]


@pytest.mark.parametrize(
    ("seconds", "waited"), [(60, 60.0), (-3600, 0.0), (7200, 120.0)], ids=["to come", "past", "far off"]
)
def test_retry_after_as_a_date_is_obeyed_up_to_two_minutes(
    seconds: int, waited: float, account: Account, client: Client, waits: list[float]
) -> None:
    account.faults.append(Fault.rate_limited(datetime.now(UTC) + timedelta(seconds=seconds)))
    read(client)
    assert waits == [pytest.approx(waited, abs=3)]


def test_retry_after_is_obeyed_with_an_unavailable_service_too(
    account: Account, client: Client, waits: list[float]
) -> None:
    account.faults.append(Fault.status(503, b"", {"retry-after": "9"}))
    read(client)
    assert waits == [9.0]


@pytest.mark.parametrize("header", ["soon", "nan", "", "Mon, 99 Foo 2026 25:61:61 GMT"])
def test_a_retry_after_that_says_nothing_is_passed_over(
    header: str, account: Account, client: Client, waits: list[float]
) -> None:
    account.faults.append(Fault.status(429, b"", {"retry-after": header}))
    read(client)
    assert len(waits) == 1
    assert is_wait(waits[0], 0.5)


# what is final


def test_a_wrong_key_is_refused_at_once(account: Account, server: Server, waits: list[float]) -> None:
    with Client(server.url, "another-key", "a1000", 0, sleep=waits.append) as client:
        error = failure(client)
    assert type(error) is RefusedError
    assert str(error) == (
        "GET /api/v1/purchase-orders answered 401 (Invalid API key). Check the key (Account > Settings > API; its user"
        " needs full access) and the account id (`a=` in the address of the web application)."
    )
    assert (len(account.requests), waits) == (1, [])


def test_a_wrong_account_is_refused_at_once(account: Account, server: Server, waits: list[float]) -> None:
    with Client(server.url, API_KEY, "a9999", 0, sleep=waits.append) as client:
        error = failure(client)
    assert type(error) is RefusedError
    assert str(error).startswith("GET /api/v1/purchase-orders answered 403 (No access to this account). Check the key")
    assert (len(account.requests), waits) == (1, [])


FINAL = {
    "a firewall": (
        Fault.cloudflare(),
        RefusedError,
        "answered 403 with a web page: a firewall before the service refuses requests from here.",
    ),
    "an error in 500": (Fault.refused("No such field"), RejectedError, "answered 500 (No such field)."),
    "an error in 400": (Fault.refused("No such field", 400), RejectedError, "answered 400 (No such field)."),
    "an odd status": (Fault.status(418, b"teapot"), RejectedError, "answered 418."),
    "an error in 200": (
        Fault.error_in_200("No such field"),
        RejectedError,
        "answered 200, but reports an error (No such field).",
    ),
    "nothing there": (Fault.status(404, b"<html>"), NotFoundError, "answered 404."),
    "no order in 404": (Fault.refused("Failed to find purchase-order 1", 404), NotFoundError, None),
    "no order in 500": (Fault.refused("Failed to find purchase-order 1", 500), NotFoundError, None),
    "no order in 200": (Fault.error_in_200("Failed to find purchase-order 1"), NotFoundError, None),
    "a list": (
        Fault.status(200, b"[]"),
        UnreadableAnswerError,
        "answered 200, but not in the documented shape: Expected `object`, got `array`.",
    ),
    "another shape": (
        Fault.status(200, b'{"meta": {"total": "many"}, "purchase-orders": []}'),
        UnreadableAnswerError,
        "answered 200, but not in the documented shape: Expected `int`, got `str` - at `$.meta.total`.",
    ),
    "an error, among what is asked": (
        Fault.status(200, b'{"meta":{"total":0},"purchase-orders":[],"result":{"status":"error","message":"Half"}}'),
        RejectedError,
        "answered 200, but reports an error (Half).",
    ),
}


@pytest.mark.parametrize(("fault", "kind", "words"), FINAL.values(), ids=FINAL)
def test_it_is_not_asked_again_after(
    fault: Fault, kind: type[ApiError], words: str | None, account: Account, client: Client
) -> None:
    account.faults.append(fault)
    error = failure(client)
    assert type(error) is kind
    assert words is None or str(error) == f"GET /api/v1/purchase-orders {words}"
    assert words or "(Failed to find purchase-order 1)" in str(error)
    assert client.traffic.requests == len(account.requests) == 1
    assert client.traffic.waited_seconds == 0


@pytest.mark.parametrize("quirks", [Quirks(), Quirks(not_found_as_200=True)], ids=["404", "200"])
def test_an_order_that_is_not_there_is_not_found(quirks: Quirks, account: Account, client: Client) -> None:
    account.quirks = quirks
    with pytest.raises(NotFoundError, match="Failed to find purchase-order 7"):
        client.get(f"{ORDERS}/7", {}, Single)


def test_an_answer_that_says_success_is_an_answer(account: Account, client: Client) -> None:
    body = b'{"meta":{"total":0},"purchase-orders":[],"result":{"status":"success","message":"fine"}}'
    account.faults.append(Fault.status(200, body))
    assert read(client).orders == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_with_the_key(status: int, account: Account, client: Client) -> None:
    with serve(elsewhere := Account(api_key=API_KEY)) as server:
        account.faults.append(Fault.status(status, b"", {"location": f"{server.url}{ORDERS}"}))
        error = failure(client)
    assert elsewhere.requests == []
    assert type(error) is UnreadableAnswerError
    assert str(error) == f"GET /api/v1/purchase-orders answered {status}, a redirect: check `base_url`."


# what must not be told

INDISCREET = {
    "a refusal": [Fault.refused(f"Key {API_KEY} is odd", 401)],
    "an error": [Fault.refused(f"Key {API_KEY} is odd")],
    "an error in 200": [Fault.error_in_200(f"Key {API_KEY} is odd")],
    "an overload": [Fault.refused(f"Key {API_KEY} is odd", 503)] * 6,
    "a page": [Fault.status(200, f"<html>{API_KEY}".encode())] * 6,
    "a broken connection": [Fault.no_answer()] * 6,
}


@pytest.mark.parametrize("faults", INDISCREET.values(), ids=INDISCREET)
def test_the_key_is_in_no_error_and_no_log_line_after(
    faults: list[Fault], account: Account, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    account.faults.extend(faults)
    error = failure(client)
    told = "".join(traceback.format_exception(error)) + repr(error) + repr(client)
    assert caplog.text
    assert API_KEY not in told + caplog.text


def test_each_new_attempt_is_logged(account: Account, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    account.faults.append(Fault.rate_limited(3))
    read(client)
    assert [record.getMessage() for record in caplog.records if record.name == module.__name__] == [
        "GET /api/v1/purchase-orders answered 429. Asking again in 3.0 s (attempt 2 of 6)."
    ]


# how fast it asks


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def starts(account: Account, clock: Clock) -> list[float]:
    """When the account was asked, in seconds since the beginning."""
    found: list[float] = []

    def note(_request: RecordedRequest) -> None:
        found.append(clock.now - 1000)

    account.before_answer.append(note)
    return found


@contextmanager
def paced(server: Server, clock: Clock, requests_per_second: float) -> Iterator[Client]:
    with Client(server.url, API_KEY, "a1000", requests_per_second, sleep=clock.sleep, clock=clock) as client:
        yield client


@pytest.mark.parametrize(
    ("pace", "expected"),
    [(2.0, [0.0, 0.5, 1.0, 1.5]), (0.5, [0.0, 2.0, 4.0, 6.0]), (0.0, [0.0] * 4)],
    ids=["two a second", "one in two seconds", "without a limit"],
)
def test_requests_keep_the_pace(
    pace: float, expected: list[float], server: Server, clock: Clock, starts: list[float]
) -> None:
    with paced(server, clock, pace) as client:
        for _ in range(4):
            read(client)
    assert starts == expected


def test_idle_time_is_not_saved_up_for_a_burst(server: Server, clock: Clock, starts: list[float]) -> None:
    with paced(server, clock, 2.0) as client:
        read(client)
        clock.now += 60
        for _ in range(3):
            read(client)
    assert starts == [0.0, 60.0, 60.5, 61.0]


def test_a_request_that_is_asked_again_keeps_the_pace_too(
    account: Account, server: Server, clock: Clock, starts: list[float]
) -> None:
    account.faults.extend([Fault.rate_limited(0), Fault.rate_limited(5)])
    with paced(server, clock, 2.0) as client:
        read(client)
    assert starts == [0.0, 0.5, 5.5]
    assert client.traffic.waited_seconds == 5.5

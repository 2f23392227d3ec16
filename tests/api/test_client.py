from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from inventory_planner.api.client import Client, Traffic
from inventory_planner.api.listing import Page, SingleOrder
from inventory_planner.errors import (
    ApiError,
    ConfigurationError,
    NotFoundError,
    RefusedError,
    RejectedError,
    UnknownOutcomeError,
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
    """A client without a server, for what no server does on purpose."""
    transport = httpx.MockTransport(handler)
    with Client("https://api.test", API_KEY, "a1000", 0, sleep=waits.append, transport=transport) as client:
        yield client


def is_wait(seconds: float, longest: float) -> bool:
    return longest / 2 <= seconds <= longest


# requests


def test_a_request_has_the_key_the_account_and_a_user_agent(waits: list[float]) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"meta": {"total": 0}, "purchase-orders": []})

    with mocked(answer, waits) as client:
        client.get(ORDERS, {"limit": 10, "last_modified_gte": "2026-01-05T09:41:07+00:00"}, Page)
    (request,) = seen
    assert str(request.url) == (
        "https://api.test/api/v1/purchase-orders?limit=10&last_modified_gte=2026-01-05T09%3A41%3A07%2B00%3A00"
    )
    names = ("authorization", "account", "accept", "user-agent")
    assert {name: request.headers[name] for name in names} == {
        "authorization": API_KEY,
        "account": "a1000",
        "accept": "application/json",
        "user-agent": "inventory-planner-extractor/0.1.0",
    }
    assert request.extensions["timeout"] == {"connect": 10, "read": 120, "write": 30, "pool": 30}


def test_whitespace_around_the_settings_is_stripped(account: Account, server: Server) -> None:
    with Client(f" {server.url} ", f" {API_KEY}\n", " a1000 ", 0) as client:
        assert read(client).orders == []
    assert [request.status for request in account.requests] == [200]


BAD_HOSTS = ("http://a:b", "http://a:65536", "http://xn--a")


@pytest.mark.parametrize("value", ["", "  ", "gehe\u00efm", "two\nlines", "tab\there"])
@pytest.mark.parametrize("setting", ["api_key", "account_id"])
def test_a_key_or_account_that_no_header_can_hold_is_a_configuration_error(setting: str, value: str) -> None:
    values = {"api_key": API_KEY, "account_id": "a1000", setting: value}
    with pytest.raises(
        ConfigurationError, match=f"`{setting}`.*SOURCES__INVENTORY_PLANNER__{setting.upper()}"
    ) as caught:
        Client("https://api.test", **values)
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
def test_an_unusable_environment_variable_is_a_configuration_error(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=r"Can't prepare requests to https://api\.test: .*ALL_PROXY"):
        Client("https://api.test", API_KEY, "a1000")


@pytest.mark.parametrize("base_url", ["", "app.inventory-planner.com", "ftp://api.test", "https://", *BAD_HOSTS])
def test_an_invalid_base_url_is_a_configuration_error(base_url: str) -> None:
    with pytest.raises(ConfigurationError, match="`base_url`"):
        Client(base_url, API_KEY, "a1000")


# responses


def test_a_page_keeps_its_orders_as_the_api_wrote_them(account: Account, client: Client) -> None:
    account.put({"id": "1", "total": 10, "last_modified": "2026-01-05T09:41:07+00:00"})
    page = read(client)
    assert page.meta.total == 1
    assert [bytes(raw) for raw in page.orders] == [b'{"id":"1","total":10,"last_modified":"2026-01-05T09:41:07+00:00"}']


def test_a_limit_echoed_as_text_is_decoded_as_a_number(account: Account, client: Client) -> None:
    account.put(order())
    assert read(client).meta.limit == 10


def test_a_single_order_is_requested_by_its_id(account: Account, client: Client) -> None:
    account.put({"id": ORDER_ID, "reference": "7"})
    single = client.get(f"{ORDERS}/{ORDER_ID}", {}, SingleOrder)
    assert bytes(single.order) == b'{"id":"%b","reference":"7"}' % ORDER_ID.encode()


def test_traffic_counts_requests_retries_waits_and_bytes(account: Account, client: Client, waits: list[float]) -> None:
    answer = b'{"meta":{"total":0},"purchase-orders":[]}'
    account.faults.extend([Fault.status(429, b"Too many"), Fault.empty(), Fault.status(200, answer)])
    read(client)
    assert client.traffic == Traffic(requests=3, retries=2, waited_seconds=sum(waits), bytes=len(b"Too many" + answer))


# retries

TRANSIENT = {
    "too many requests": Fault.rate_limited(),
    "request timeout": Fault.server_error(408),
    "bad gateway": Fault.server_error(502),
    "unavailable": Fault.server_error(503),
    "gateway timeout": Fault.server_error(504),
    "unavailable with a message": Fault.refused("Maintenance", 503),
    "Cloudflare's own status": Fault.server_error(522),
    "server error without a message": Fault.server_error(500),
    "server error with JSON but no message": Fault.status(500, b'{"error": "x"}'),
    "server error with an empty message": Fault.refused("", 500),
    "an HTML page instead of JSON": Fault.html(),
    "an empty body instead of JSON": Fault.empty(),
    "truncated JSON": Fault.truncated_json(),
    "bytes that are not text": Fault.status(200, b'{"result": {"status": "\xff\xfe"}}'),
    "a body that breaks off": Fault.broken_body(),
    "a connection that breaks": Fault.no_answer(),
    "a body in another encoding than declared": Fault.status(200, b"plain", {"content-encoding": "gzip"}),
}


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
def test_a_request_is_retried_after(fault: Fault, account: Account, client: Client, waits: list[float]) -> None:
    account.put(order())
    account.faults.append(fault)
    assert read(client).meta.total == 1
    assert len(account.requests) == 2
    assert len(waits) == 1
    assert is_wait(waits[0], 0.5)


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_a_request_that_times_out_is_retried(error: type[httpx.TransportError]) -> None:
    def hang(request: httpx.Request) -> httpx.Response:
        raise error("timed out", request=request)

    waits: list[float] = []
    with mocked(hang, waits) as client, pytest.raises(UnreachableError) as caught:
        read(client)
    assert str(caught.value) == (
        "GET /api/v1/purchase-orders failed: no response in time. Gave up after 6 attempts; check that https://api.test"
        " is reachable from this machine."
    )
    assert len(waits) == 5


def test_the_waits_double_with_jitter_until_the_sixth_attempt(
    account: Account, client: Client, waits: list[float]
) -> None:
    account.faults.extend([Fault.server_error()] * 7)
    assert str(failure(client)) == (
        "GET /api/v1/purchase-orders returned 503. Gave up after 6 attempts; try again later."
    )
    assert len(account.requests) == 6
    assert [is_wait(*pair) for pair in zip(waits, EVERY_WAIT, strict=True)] == [True] * 5
    assert len({seconds / longest for seconds, longest in zip(waits, EVERY_WAIT, strict=True)}) > 1


LATER = "try again later"
CHECK = "check `base_url`, or try again later"
LASTING = {
    "an overload": (Fault.rate_limited(), UnreachableError, ("returned 429.", LATER)),
    "a message": (Fault.refused("Maintenance", 503), UnreachableError, ("returned 503 (Maintenance).", LATER)),
    "an HTML page": (Fault.html(), UnreadableAnswerError, ("returned 200 with an HTML page instead of JSON.", CHECK)),
    "an empty body": (
        Fault.empty(),
        UnreadableAnswerError,
        ("returned 200 with an empty body instead of JSON.", CHECK),
    ),
    "truncated JSON": (
        Fault.status(200, b'{"meta": {"tot'),
        UnreadableAnswerError,
        ("returned 200 with 14 bytes that are incomplete or malformed instead of JSON.", CHECK),
    ),
}


@pytest.mark.parametrize(("fault", "kind", "words"), LASTING.values(), ids=LASTING)
def test_a_lasting_failure_is_raised_after_six_attempts(
    fault: Fault, kind: type[ApiError], words: tuple[str, str], account: Account, client: Client
) -> None:
    account.faults.extend([fault] * 6)
    error = failure(client)
    reason, advice = words
    assert type(error) is kind
    assert str(error) == f"GET /api/v1/purchase-orders {reason} Gave up after 6 attempts; {advice}."


@pytest.mark.parametrize("fault", [Fault.broken_body(), Fault.no_answer()], ids=["in the body", "before the response"])
def test_a_connection_that_always_breaks_is_unreachable(fault: Fault, account: Account, client: Client) -> None:
    account.put(order())
    account.faults.extend([fault] * 6)
    error = failure(client)
    assert type(error) is UnreachableError
    assert str(error).startswith("GET /api/v1/purchase-orders failed: the connection broke (")
    assert str(error).endswith(f"check that {client.base_url} is reachable from this machine.")


def test_a_host_that_does_not_exist_is_unreachable(waits: list[float]) -> None:
    with serve(Account()) as stopped:
        pass
    with Client(stopped.url, API_KEY, "a1000", 0, sleep=waits.append) as client:
        error = failure(client)
    assert type(error) is UnreachableError
    assert f"check that {stopped.url} is reachable from this machine" in str(error)
    assert len(waits) == 5


# Retry-After


@pytest.mark.parametrize(
    ("seconds", "waited"), [(0, 0.0), (7, 7.0), (120, 120.0), (86_400, 120.0)], ids=["none", "7 s", "2 min", "a day"]
)
def test_retry_after_in_seconds_is_obeyed_up_to_two_minutes(
    seconds: int, waited: float, account: Account, client: Client, waits: list[float]
) -> None:
    account.faults.append(Fault.rate_limited(seconds))
    read(client)
    assert waits == [waited]


@pytest.mark.parametrize(
    ("seconds", "waited"), [(60, 60.0), (-3600, 0.0), (7200, 120.0)], ids=["soon", "past", "far off"]
)
def test_retry_after_as_a_date_is_obeyed_up_to_two_minutes(
    seconds: int, waited: float, account: Account, client: Client, waits: list[float]
) -> None:
    account.faults.append(Fault.rate_limited(datetime.now(UTC) + timedelta(seconds=seconds)))
    read(client)
    assert waits == [pytest.approx(waited, abs=3)]


def test_retry_after_is_obeyed_when_the_api_is_unavailable(
    account: Account, client: Client, waits: list[float]
) -> None:
    account.faults.append(Fault.status(503, b"", {"retry-after": "9"}))
    read(client)
    assert waits == [9.0]


@pytest.mark.parametrize("header", ["soon", "nan", "", "Mon, 99 Foo 2026 25:61:61 GMT"])
def test_an_invalid_retry_after_is_ignored(header: str, account: Account, client: Client, waits: list[float]) -> None:
    account.faults.append(Fault.status(429, b"", {"retry-after": header}))
    read(client)
    assert len(waits) == 1
    assert is_wait(waits[0], 0.5)


# final errors


def test_a_wrong_key_is_refused_without_a_retry(account: Account, server: Server, waits: list[float]) -> None:
    with Client(server.url, "another-key", "a1000", 0, sleep=waits.append) as client:
        error = failure(client)
    assert type(error) is RefusedError
    assert str(error) == (
        "GET /api/v1/purchase-orders returned 401 (Invalid API key). Check the API key (Account > Settings > API; its"
        " user needs full access) and the account id (`a=` in the address of the web application)."
    )
    assert (len(account.requests), waits) == (1, [])


def test_a_wrong_account_is_refused_without_a_retry(account: Account, server: Server, waits: list[float]) -> None:
    with Client(server.url, API_KEY, "a9999", 0, sleep=waits.append) as client:
        error = failure(client)
    assert type(error) is RefusedError
    assert str(error).startswith("GET /api/v1/purchase-orders returned 403 (No access to this account). Check the API")
    assert (len(account.requests), waits) == (1, [])


FINAL = {
    "a firewall": (Fault.cloudflare(), RefusedError),
    "an error with status 500": (Fault.refused("No such field"), RejectedError),
    "an error with status 200": (Fault.error_in_200("No such field"), RejectedError),
    "a missing order": (Fault.refused("Failed to find purchase-order 1", 404), NotFoundError),
    "an unexpected shape": (Fault.status(200, b"[]"), UnreadableAnswerError),
}


@pytest.mark.parametrize(("fault", "kind"), FINAL.values(), ids=FINAL)
def test_a_request_is_not_retried_after(fault: Fault, kind: type[ApiError], account: Account, client: Client) -> None:
    account.faults.append(fault)
    assert type(failure(client)) is kind
    assert client.traffic.requests == len(account.requests) == 1
    assert client.traffic.waited_seconds == 0


@pytest.mark.parametrize("quirks", [Quirks(), Quirks(not_found_as_200=True)], ids=["404", "200"])
def test_a_missing_order_is_not_found(quirks: Quirks, account: Account, client: Client) -> None:
    account.quirks = quirks
    with pytest.raises(NotFoundError, match="Failed to find purchase-order 7"):
        client.get(f"{ORDERS}/7", {}, SingleOrder)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_so_the_key_stays_here(status: int, account: Account, client: Client) -> None:
    with serve(elsewhere := Account(api_key=API_KEY)) as server:
        account.faults.append(Fault.status(status, b"", {"location": f"{server.url}{ORDERS}"}))
        error = failure(client)
    assert elsewhere.requests == []
    assert type(error) is UnreadableAnswerError
    assert str(error) == (
        f"GET /api/v1/purchase-orders returned {status}, a redirect, which is not followed. Correct `base_url`."
    )


# changes

CHANGE = f"{ORDERS}/{ORDER_ID}"
CLOSE = b'{"purchase-order":{"status":"CLOSED"}}'


def close(client: Client) -> SingleOrder:
    return client.change("PATCH", CHANGE, CLOSE, SingleOrder)


def failed_change(client: Client) -> ApiError:
    with pytest.raises(ApiError) as caught:
        close(client)
    return caught.value


@pytest.fixture
def order_to_close(account: Account) -> Account:
    """The account with one open order."""
    account.put(order())
    return account


def test_a_change_is_sent_once_as_json(waits: list[float]) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"purchase-order": {"id": "1"}})

    with mocked(answer, waits) as client:
        assert bytes(close(client).record) == b'{"id":"1"}'
    (request,) = seen
    assert (request.method, str(request.url), request.content) == ("PATCH", f"https://api.test{CHANGE}", CLOSE)
    assert request.headers["content-type"] == "application/json"


NO_ANSWER = {  # how a response can fail to tell what became of a change
    "request timeout": (Fault.server_error(408), "returned 408."),
    "bad gateway": (Fault.bad_gateway(502), "returned 502."),
    "unavailable": (Fault.bad_gateway(503), "returned 503."),
    "gateway timeout": (Fault.bad_gateway(504), "returned 504."),
    "unavailable with a message": (Fault.refused("Maintenance", 503), "returned 503 (Maintenance)."),
    "Cloudflare's own status": (Fault.server_error(522), "returned 522."),
    "server error without a message": (Fault.server_error(500), "returned 500."),
    "another server error without a message": (Fault.server_error(507), "returned 507 without a message of the API."),
    "server error with other JSON": (Fault.status(500, b'{"message": "Server Error"}'), "returned 500."),
    "an empty body": (Fault.empty(), "returned 200 with an empty body instead of JSON."),
    "an HTML page": (Fault.html(), "returned 200 with an HTML page instead of JSON."),
    "truncated JSON": (Fault.truncated_json(), "incomplete or malformed instead of JSON."),
    "an unexpected shape": (Fault.status(200, b"[]"), "does not have the documented shape"),
    "a redirect": (Fault.status(303, b"", {"location": "/"}), "a redirect, which is not followed."),
    "a body that breaks off": (Fault.broken_body(), "failed: the connection broke ("),
    "a connection that breaks": (Fault.no_answer(), "failed: the connection broke ("),
}


@pytest.mark.parametrize("is_applied", [True, False], ids=["applied", "not applied"])
@pytest.mark.parametrize(("fault", "words"), NO_ANSWER.values(), ids=NO_ANSWER)
def test_a_change_has_an_unknown_outcome_and_is_not_sent_again_after(
    fault: Fault, words: str, *, is_applied: bool, order_to_close: Account, client: Client, waits: list[float]
) -> None:
    is_own = fault.response is None and fault.breaks != "connection"  # half of the response to an applied change
    order_to_close.faults.append(fault.after_applying() if is_applied else fault)
    error = failed_change(client)
    assert type(error) is UnknownOutcomeError
    assert str(error).startswith(f"PATCH {CHANGE} ")
    assert words in str(error)
    assert [request.applied for request in order_to_close.requests] == [is_applied or is_own]
    assert waits == []


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.WriteTimeout, httpx.WriteError, httpx.ReadError])
def test_a_change_that_may_have_gone_out_has_an_unknown_outcome(
    error: type[httpx.TransportError], waits: list[float]
) -> None:
    sent: list[httpx.Request] = []

    def hang(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        raise error("broken", request=request)

    with mocked(hang, waits) as client:
        assert type(failed_change(client)) is UnknownOutcomeError
    assert (len(sent), waits) == (1, [])


@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError], ids=lambda e: e.__name__
)
def test_a_change_that_never_went_out_is_sent_again(error: type[httpx.TransportError], waits: list[float]) -> None:
    sent: list[httpx.Request] = []

    def fail_once(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        if len(sent) == 1:
            raise error("broken", request=request)
        return httpx.Response(200, json={"purchase-order": {"id": "1"}})

    with mocked(fail_once, waits) as client:
        close(client)
    assert [request.content for request in sent] == [CLOSE] * 2
    assert is_wait(waits[0], 0.5)


def test_a_change_of_an_account_that_does_not_listen_is_unreachable(waits: list[float]) -> None:
    with serve(Account()) as stopped:
        pass
    with Client(stopped.url, API_KEY, "a1000", 0, sleep=waits.append) as client:
        error = failed_change(client)
    assert type(error) is UnreachableError
    assert str(error).endswith(f"Gave up after 6 attempts; check that {stopped.url} is reachable from this machine.")
    assert [is_wait(*pair) for pair in zip(waits, EVERY_WAIT, strict=True)] == [True] * 5


def test_a_change_that_came_too_early_is_sent_again_when_the_api_says(
    order_to_close: Account, client: Client, waits: list[float]
) -> None:
    order_to_close.faults.extend([Fault.rate_limited(7), Fault.rate_limited()])
    close(client)
    assert [(request.status, request.applied) for request in order_to_close.requests] == [
        (429, False),
        (429, False),
        (200, True),
    ]
    assert waits[0] == 7.0
    assert is_wait(waits[1], 1.0)


def test_a_change_that_always_comes_too_early_was_not_applied(order_to_close: Account, client: Client) -> None:
    order_to_close.faults.extend([Fault.rate_limited(1)] * 6)
    error = failed_change(client)
    assert type(error) is UnreachableError
    assert str(error) == f"PATCH {CHANGE} returned 429. Gave up after 6 attempts; try again later."
    assert order_to_close.get(ORDER_ID)["status"] == "open"


def test_a_change_that_was_sent_again_may_have_an_unknown_outcome(order_to_close: Account, client: Client) -> None:
    order_to_close.faults.extend([Fault.rate_limited(0), Fault.no_answer().after_applying()])
    assert type(failed_change(client)) is UnknownOutcomeError
    assert [request.applied for request in order_to_close.requests] == [False, True]


SETTLED = {  # what the API says was not applied
    "a business error": (Fault.refused("Order is read-only"), RejectedError, "returned 500 (Order is read-only)."),
    "an error in 200": (
        Fault.error_in_200("Order is read-only"),
        RejectedError,
        "returned 200, but reports an error (Order is read-only).",
    ),
    "a bad request": (Fault.status(400, b""), RejectedError, "returned 400."),
    "a missing order": (
        Fault.refused("Failed to find purchase-order 1", 404),
        NotFoundError,
        "returned 404 (Failed to find purchase-order 1).",
    ),
    "a missing order as a business error": (
        Fault.refused("Failed to find purchase-order 1"),
        NotFoundError,
        "returned 500 (Failed to find purchase-order 1).",
    ),
    "a wrong key": (Fault.refused("Invalid API key", 401), RefusedError, "returned 401 (Invalid API key)."),
    "a firewall": (Fault.cloudflare(), RefusedError, "returned 403 with an HTML page:"),
}


@pytest.mark.parametrize(("fault", "kind", "words"), SETTLED.values(), ids=SETTLED)
def test_a_change_is_refused_for_good_by(
    fault: Fault, kind: type[ApiError], words: str, *, order_to_close: Account, client: Client, waits: list[float]
) -> None:
    order_to_close.faults.append(fault)
    error = failed_change(client)
    assert type(error) is kind
    assert str(error).startswith(f"PATCH {CHANGE} {words}")
    assert [request.applied for request in order_to_close.requests] == [False]
    assert waits == []


# secrets and logs

LEAKS = {
    "a refusal": [Fault.refused(f"Key {API_KEY} is odd", 401)],
    "an error": [Fault.refused(f"Key {API_KEY} is odd")],
    "an error in 200": [Fault.error_in_200(f"Key {API_KEY} is odd")],
    "an overload": [Fault.refused(f"Key {API_KEY} is odd", 503)] * 6,
    "an HTML page": [Fault.status(200, f"<html>{API_KEY}".encode())] * 6,
    "a broken connection": [Fault.no_answer()] * 6,
}


@pytest.mark.parametrize("send", [failure, failed_change], ids=["of a read", "of a change"])
@pytest.mark.parametrize("faults", LEAKS.values(), ids=LEAKS)
def test_the_key_appears_in_no_error_and_no_log_line_after(
    faults: list[Fault],
    send: Callable[[Client], ApiError],
    account: Account,
    client: Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    account.faults.extend(faults)
    error = send(client)
    shown = "".join(traceback.format_exception(error)) + repr(error) + repr(client)
    assert caplog.text
    assert API_KEY not in shown + caplog.text


def test_each_retry_is_logged(account: Account, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    account.faults.append(Fault.rate_limited(3))
    read(client)
    assert [record.getMessage() for record in caplog.records if record.name == Client.__module__] == [
        "GET /api/v1/purchase-orders returned 429. Retrying in 3.0 s (attempt 2 of 6)."
    ]


# pace


class Clock:
    """A clock that only sleeping moves."""

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
    """The instants of the requests, in seconds since the start."""
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
def test_requests_are_paced(
    pace: float, expected: list[float], server: Server, clock: Clock, starts: list[float]
) -> None:
    with paced(server, clock, pace) as client:
        for _ in range(4):
            read(client)
    assert starts == expected


def test_idle_time_does_not_allow_a_burst(server: Server, clock: Clock, starts: list[float]) -> None:
    with paced(server, clock, 2.0) as client:
        read(client)
        clock.now += 60
        for _ in range(3):
            read(client)
    assert starts == [0.0, 60.0, 60.5, 61.0]


def test_retries_are_paced_too(account: Account, server: Server, clock: Clock, starts: list[float]) -> None:
    account.faults.extend([Fault.rate_limited(0), Fault.rate_limited(5)])
    with paced(server, clock, 2.0) as client:
        read(client)
    assert starts == [0.0, 0.5, 5.5]
    assert client.traffic.waited_seconds == 5.5


def test_changes_are_paced_with_the_reads(account: Account, server: Server, clock: Clock, starts: list[float]) -> None:
    account.put(order())
    with paced(server, clock, 2.0) as client:
        read(client)
        close(client)
        close(client)
        read(client)
    assert starts == [0.0, 0.5, 1.0, 1.5]

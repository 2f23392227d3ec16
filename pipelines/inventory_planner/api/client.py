"""One authenticated request to Inventory Planner: paced, retried where that can help, and explained where it can't.

Nothing else in the package talks to the network. No message, log line or error holds the key.
"""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self, TypeVar

import httpx
import msgspec

from inventory_planner import __version__
from inventory_planner.api.contract import Answer
from inventory_planner.errors import (
    ApiError,
    ConfigurationError,
    NotFoundError,
    RefusedError,
    RejectedError,
    UnreachableError,
    UnreadableAnswerError,
)

USER_AGENT: Final = f"inventory-planner-extractor/{__version__}"  # an empty one is taken for a robot and blocked
TIMEOUT: Final = httpx.Timeout(
    30, connect=10, read=120
)  # a page of 1000 orders with their lines takes the service long
ATTEMPTS: Final = 6  # with the waits below about a quarter of a minute: a restart of the service fits in
FIRST_WAIT: Final = 0.5  # seconds; each further wait is twice as long
LONGEST_WAIT: Final = 30.0  # seconds, for the waits that we choose
LONGEST_RETRY_AFTER: Final = 120.0  # seconds; a scheduled run must not hang on what a proxy dreams up
LAST_PORT: Final = 65_535
PASSING: Final = frozenset({408, 429, 502, 503, 504, *range(520, 528)})  # 520 to 527 are Cloudflare's
REDIRECTS: Final = range(300, 400)
ESCAPE: Final = re.compile(  # of a pair of surrogates, of a surrogate without its other half, and of anything else
    rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<half>\\u[dD][89a-fA-F]..)|\\."
)
NO_CHARACTER: Final = rb"\ufffd"

log = logging.getLogger(__name__)
AnswerT = TypeVar("AnswerT", bound=Answer)


@dataclass(slots=True)
class Traffic:
    """What the requests of a client have cost so far."""

    requests: int = 0
    retries: int = 0
    waited_seconds: float = 0.0
    bytes: int = 0


class _PassingError(Exception):
    """A failure that may be over when asked again; `error` is what to raise when it is not."""

    def __init__(self, error: ApiError, retry_after: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after = retry_after


@dataclass(slots=True)
class Client:
    """Reads from one account.

    Args:
        base_url: where the service is, such as `https://app.inventory-planner.com`.
        api_key: the key of a user with full access to the account.
        account_id: the letter `a` and digits, as in the address of the web application.
        requests_per_second: the pace at most; 0 lifts the limit. The service publishes none.

    Raises:
        ConfigurationError: the address, the key or the account can't be sent.
    """

    base_url: str
    api_key: str = field(repr=False)
    account_id: str
    requests_per_second: float = 2.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    transport: httpx.BaseTransport | None = None
    traffic: Traffic = field(default_factory=Traffic)
    _http: httpx.Client = field(init=False, repr=False)
    _next_start: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        headers = {
            "Authorization": _header("api_key", self.api_key),
            "Account": _header("account_id", self.account_id),
            "Accept": "application/json",
            "User-Agent": USER_AGENT,
        }
        base_url = _address(self.base_url)
        try:
            self._http = httpx.Client(base_url=base_url, headers=headers, timeout=TIMEOUT, transport=self.transport)
        except (httpx.InvalidURL, ImportError, OSError, ValueError) as error:
            raise ConfigurationError(
                f"Can't prepare requests to {base_url}: {error}. Mend the address, or what HTTP_PROXY, ALL_PROXY,"
                " NO_PROXY or SSL_CERT_FILE say in the environment."
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, params: Mapping[str, str | int], answer: type[AnswerT]) -> AnswerT:
        """The decoded answer to a read.

        Raises:
            RefusedError: the key or the account is not accepted.
            NotFoundError: there is nothing with this id.
            RejectedError: the service answered with an error message.
            UnreadableAnswerError: the answer is not of the documented shape.
            UnreachableError: the retries are used up.
        """
        attempt = 1
        while True:
            self._keep_pace()
            try:
                return self._ask(path, params, answer)
            except _PassingError as failure:
                if attempt == ATTEMPTS:
                    raise failure.error from failure
                self._wait_after(failure, attempt)
            attempt += 1

    def _keep_pace(self) -> None:
        now = self.clock()
        if now < self._next_start:
            self._wait(self._next_start - now)
        interval = 1 / self.requests_per_second if self.requests_per_second > 0 else 0.0
        self._next_start = max(now, self._next_start) + interval

    def _wait_after(self, failure: _PassingError, attempt: int) -> None:
        chosen = min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT) * random.uniform(0.5, 1)  # noqa: S311 (jitter)
        seconds = chosen if failure.retry_after is None else min(failure.retry_after, LONGEST_RETRY_AFTER)
        log.warning("%s Asking again in %.1f s (attempt %d of %d).", failure, seconds, attempt + 1, ATTEMPTS)
        self.traffic.retries += 1
        self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        self.traffic.waited_seconds += seconds
        self.sleep(seconds)

    def _ask(self, path: str, params: Mapping[str, str | int], answer: type[AnswerT]) -> AnswerT:
        what = f"GET {path}"
        self.traffic.requests += 1
        try:
            with self._http.stream("GET", path, params=dict(params)) as response:
                body = b"".join(response.iter_bytes())  # what a response has read stays until garbage is collected
        except (httpx.TransportError, httpx.DecodingError) as error:
            unreachable = UnreachableError(f"{what}: {_broken(error)}. Is {self.base_url} reachable from here?")
            raise _PassingError(unreachable) from error
        self.traffic.bytes += len(body)
        query, status = response.url.query.decode(), response.status_code
        log.debug("%s?%s answered %d with %d bytes.", what, query, status, len(body))
        return self._read(what, response, body, answer)

    def _read(self, what: str, response: httpx.Response, body: bytes, answer: type[AnswerT]) -> AnswerT:
        if response.is_success:
            return self._decode(f"{what} answered {response.status_code}", body, answer)
        status, said = response.status_code, self._said(body)
        if status in PASSING or (status == HTTPStatus.INTERNAL_SERVER_ERROR and said is None):
            failure = UnreachableError(f"{what} answered {status}{_quoted(said)}.")
            raise _PassingError(failure, _retry_after(response.headers.get("Retry-After")))
        raise _refusal(f"{what} answered {status}", status, said, body)

    def _decode(self, what: str, body: bytes, answer: type[AnswerT]) -> AnswerT:
        try:
            decoded = _decoded(body, answer)
        except msgspec.ValidationError as error:
            self._raise_if_error(what, _result_of(body))
            raise UnreadableAnswerError(f"{what}, but not in the documented shape: {error}.") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            unreadable = UnreadableAnswerError(f"{what}, but with {_unreadable(body)} in place of JSON.")
            raise _PassingError(unreadable) from error
        self._raise_if_error(what, decoded)
        return decoded

    def _raise_if_error(self, what: str, answer: Answer) -> None:
        result = answer.result
        if result is None or result.status != "error":
            return
        said = self._without_key(result.message)
        raise _rejection(said)(f"{what}, but reports an error{_quoted(said)}.")

    def _said(self, body: bytes) -> str | None:
        """The message of an error answer, if it is JSON and has one."""
        result = _result_of(body).result
        return self._without_key(result.message) if result else None

    def _without_key(self, message: str | None) -> str | None:
        return message.replace(self.api_key.strip(), "***") if message else None


def _header(setting: str, value: str) -> str:
    text = value.strip()
    if text and text.isascii() and text.isprintable():
        return text
    raise ConfigurationError(
        f"`{setting}` is empty or holds characters that no key has. Set it in .dlt/secrets.toml or in"
        f" SOURCES__INVENTORY_PLANNER__{setting.upper()}."
    )


def _address(base_url: str) -> httpx.URL:
    try:
        url = httpx.URL(base_url.strip())
        is_address = url.scheme in {"http", "https"} and url.host and (url.port or 0) <= LAST_PORT
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ConfigurationError(f"`base_url` {base_url!r} is not an address: {error}.") from error
    if not is_address:
        raise ConfigurationError(f"`base_url` {base_url!r} is not an address that begins with https:// or http://.")
    return url


def _refusal(what: str, status: int, said: str | None, body: bytes) -> ApiError:
    if status == HTTPStatus.FORBIDDEN and _is_page(body):
        return RefusedError(f"{what} with a web page: a firewall before the service refuses requests from here.")
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return RefusedError(
            f"{what}{_quoted(said)}. Check the key (Account > Settings > API; its user needs full access)"
            " and the account id (`a=` in the address of the web application)."
        )
    if status == HTTPStatus.NOT_FOUND:
        return NotFoundError(f"{what}{_quoted(said)}.")
    if status in REDIRECTS:
        return UnreadableAnswerError(f"{what}, a redirect: check `base_url`.")
    return _rejection(said)(f"{what}{_quoted(said)}.")


def _rejection(said: str | None) -> type[ApiError]:
    """What the service means: it is known to say that an order is missing, but not with which status."""
    return NotFoundError if said and said.startswith("Failed to find") else RejectedError


def _quoted(said: str | None) -> str:
    return f" ({said})" if said else ""


def _broken(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return f"the connection failed ({error or type(error).__name__})"


def _is_page(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _unreadable(body: bytes) -> str:
    if not body.strip():
        return "an empty body"
    return "a web page" if _is_page(body) else f"{len(body)} bytes that end early or are something else"


def _retry_after(header: str | None) -> float | None:
    """Seconds, from a number of seconds or from a date (RFC 9110, 10.2.3)."""
    if header is None:
        return None
    return float(header) if header.isdecimal() else _seconds_until(header)


def _seconds_until(date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((aware - datetime.now(UTC)).total_seconds(), 0.0)


def _decoded(body: bytes, answer: type[AnswerT]) -> AnswerT:
    decoder: msgspec.json.Decoder[AnswerT] = _decoder(answer)
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return decoder.decode(_with_whole_characters(body))


def _with_whole_characters(body: bytes) -> bytes:
    """The same JSON, where an escape is half a character with the mark for what can't be shown in its place.

    JavaScript writes such escapes where a text was cut within a character; no database can hold them.
    """
    return ESCAPE.sub(lambda found: NO_CHARACTER if found["half"] else found[0], body)


@cache
def _decoder(answer: type[AnswerT]) -> msgspec.json.Decoder[AnswerT]:
    return msgspec.json.Decoder(answer, strict=False)


def _result_of(body: bytes) -> Answer:
    decoder: msgspec.json.Decoder[Answer] = _decoder(Answer)
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Answer()

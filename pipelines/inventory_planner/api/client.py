"""One authenticated request to Inventory Planner: paced, retried where that can help, and explained where it can't.

Nothing else in the package talks to the network. No message, log line or error holds the key.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

import httpx

from inventory_planner import __version__
from inventory_planner.api.responses import AnswerT, Response, TransientError, decode
from inventory_planner.errors import ConfigurationError, UnreachableError

USER_AGENT: Final = f"inventory-planner-extractor/{__version__}"  # an empty one is taken for a robot and blocked
TIMEOUT: Final = httpx.Timeout(
    30, connect=10, read=120
)  # a page of 1000 orders with their lines takes the service long
ATTEMPTS: Final = 6  # with the waits below about a quarter of a minute: a restart of the service fits in
FIRST_WAIT: Final = 0.5  # seconds; each further wait is twice as long
LONGEST_WAIT: Final = 30.0  # seconds, for the waits that we choose
LONGEST_RETRY_AFTER: Final = 120.0  # seconds; a scheduled run must not hang on what a proxy dreams up
LAST_PORT: Final = 65_535

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Traffic:
    """What the requests of a client have cost so far."""

    requests: int = 0
    retries: int = 0
    waited_seconds: float = 0.0
    bytes: int = 0


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
            except TransientError as failure:
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

    def _wait_after(self, failure: TransientError, attempt: int) -> None:
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
            raise TransientError(unreachable) from error
        self.traffic.bytes += len(body)
        query, status = response.url.query.decode(), response.status_code
        log.debug("%s?%s answered %d with %d bytes.", what, query, status, len(body))
        return decode(
            Response(what, status, body, response.headers.get("Retry-After"), secret=self.api_key.strip()), answer
        )


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


def _broken(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return f"the connection failed ({error or type(error).__name__})"

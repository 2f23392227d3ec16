"""Send requests to Inventory Planner: paced, retried when a retry can help, with time limits.

No other module sends requests. The API key never appears in a message, a log line or an error.
"""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

import httpx

from inventory_planner import __version__
from inventory_planner.api.responses import EnvelopeT, Response, TransientError, decode, is_from_api
from inventory_planner.api.routes import DIRECT, Route
from inventory_planner.errors import (
    ConfigurationError,
    NotFoundError,
    RejectedError,
    UnknownOutcomeError,
    UnreadableAnswerError,
)

ATTEMPTS: Final = 6  # with the waits between them about 15 seconds, enough for a restart of the API
_USER_AGENT: Final = f"inventory-planner-extractor/{__version__}"  # requests without one are blocked as a robot's
_TIMEOUT: Final = httpx.Timeout(30, connect=10, read=120)  # seconds; the API needs long for a page of 1000 orders
_FIRST_WAIT: Final = 0.5  # seconds; each further wait is twice as long
_MAX_WAIT: Final = 30.0  # seconds, unless the API sends Retry-After
_MAX_RETRY_AFTER: Final = 120.0  # seconds; a scheduled run must not hang on an arbitrary header
_CREDENTIALS: Final = re.compile(r"//[^/@]*@")
_MAX_PORT: Final = 65_535
_UNSENT: Final = (  # failed before the request went out
    *(httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout),
    httpx.ProxyError,  # the proxy made no connection
)

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
    """Sends requests for one account.

    Args:
        base_url: the address of Inventory Planner, such as `https://app.inventory-planner.com`, or of Neuro.
        api_key: the key of a user with full access to the account; through Neuro, the token.
        account_id: the letter `a` and digits, as in the address of the web application.
        requests_per_second: the maximum pace; 0 means no limit. Inventory Planner publishes none.
        route: directly to Inventory Planner, or through Neuro.

    Raises:
        ConfigurationError: the address, the key or the account id is invalid.
    """

    base_url: str
    api_key: str = field(repr=False)
    account_id: str
    requests_per_second: float = 2.0
    route: Route = DIRECT
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    transport: httpx.BaseTransport | None = None
    traffic: Traffic = field(default_factory=Traffic)
    _http: httpx.Client = field(init=False, repr=False)
    _next_start: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        headers = {
            **self.route.headers(_header(self.route.key_setting, self.api_key), _header("account_id", self.account_id)),
            "Accept": "application/json",
            "User-Agent": _USER_AGENT,
        }
        base_url = _parse_url(self.route.url_setting, self.base_url)
        try:
            self._http = httpx.Client(base_url=base_url, headers=headers, timeout=_TIMEOUT, transport=self.transport)
        except (httpx.InvalidURL, ImportError, OSError, ValueError) as error:
            raise ConfigurationError(
                f"Can't prepare requests to {base_url}: {error}. Correct `{self.route.url_setting}` or the environment"
                " variables HTTP_PROXY, ALL_PROXY, NO_PROXY and SSL_CERT_FILE."
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, params: Mapping[str, str | int], envelope: type[EnvelopeT]) -> EnvelopeT:
        """Send a GET request and decode the response.

        Raises:
            RefusedError: the key or the account id is not accepted.
            NotFoundError: nothing has this id.
            RejectedError: the API reported an error.
            UnreadableAnswerError: the response does not have the documented shape.
            UnreachableError: no retry got a response.
        """
        return self._retry(lambda: decode(self._send("GET", path, params), envelope), lambda _: True)

    def change(self, method: str, path: str, body: bytes, envelope: type[EnvelopeT]) -> EnvelopeT:
        """Send a request that changes the account. It is repeated only if the API can't have acted on it.

        Raises:
            RefusedError: the key or the account id is not accepted.
            NotFoundError: nothing has this id.
            RejectedError: the API reported an error; nothing was changed.
            UnreachableError: no attempt reached the API; nothing was changed.
            UnknownOutcomeError: no readable response came; the change may have been applied or not.
        """

        def send() -> EnvelopeT:
            response = self._send(method, path, {}, body)
            try:
                return decode(response, envelope)
            except UnreadableAnswerError as error:
                raise UnknownOutcomeError(str(error)) from error
            except (NotFoundError, RejectedError) as error:
                if is_from_api(response):
                    raise
                raise UnknownOutcomeError(f"{response} without a message of the API.") from error

        try:
            return self._retry(send, lambda failure: failure.is_safe_to_repeat)
        except TransientError as failure:
            raise UnknownOutcomeError(failure.reason) from failure

    def _retry(self, send: Callable[[], EnvelopeT], may_retry: Callable[[TransientError], bool]) -> EnvelopeT:
        """Send at the set pace until there is a response, as long as a failure may be retried.

        Raises:
            TransientError: a failure that may not be retried.
            ApiError: the response is an error, or the retries are used up.
        """
        attempt = 1
        while True:
            self._keep_pace()
            try:
                return send()
            except TransientError as failure:
                if not may_retry(failure):
                    raise
                if attempt == ATTEMPTS:
                    raise failure.final_error(attempt) from failure
                self._wait_after(failure, attempt)
            attempt += 1

    def _keep_pace(self) -> None:
        now = self.clock()
        if now < self._next_start:
            self._wait(self._next_start - now)
        interval = 1 / self.requests_per_second if self.requests_per_second > 0 else 0.0
        self._next_start = max(now, self._next_start) + interval

    def _wait_after(self, failure: TransientError, attempt: int) -> None:
        backoff = min(_FIRST_WAIT * 2 ** (attempt - 1), _MAX_WAIT) * random.uniform(0.5, 1)  # noqa: S311 (jitter)
        seconds = backoff if failure.retry_after is None else min(failure.retry_after, _MAX_RETRY_AFTER)
        fields = {"seconds": round(seconds, 1), "attempt": attempt + 1}
        log.warning(
            "%s Retrying in %.1f s (attempt %d of %d).",
            *(failure, seconds, attempt + 1, ATTEMPTS),
            extra={"fields": fields},
        )
        self.traffic.retries += 1
        self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        self.traffic.waited_seconds += seconds
        self.sleep(seconds)

    def _send(self, method: str, path: str, params: Mapping[str, str | int], content: bytes | None = None) -> Response:
        self.traffic.requests += 1
        headers = {"Content-Type": "application/json"} if content else {}
        try:
            with self._http.stream(method, path, params=dict(params), content=content, headers=headers) as response:
                body = b"".join(response.iter_bytes())  # `response.read()` would keep it until garbage is collected
        except (httpx.TransportError, httpx.DecodingError) as error:
            advice = f"check that {self.base_url} is reachable from this machine"
            is_safe_to_repeat = isinstance(error, _UNSENT)
            raise TransientError(
                f"{method} {path} failed: {_describe(error)}.", advice=advice, is_safe_to_repeat=is_safe_to_repeat
            ) from error
        self.traffic.bytes += len(body)
        query, status = response.url.query.decode(), response.status_code
        log.debug("%s %s?%s returned %d with %d bytes.", method, path, query, status, len(body))
        retry_after = response.headers.get("Retry-After")
        return Response(f"{method} {path}", status, body, retry_after, self.api_key.strip(), self.route)


def _header(setting: str, value: str) -> str:
    text = value.strip()
    if text and text.isascii() and text.isprintable():
        return text
    raise ConfigurationError(
        f"`{setting}` is empty or contains characters that are not allowed in it. Set it in .dlt/secrets.toml or in"
        f" SOURCES__INVENTORY_PLANNER__{setting.upper()}."
    )


def _parse_url(setting: str, text: str) -> httpx.URL:
    advice = "Set an address that begins with https:// or http://."
    shown = _CREDENTIALS.sub("//***@", text)
    try:
        url = httpx.URL(text.strip())
        is_valid = url.scheme in {"http", "https"} and url.host and (url.port or 0) <= _MAX_PORT
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ConfigurationError(f"`{setting}` {shown!r} is not an address: {error}. {advice}") from error
    if not is_valid:
        raise ConfigurationError(f"`{setting}` {shown!r} is not an address. {advice}")
    return url


def _describe(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no response in time"
    return f"the connection broke ({error or type(error).__name__})"

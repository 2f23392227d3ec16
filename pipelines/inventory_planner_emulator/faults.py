"""Responses that go wrong: an account keeps a queue of them, and each one befalls one matching request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Literal, Self

from inventory_planner_emulator.responses import (
    HTML_HEADERS,
    JSON_HEADERS,
    HttpResponse,
    blocked_response,
    error_response,
)

_GATEWAY_PAGE = (
    b"<!DOCTYPE html><html><head><title>Bad gateway</title></head><body>The host did not answer</body></html>"
)


@dataclass
class RecordedRequest:
    """A request that the account received."""

    method: str
    path: str
    params: dict[str, str]
    status: int | None = None
    """The status of the response; None until there is one, and for ever if there never is."""
    body: Any = None
    """The JSON that was sent; None if there was no body, and text if it is not JSON."""
    applied: bool = False
    """Whether it changed the account; this may be so although the response says something else or never came."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong with one request: `account.faults.append(Fault.server_error(503))`."""

    response: HttpResponse | None = None
    """Served instead of the account's own response."""
    delay: float = 0.0
    """Seconds to wait before the response."""
    breaks: Literal["nothing", "json", "body", "connection"] = "nothing"
    """What breaks off: the JSON (in a complete HTTP response), the HTTP body, or the connection before a response."""
    when: Callable[[RecordedRequest], bool] = lambda _request: True
    """The requests that it applies to."""
    applies: bool = False
    """Whether the account carries out the request first, so that only its answer is lost or late."""

    def only(self, when: Callable[[RecordedRequest], bool]) -> Self:
        """Return the same fault for matching requests only."""
        return replace(self, when=when)

    def after_applying(self) -> Self:
        """Return the same fault after the request is carried out: `Fault.no_answer().after_applying()`."""
        return replace(self, applies=True)

    @classmethod
    def status(cls, code: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Self:
        """Any response."""
        return cls(HttpResponse(code, body, headers or {}))

    @classmethod
    def rate_limited(cls, retry_after: int | datetime | None = None) -> Self:
        """HTTP 429, with `Retry-After` in seconds, as an HTTP date (from an aware UTC datetime), or without it."""
        if isinstance(retry_after, datetime):
            headers = {"retry-after": format_datetime(retry_after, usegmt=True)}
        else:
            headers = {} if retry_after is None else {"retry-after": str(retry_after)}
        return cls(HttpResponse(429, b"Too Many Requests", headers))

    @classmethod
    def server_error(cls, code: int = 503) -> Self:
        """HTTP 5xx with a plain text body."""
        return cls(HttpResponse(code, b"upstream error", {"content-type": "text/plain"}))

    @classmethod
    def bad_gateway(cls, code: Literal[502, 503, 504] = 502) -> Self:
        """HTTP 502, 503 or 504 with the HTML page of a proxy."""
        return cls(HttpResponse(code, _GATEWAY_PAGE, HTML_HEADERS))

    @classmethod
    def refused(cls, message: str, code: int = 500) -> Self:
        """A business error: HTTP 500 with JSON and `result.message`."""
        return cls(error_response(code, message))

    @classmethod
    def error_in_200(cls, message: str) -> Self:
        """HTTP 200 whose `result.status` is "error"."""
        return cls(error_response(200, message))

    @classmethod
    def cloudflare(cls) -> Self:
        """HTTP 403 with the HTML page of the proxy."""
        return cls(blocked_response())

    @classmethod
    def html(cls) -> Self:
        """HTTP 200 with an HTML page, such as a login form."""
        return cls(HttpResponse(200, b"<!DOCTYPE html><html><body>Log in</body></html>", HTML_HEADERS))

    @classmethod
    def empty(cls) -> Self:
        """HTTP 200 without a body."""
        return cls(HttpResponse(200, b"", JSON_HEADERS))

    @classmethod
    def truncated_json(cls) -> Self:
        """Half of the account's response, with a matching Content-Length."""
        return cls(breaks="json")

    @classmethod
    def broken_body(cls) -> Self:
        """Half of the account's response, under the Content-Length of the whole; then the connection closes."""
        return cls(breaks="body")

    @classmethod
    def no_answer(cls) -> Self:
        """The connection closes without a response."""
        return cls(breaks="connection")

    @classmethod
    def timeout(cls, seconds: float) -> Self:
        """No response for so long, which should exceed the client's timeout; then the connection closes."""
        return cls(delay=seconds, breaks="connection")

    @classmethod
    def slow(cls, seconds: float) -> Self:
        """The account's response, delayed."""
        return cls(delay=seconds)

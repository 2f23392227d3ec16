"""Answers that go wrong, queued on an account and used up one by a matching request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from typing import Literal, Self

from inventory_planner_emulator.wire import encoded

CLOUDFLARE_PAGE = (
    b"<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head>"
    b"<body><h1>Sorry, you have been blocked</h1></body></html>"
)
_HTML = {"content-type": "text/html; charset=UTF-8"}
_JSON = {"content-type": "application/json"}


@dataclass
class RecordedRequest:
    """A request that the account was asked; `status` is None until it is answered, and stays so if it never is."""

    method: str
    path: str
    params: dict[str, str]
    status: int | None = None


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def error_answer(status: int, message: str) -> Answer:
    """The error envelope of the API under an HTTP status."""
    return Answer(status, encoded({"result": {"status": "error", "message": message}}), _JSON)


def blocked() -> Answer:
    """The HTML page of the proxy in front of the API."""
    return Answer(403, CLOUDFLARE_PAGE, _HTML)


def _always(_request: RecordedRequest) -> bool:
    return True


def _retry_after(wait: int | datetime) -> str:
    return format_datetime(wait, usegmt=True) if isinstance(wait, datetime) else str(wait)


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong with one request: `account.faults.append(Fault.status(503))`."""

    answer: Answer | None = None
    """Served instead of the account's own answer."""
    delay: float = 0.0
    """Seconds to wait before the answer."""
    breaks: Literal["nothing", "json", "body", "connection"] = "nothing"
    """What is cut: the JSON (a whole HTTP answer), the HTTP body, or the connection before any answer."""
    when: Callable[[RecordedRequest], bool] = _always
    """The requests that it may befall."""

    def only(self, when: Callable[[RecordedRequest], bool]) -> Self:
        """The same fault, waiting for a request of this kind."""
        return replace(self, when=when)

    @classmethod
    def status(cls, code: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Self:
        """Any answer at all."""
        return cls(Answer(code, body, headers or {}))

    @classmethod
    def rate_limited(cls, retry_after: int | datetime | None = None) -> Self:
        """HTTP 429, with `Retry-After` in seconds, as an HTTP date (an aware UTC datetime), or without it."""
        headers = {} if retry_after is None else {"retry-after": _retry_after(retry_after)}
        return cls(Answer(429, b"Too Many Requests", headers))

    @classmethod
    def server_error(cls, code: int = 503) -> Self:
        """A 5xx with a plain text body."""
        return cls(Answer(code, b"upstream error", {"content-type": "text/plain"}))

    @classmethod
    def refused(cls, message: str, code: int = 500) -> Self:
        """A business error: HTTP 500 with JSON and `result.message`."""
        return cls(error_answer(code, message))

    @classmethod
    def error_in_200(cls, message: str) -> Self:
        """HTTP 200 whose `result.status` is "error"."""
        return cls(error_answer(200, message))

    @classmethod
    def cloudflare(cls) -> Self:
        """HTTP 403 with the HTML page of the proxy."""
        return cls(blocked())

    @classmethod
    def html(cls) -> Self:
        """HTTP 200 with an HTML page, such as a login form."""
        return cls(Answer(200, b"<!DOCTYPE html><html><body>Log in</body></html>", _HTML))

    @classmethod
    def empty(cls) -> Self:
        """HTTP 200 without a body."""
        return cls(Answer(200, b"", _JSON))

    @classmethod
    def truncated_json(cls) -> Self:
        """The true answer cut in half, with a Content-Length that fits the half."""
        return cls(breaks="json")

    @classmethod
    def broken_body(cls) -> Self:
        """Half of the true answer under the Content-Length of the whole; then the connection closes."""
        return cls(breaks="body")

    @classmethod
    def no_answer(cls) -> Self:
        """The connection closes before a byte of an answer."""
        return cls(breaks="connection")

    @classmethod
    def slow(cls, seconds: float) -> Self:
        """The true answer, late."""
        return cls(delay=seconds)

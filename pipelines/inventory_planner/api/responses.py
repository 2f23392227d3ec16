"""An HTTP answer becomes a result or one of our errors."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from inventory_planner.errors import (
    ApiError,
    NotFoundError,
    RefusedError,
    RejectedError,
    UnreachableError,
    UnreadableAnswerError,
)

PASSING: Final = frozenset({408, 429, 502, 503, 504, *range(520, 528)})  # 520 to 527 are Cloudflare's
SUCCESS: Final = range(200, 300)
REDIRECTS: Final = range(300, 400)
ESCAPE: Final = re.compile(  # of a pair of surrogates, of a surrogate without its other half, and of anything else
    rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<half>\\u[dD][89a-fA-F]..)|\\."
)
NO_CHARACTER: Final = rb"\ufffd"


class Result(Struct):
    """How the service says that a request failed, or went well."""

    status: str | None = None
    message: str | None = None


class Answer(Struct, kw_only=True):
    """What every answer can say: also one with status 200 can be an error."""

    result: Result | None = None


AnswerT = TypeVar("AnswerT", bound=Answer)


class TransientError(Exception):
    """A failure that may be over when asked again; `error` is what to raise when it is not."""

    def __init__(self, error: ApiError, retry_after: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Response:
    """What came back for a request; `retry_after` is the header of this name."""

    request: str
    status: int
    body: bytes = field(repr=False)
    retry_after: str | None = None
    secret: str = field(default="", repr=False)


def decode(response: Response, answer: type[AnswerT]) -> AnswerT:
    """The answer.

    Raises:
        TransientError: it may be another one when asked again.
        ApiError: it is an error, or not of the documented shape.
    """
    what = f"{response.request} answered {response.status}"
    if response.status in SUCCESS:
        return _decode(what, response, answer)
    said = _said(response)
    if response.status in PASSING or (response.status == HTTPStatus.INTERNAL_SERVER_ERROR and said is None):
        raise TransientError(UnreachableError(f"{what}{_quoted(said)}."), _retry_after(response.retry_after))
    raise _refusal(what, response.status, said, response.body)


def _decode(what: str, response: Response, answer: type[AnswerT]) -> AnswerT:
    body = response.body
    try:
        decoded = _decoded(body, answer)
    except msgspec.ValidationError as error:
        _raise_if_error(what, _result_of(body), response.secret)
        raise UnreadableAnswerError(f"{what}, but not in the documented shape: {error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        unreadable = UnreadableAnswerError(f"{what}, but with {_unreadable(body)} in place of JSON.")
        raise TransientError(unreadable) from error
    _raise_if_error(what, decoded, response.secret)
    return decoded


def _raise_if_error(what: str, answer: Answer, secret: str) -> None:
    result = answer.result
    if result is None or result.status != "error":
        return
    said = _without(secret, result.message)
    raise _rejection(said)(f"{what}, but reports an error{_quoted(said)}.")


def _said(response: Response) -> str | None:
    """The message of an error answer, if it is JSON and has one."""
    result = _result_of(response.body).result
    return _without(response.secret, result.message) if result else None


def _without(secret: str, message: str | None) -> str | None:
    return message.replace(secret, "***") if message and secret else message or None


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

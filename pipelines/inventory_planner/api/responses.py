"""Turn an HTTP response into a decoded result or into one of our errors."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from json import detect_encoding
from typing import Final, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from inventory_planner.api.routes import DIRECT, Route
from inventory_planner.errors import (
    ApiError,
    NotFoundError,
    RefusedError,
    RejectedError,
    UnreachableError,
    UnreadableAnswerError,
)

_RETRYABLE: Final = frozenset({408, 429, 502, 503, 504, *range(520, 528)})  # 520 to 527 are Cloudflare's
_SUCCESS: Final = range(200, 300)
_REDIRECTS: Final = range(300, 400)
_NOT_FOUND: Final = "Failed to find"  # begins the message for a missing order, whatever the status of the response
_BYTE_ORDER_MARKS: Final = (BOM_UTF8, BOM_UTF16_LE, BOM_UTF16_BE)
_ESCAPE: Final = re.compile(  # a pair of surrogates, a surrogate without its other half, or any other escape
    rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<half>\\u[dD][89a-fA-F]..)|\\."
)
_NO_NUMBER: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|(?P<literal>-?\b(?:NaN|Infinity)\b)')  # also any string
_REPLACEMENT_CHARACTER: Final = rb"\ufffd"


class Result(Struct):
    """The status and the message that the API reports in a response."""

    status: str | None = None
    message: str | None = None


class Envelope(Struct, kw_only=True):
    """What every response can contain: even one with status 200 can report an error.

    `whole` is set to the whole body, for a record that comes without an envelope of its own.
    """

    result: Result | None = None
    whole: UnsetType | bytes = msgspec.field(default=UNSET, name="inventory_planner:whole")  # no key of the API


EnvelopeT = TypeVar("EnvelopeT", bound=Envelope)


class TransientError(Exception):
    """A failure that a retry may resolve.

    Args:
        reason: what happened, as a sentence.
        kind: the error to raise when the retries are used up.
        advice: what to do then.
        retry_after: the seconds after which the API wants to be asked again, if it says so.
        is_safe_to_repeat: whether the API can't have acted on the request.
    """

    def __init__(
        self,
        reason: str,
        kind: type[ApiError] = UnreachableError,
        *,
        advice: str = "try again later",
        retry_after: float | None = None,
        is_safe_to_repeat: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind
        self.advice = advice
        self.retry_after = retry_after
        self.is_safe_to_repeat = is_safe_to_repeat

    def final_error(self, attempts: int) -> ApiError:
        """The error to raise after this many attempts."""
        return self.kind(f"{self.reason} Gave up after {attempts} attempts; {self.advice}.")


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response.

    `retry_after` is the header of this name. `secret` is replaced by `***` wherever the API repeats it in a message.
    `route` is the way that the request took.
    """

    request: str
    status: int
    body: bytes = field(repr=False)
    retry_after: str | None = None
    secret: str = field(default="", repr=False)
    route: Route = field(default=DIRECT, repr=False)

    def __str__(self) -> str:
        return f"{self.request} returned {self.status}"


def is_from_api(response: Response) -> bool:
    """Whether the API has answered: any 5xx without its message in JSON may come from a proxy before it."""
    return response.status < HTTPStatus.INTERNAL_SERVER_ERROR or _read_result(response.body) is not None


def decode(response: Response, envelope: type[EnvelopeT]) -> EnvelopeT:
    """Decode a response.

    Raises:
        TransientError: a retry may bring another response.
        ApiError: the response is an error, or has an unexpected shape.
    """
    response = _without_byte_order_mark(response)
    if response.status in _SUCCESS:
        return _decode_success(response, envelope)
    message = _error_message(response, _read_result(response.body))
    if response.status in _RETRYABLE or (response.status == HTTPStatus.INTERNAL_SERVER_ERROR and message is None):
        retry_after = _seconds_to_wait(response.retry_after)
        is_safe_to_repeat = response.status == HTTPStatus.TOO_MANY_REQUESTS
        raise TransientError(
            f"{response}{_in_parentheses(message)}.", retry_after=retry_after, is_safe_to_repeat=is_safe_to_repeat
        )
    raise _final_error(response, message)


def _without_byte_order_mark(response: Response) -> Response:
    """The response in UTF-8 without a mark: some proxies and exports put one before the JSON."""
    if not response.body.startswith(_BYTE_ORDER_MARKS):
        return response
    text = response.body.decode(detect_encoding(response.body), errors="replace")
    return replace(response, body=text.encode())


def _decode_success(response: Response, envelope: type[EnvelopeT]) -> EnvelopeT:
    try:
        decoded, body = _decode_json(response.body, envelope)
    except msgspec.ValidationError as error:
        _raise_reported_error(response, _read_result(response.body))
        raise UnreadableAnswerError(
            f"{response}, but its JSON does not have the documented shape: {error}. The API may have changed; check for"
            " a newer version of this program."
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TransientError(
            f"{response} with {_describe(response.body)} instead of JSON.",
            UnreadableAnswerError,
            advice=f"check `{response.route.url_setting}`, or try again later",
        ) from error
    _raise_reported_error(response, decoded.result)
    decoded.whole = body
    return decoded


def _raise_reported_error(response: Response, result: Result | None) -> None:
    if result and result.status == "error":
        raise _rejection(f"{response}, but reports an error", _error_message(response, result))


def _error_message(response: Response, result: Result | None) -> str | None:
    message = result.message if result else None
    return message.replace(response.secret, "***") if message and response.secret else message or None


def _final_error(response: Response, message: str | None) -> ApiError:
    details = _in_parentheses(message)
    if response.status == HTTPStatus.FORBIDDEN and _is_html(response.body):
        host = response.route.name
        return RefusedError(
            f"{response} with an HTML page: a firewall in front of {host} blocks requests from this machine. Run the"
            f" command from another network, or ask {host}'s support to allow this one."
        )
    if response.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return RefusedError(f"{response}{details}. Check {response.route.access}.")
    if response.status in _REDIRECTS:
        return UnreadableAnswerError(
            f"{response}, a redirect, which is not followed. Correct `{response.route.url_setting}`."
        )
    if response.status == HTTPStatus.NOT_FOUND:
        return NotFoundError(f"{response}{details}. Check the id and `{response.route.url_setting}`.")
    return _rejection(str(response), message)


def _rejection(what: str, message: str | None) -> ApiError:
    if message and message.startswith(_NOT_FOUND):
        return NotFoundError(f"{what} ({message}). Check the id.")
    return RejectedError(
        f"{what}{_in_parentheses(message)}. Check the settings; if they are right, contact Inventory Planner's support."
    )


def _in_parentheses(message: str | None) -> str:
    return f" ({message})" if message else ""


def _is_html(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _describe(body: bytes) -> str:
    if not body.strip():
        return "an empty body"
    return "an HTML page" if _is_html(body) else f"{len(body)} bytes that are incomplete or malformed"


def _seconds_to_wait(retry_after: str | None) -> float | None:
    """Seconds, from a number of seconds or a date (RFC 9110, 10.2.3)."""
    if retry_after is None:
        return None
    return float(retry_after) if retry_after.isdecimal() else _seconds_until(retry_after)


def _seconds_until(date: str) -> float | None:
    try:
        instant = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    in_utc = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return max((in_utc - datetime.now(UTC)).total_seconds(), 0.0)


def _decode_json(body: bytes, envelope: type[EnvelopeT]) -> tuple[EnvelopeT, bytes]:
    """What a body says, and the JSON that says it: the body itself, mended if need be."""
    decoder: msgspec.json.Decoder[EnvelopeT] = _decoder(envelope)
    try:
        return decoder.decode(body), body
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        mended = _quote_no_numbers(_replace_half_characters(body))
        return decoder.decode(mended), mended


def _replace_half_characters(body: bytes) -> bytes:
    """The same JSON with the replacement character in place of each escape that is half a surrogate pair.

    JavaScript writes such an escape when it cuts a text within a character; no database can store it.
    """
    return _ESCAPE.sub(lambda found: _REPLACEMENT_CHARACTER if found["half"] else found[0], body)


def _quote_no_numbers(body: bytes) -> bytes:
    """The same JSON with NaN and the infinities, which only Python writes as numbers, as texts."""
    return _NO_NUMBER.sub(lambda found: b'"%b"' % found[0] if found["literal"] else found[0], body)


@cache
def _decoder(envelope: type[EnvelopeT]) -> msgspec.json.Decoder[EnvelopeT]:
    return msgspec.json.Decoder(envelope, strict=False)


def _read_result(body: bytes) -> Result | None:
    """The result in a body, if the body is JSON and has one."""
    try:
        decoder: msgspec.json.Decoder[Envelope] = _decoder(Envelope)
        return decoder.decode(body).result
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None

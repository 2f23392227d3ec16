from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inventory_planner.api.listing import Page
from inventory_planner.api.responses import Response, TransientError, decode
from inventory_planner.errors import ApiError, NotFoundError, RefusedError, RejectedError, UnreadableAnswerError

CHECK_ID = "Check the id."
CHECK_SETTINGS = "Check the settings; if they are right, contact Inventory Planner's support."
FIREWALL = (
    "a firewall in front of Inventory Planner blocks requests from this machine. Run the command from another network,"
    " or ask Inventory Planner's support to allow this one."
)
SHAPE = "its JSON does not have the documented shape"
CHECK_VERSION = "The API may have changed; check for a newer version of this program."


def response(status: int, body: bytes, retry_after: str | None = None) -> Response:
    return Response("GET /orders", status, body, retry_after)


def error_body(message: str) -> bytes:
    return b'{"result":{"status":"error","message":"%b"}}' % message.encode()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (r"cut \ud83d", r"cut \ufffd"),
        (r"cut \uDE00.", r"cut \ufffd."),
        (r"whole \ud83d\ude00, cut \ud83d\n", r"whole \ud83d\ude00, cut \ufffd\n"),
        (r"no escape \\ud83d, cut \ud83d", r"no escape \\ud83d, cut \ufffd"),
    ],
    ids=["the first half", "the second half", "next to a whole one", "next to a backslash"],
)
def test_half_a_character_is_replaced_and_costs_no_order(sent: str, kept: str) -> None:
    page = r'{"meta":{"total":2},"purchase-orders":[{"id":"1","notes":"%s"},{"id":"2"}]}'
    decoded = decode(response(200, (page % sent).encode()), Page)
    assert [bytes(each).decode() for each in decoded.orders] == [f'{{"id":"1","notes":"{kept}"}}', '{"id":"2"}']


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_before_the_json_is_ignored(encoding: str) -> None:
    page = '{"meta":{"total":1},"purchase-orders":[{"id":"1","notes":"Straße"}]}'
    decoded = decode(response(200, page.encode(encoding)), Page)
    assert [bytes(each).decode() for each in decoded.orders] == ['{"id":"1","notes":"Straße"}']
    with pytest.raises(RejectedError, match="Refused"):
        decode(response(500, '{"result":{"status":"error","message":"Refused"}}'.encode(encoding)), Page)


def test_a_number_that_is_none_becomes_a_text_and_costs_no_order() -> None:
    page = rb'{"meta":{"total":1},"purchase-orders":[{"a":NaN,"b":[-Infinity],"c":"NaN \" NaN, Infinity"}]}'
    (found,) = decode(response(200, page), Page).orders
    assert bytes(found) == rb'{"a":"NaN","b":["-Infinity"],"c":"NaN \" NaN, Infinity"}'


def test_a_response_that_reports_success_is_decoded() -> None:
    body = b'{"meta":{"total":0},"purchase-orders":[],"result":{"status":"success","message":"fine"}}'
    assert decode(response(200, body), Page).orders == []


FINAL = {
    "a firewall": (
        response(403, b"<html>"),
        RefusedError,
        f"returned 403 with an HTML page: {FIREWALL}",
    ),
    "an error with status 500": (
        response(500, error_body("No such field")),
        RejectedError,
        f"returned 500 (No such field). {CHECK_SETTINGS}",
    ),
    "an error with status 400": (
        response(400, error_body("No such field")),
        RejectedError,
        f"returned 400 (No such field). {CHECK_SETTINGS}",
    ),
    "an unusual status": (response(418, b"teapot"), RejectedError, f"returned 418. {CHECK_SETTINGS}"),
    "an error with status 200": (
        response(200, error_body("No such field")),
        RejectedError,
        f"returned 200, but reports an error (No such field). {CHECK_SETTINGS}",
    ),
    "an error in a whole page": (
        response(200, b'{"meta":{"total":0},"purchase-orders":[],"result":{"status":"error","message":"Half"}}'),
        RejectedError,
        f"returned 200, but reports an error (Half). {CHECK_SETTINGS}",
    ),
    "no such path": (response(404, b"<html>"), NotFoundError, "returned 404. Check the id and `base_url`."),
    "a missing order with status 404": (
        response(404, error_body("Failed to find purchase-order 1")),
        NotFoundError,
        "returned 404 (Failed to find purchase-order 1). Check the id and `base_url`.",
    ),
    "a missing order with status 500": (
        response(500, error_body("Failed to find purchase-order 1")),
        NotFoundError,
        f"returned 500 (Failed to find purchase-order 1). {CHECK_ID}",
    ),
    "a missing order with status 200": (
        response(200, error_body("Failed to find purchase-order 1")),
        NotFoundError,
        f"returned 200, but reports an error (Failed to find purchase-order 1). {CHECK_ID}",
    ),
    "a list": (
        response(200, b"[]"),
        UnreadableAnswerError,
        f"returned 200, but {SHAPE}: Expected `object`, got `array`. {CHECK_VERSION}",
    ),
    "another shape": (
        response(200, b'{"meta": {"total": "many"}, "purchase-orders": []}'),
        UnreadableAnswerError,
        f"returned 200, but {SHAPE}: Expected `int`, got `str` - at `$.meta.total`. {CHECK_VERSION}",
    ),
}


@pytest.mark.parametrize(("final", "kind", "message"), FINAL.values(), ids=FINAL)
def test_a_final_error_says_what_happened_and_what_to_do(final: Response, kind: type[ApiError], message: str) -> None:
    with pytest.raises(ApiError) as caught:
        decode(final, Page)
    assert type(caught.value) is kind
    assert str(caught.value) == f"GET /orders {message}"


@pytest.mark.long
@given(st.text() | st.floats().map(str) | st.from_regex(r"\A\w{3}, \d+ Jan \d+ \d+:\d+:\d+ [+-]\d+\Z"))
@example("-1")
@example("inf")
def test_any_retry_after_is_ignored_or_a_number_of_seconds(header: str) -> None:
    with pytest.raises(TransientError) as caught:
        decode(response(429, b"", retry_after=header), Page)
    seconds = caught.value.retry_after
    assert seconds is None or seconds >= 0

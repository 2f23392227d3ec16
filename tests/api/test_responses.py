from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inventory_planner.api.listing import Page
from inventory_planner.api.responses import Response, TransientError, decode


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (r"cut \ud83d", r"cut \ufffd"),
        (r"cut \uDE00.", r"cut \ufffd."),
        (r"whole \ud83d\ude00, cut \ud83d\n", r"whole \ud83d\ude00, cut \ufffd\n"),
        (r"no escape \\ud83d, cut \ud83d", r"no escape \\ud83d, cut \ufffd"),
    ],
    ids=["the first half", "the second half", "beside a whole one", "beside a backslash"],
)
def test_half_a_character_costs_neither_its_order_nor_the_page(sent: str, kept: str) -> None:
    page = r'{"meta":{"total":2},"purchase-orders":[{"id":"1","notes":"%s"},{"id":"2"}]}'
    answer = decode(Response("GET /", 200, (page % sent).encode()), Page)
    assert [bytes(each).decode() for each in answer.orders] == [f'{{"id":"1","notes":"{kept}"}}', '{"id":"2"}']


@given(st.text() | st.floats().map(str) | st.from_regex(r"\A\w{3}, \d+ Jan \d+ \d+:\d+:\d+ [+-]\d+\Z"))
@example("-1")
@example("inf")
def test_no_retry_after_breaks_the_client(header: str) -> None:
    with pytest.raises(TransientError) as caught:
        decode(Response("GET /", 429, b"", retry_after=header), Page)
    seconds = caught.value.retry_after
    assert seconds is None or seconds >= 0

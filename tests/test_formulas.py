from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_planner.formulas import disarm, rearm


@pytest.mark.parametrize(
    ("text", "disarmed"),
    [
        ("=1+1", "'=1+1"),
        ("+49 40 1", "'+49 40 1"),
        ("-20 %", "'-20 %"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "\t'=1+1"),
        ("\r=1+1", "\r'=1+1"),
        (" \x00=1+1", " \x00'=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("Mug;=1+1", "Mug;'=1+1"),
        ("Mug\t=1+1", "Mug\t'=1+1"),
        ("Mug\n=1+1", "Mug\n'=1+1"),
        ("'=1+1", "''=1+1"),
    ],
)
def test_a_formula_gets_a_mark(text: str, disarmed: str) -> None:
    assert disarm(text) == disarmed


@pytest.mark.parametrize("text", ["", "Mug", "1=1", "a-b", "a, -b", "'t Huis", "me@example.com", "\t", ";"])
def test_other_text_is_unchanged(text: str) -> None:
    assert disarm(text) == text


@given(st.text(st.sampled_from("=+-@';\t\r\n x")))
def test_a_formula_can_be_read_back(text: str) -> None:
    assert rearm(disarm(text)) == text

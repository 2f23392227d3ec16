from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_planner.formulas import disarm, protect_name, rearm, restore_name


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


@pytest.mark.parametrize(
    "name",
    ["00123", "1E5", "12345678901234", "3-4", "10/12", "MAR3", "3-Mar-26", "Sept 5, 2026", "TRUE", "1.50", "5 pm"],
)
def test_a_name_that_a_spreadsheet_would_take_for_a_number_or_a_date_gets_a_mark(name: str) -> None:
    assert protect_name(name) == f"'{name}"


@pytest.mark.parametrize("name", ["0", "1042", "PO-1042", "65f0c0de00000000000000a1", "MARKER", "MAY-TEE", "12-A", ""])
def test_other_names_are_unchanged(name: str) -> None:
    assert protect_name(name) == name


@given(st.text(st.sampled_from("=+-'\t\r\n x;:01E.,/%trueMA")))
def test_a_name_can_be_read_back(name: str) -> None:
    assert restore_name(protect_name(name)) == name

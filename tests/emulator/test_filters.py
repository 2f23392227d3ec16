from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from inventory_planner_emulator.filters import FilterError, parse_condition

MOMENT = "2024-05-03T09:41:07+00:00"
SAME_MOMENT = "2024-05-03T05:41:07-04:00"


@pytest.mark.parametrize(
    ("value", "operator", "text", "matches"),
    [
        pytest.param("open", "eq", "open", True, id="eq matches the same text"),
        pytest.param("open", "eq", "OPEN", False, id="eq is case-sensitive"),
        pytest.param(10, "eq", "10.0", True, id="eq compares numbers as numbers"),
        pytest.param("10", "eq", "10.0", False, id="eq compares texts as texts"),
        pytest.param(True, "eq", "true", True, id="eq matches true"),
        pytest.param(None, "eq", "", True, id="eq with an empty text matches unset values"),
        pytest.param(0, "eq", "", False, id="zero is set"),
        pytest.param(MOMENT, "eq", SAME_MOMENT, True, id="eq compares timestamps regardless of offsets"),
        pytest.param("Open", "eqi", "oPEN", True, id="eqi ignores case"),
        pytest.param("SKU-1X", "eqi", "sku-1", True, id="eqi is not anchored at the end"),
        pytest.param("A SKU-1", "eqi", "sku-1", False, id="eqi is anchored at the start"),
        pytest.param("axb", "eqi", "a.b", False, id="eqi takes its text literally"),
        pytest.param("open", "ne", "open", False, id="ne excludes the same text"),
        pytest.param("open", "ne", "OPEN", True, id="ne is case-sensitive"),
        pytest.param(None, "ne", "open", True, id="ne matches unset values"),
        pytest.param(9, "gt", "10", False, id="9 is not greater than 10"),
        pytest.param("9", "gt", "10", True, id="texts compare as texts"),
        pytest.param(Decimal("10.01"), "gt", "10", True, id="gt compares decimals"),
        pytest.param(10, "gt", "10", False, id="gt excludes its bound"),
        pytest.param(10, "gte", "10", True, id="gte includes its bound"),
        pytest.param(10, "lt", "10", False, id="lt excludes its bound"),
        pytest.param(10, "lte", "10", True, id="lte includes its bound"),
        pytest.param(10, "gt", "many", False, id="a number does not compare with a word"),
        pytest.param("", "lt", "10", False, id="unset is not less"),
        pytest.param(MOMENT, "gt", SAME_MOMENT, False, id="the same instant is not later"),
        pytest.param(MOMENT, "gte", "2024-05-03T09:41:07Z", True, id="Z is an offset"),
        pytest.param(MOMENT, "lt", "2024-05-03T05:00:00-05:00", True, id="a later instant with an earlier local time"),
        pytest.param("2024-05-03", "gte", "2024-05-03T00:00:00Z", True, id="a date starts at midnight UTC"),
        pytest.param(MOMENT, "gte", "2024-05-04", False, id="a timestamp compares with a date"),
        pytest.param(MOMENT, "gt", "0001-01-01T00:00:00+05:00", True, id="before year 1 it is a text"),
        pytest.param(5, "range", "5-10", True, id="range includes its start"),
        pytest.param(10, "range", "5-10", True, id="range includes its end"),
        pytest.param(Decimal("10.5"), "range", "5-10", False, id="range excludes larger numbers"),
        pytest.param(-3, "range", "-5--1", True, id="range of negative numbers"),
        pytest.param("open", "range", "5-10", False, id="a word is in no range"),
        pytest.param("PO-1042", "match", r"\d{4}$", True, id="match searches anywhere"),
        pytest.param("PO-1042", "match", "po", False, id="match is case-sensitive"),
        pytest.param("open", "in", "draft,open", True, id="in matches one of a list"),
        pytest.param("open", "in", "draft,closed", False, id="in excludes other values"),
        pytest.param(5, "in", "4,5.0", True, id="in compares numbers as numbers"),
    ],
)
def test_a_condition_matches(value: Any, operator: str, text: str, matches: bool) -> None:
    assert parse_condition("field", operator, text).matches(value) is matches


@pytest.mark.parametrize(
    ("operator", "text"), [("match", "("), ("match", "(?L)"), ("match", "a{99999999999}"), ("range", "from 5 to 10")]
)
def test_an_invalid_operand_is_refused(operator: str, text: str) -> None:
    with pytest.raises(FilterError):
        parse_condition("field", operator, text)

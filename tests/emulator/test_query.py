from __future__ import annotations

import pytest

from inventory_planner_emulator.query import LAST_PAGE, Query, Sort, parsed

KNOWN = frozenset({"id", "status", "last_modified", "source_type"})


def test_a_field_with_an_underscore_keeps_it_before_an_operator() -> None:
    query = parsed([("last_modified_gte", "2024-05-01"), ("source_type", "vendor")], KNOWN)
    asked = [(found.field, found.operator, found.operand.text) for found in query.conditions]
    assert asked == [("last_modified", "gte", "2024-05-01"), ("source_type", "eq", "vendor")]


@pytest.mark.parametrize("name", ["nonsense", "nonsense_gt", "status_like", "nonsense_sort", "sort_desc"])
def test_a_parameter_that_names_no_known_field_is_ignored(name: str) -> None:
    assert parsed([(name, "asc")], KNOWN) == Query()


@pytest.mark.parametrize(
    ("text", "sorts"),
    [
        ("asc", (Sort("status", descending=False),)),
        ("1", (Sort("status", descending=False),)),
        ("desc", (Sort("status", descending=True),)),
        ("-1", (Sort("status", descending=True),)),
        ("down", ()),
    ],
)
def test_a_sort_has_four_directions(text: str, sorts: tuple[Sort, ...]) -> None:
    assert parsed([("status_sort", text)], KNOWN).sorts == sorts


@pytest.mark.parametrize(
    ("sent", "limit"),
    [
        pytest.param("20", 20, id="as asked"),
        pytest.param("5000", 1000, id="clamped to the most"),
        pytest.param("0", 1, id="at least one"),
        pytest.param("many", 100, id="a word means the default"),
        pytest.param("9" * 5000, 1000, id="clamped whatever its length"),
    ],
)
def test_the_limit_is(sent: str, limit: int) -> None:
    assert parsed([("limit", sent)], KNOWN) == Query(limit=limit, limit_as_sent=sent)


@pytest.mark.parametrize(
    ("sent", "page"),
    [("0", 0), ("7", 7), ("-1", 0), ("x", 0), ("9" * 18, LAST_PAGE), pytest.param("9" * 5000, LAST_PAGE, id="long")],
)
def test_the_page_is(sent: str, page: int) -> None:
    assert parsed([("page", sent)], KNOWN) == Query(page=page)


def test_fields_are_a_list_with_blanks_forgiven() -> None:
    assert parsed([("fields", "id, status,,nonsense")], KNOWN) == Query(fields=frozenset({"id", "status", "nonsense"}))

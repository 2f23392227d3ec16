from __future__ import annotations

import pytest

from inventory_planner_emulator.query import MAX_PAGE, Query, Sort, parse_query

KNOWN_FIELDS = frozenset({"id", "status", "last_modified", "source_type"})


def test_field_names_may_contain_underscores() -> None:
    query = parse_query([("last_modified_gte", "2024-05-01"), ("source_type", "vendor")], KNOWN_FIELDS)
    parsed = [(condition.field, condition.operator, condition.operand.text) for condition in query.conditions]
    assert parsed == [("last_modified", "gte", "2024-05-01"), ("source_type", "eq", "vendor")]


@pytest.mark.parametrize("name", ["nonsense", "nonsense_gt", "status_like", "nonsense_sort", "sort_desc"])
def test_parameters_of_unknown_fields_are_ignored(name: str) -> None:
    assert parse_query([(name, "asc")], KNOWN_FIELDS) == Query()


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
def test_sort_directions(text: str, sorts: tuple[Sort, ...]) -> None:
    assert parse_query([("status_sort", text)], KNOWN_FIELDS).sorts == sorts


@pytest.mark.parametrize(
    ("sent", "limit"),
    [
        pytest.param("20", 20, id="as sent"),
        pytest.param("5000", 1000, id="clamped to the maximum"),
        pytest.param("0", 1, id="at least one"),
        pytest.param("many", 100, id="default for a word"),
        pytest.param("9" * 5000, 1000, id="clamped if very long"),
    ],
)
def test_limit(sent: str, limit: int) -> None:
    assert parse_query([("limit", sent)], KNOWN_FIELDS) == Query(limit=limit, limit_as_sent=sent)


@pytest.mark.parametrize(
    ("sent", "page"),
    [("0", 0), ("7", 7), ("-1", 0), ("x", 0), ("9" * 18, MAX_PAGE), pytest.param("9" * 5000, MAX_PAGE, id="long")],
)
def test_page(sent: str, page: int) -> None:
    assert parse_query([("page", sent)], KNOWN_FIELDS) == Query(page=page)


def test_fields_are_separated_by_commas_and_optional_spaces() -> None:
    query = parse_query([("fields", "id, status,,nonsense")], KNOWN_FIELDS)
    assert query == Query(fields=frozenset({"id", "status", "nonsense"}))

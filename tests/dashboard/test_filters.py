"""The filters as SQL conditions, and as values in the address."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from inventory_planner_dashboard.filters import (
    Filters,
    dates_of,
    join_names,
    last_working_day,
    parse_dates,
    split_names,
)

LINE = {"sent_date", "promise_date", "first_receipt_date", "last_receipt_date", "vendor_name", "is_overdue", "sku"}


def test_by_default_only_the_order_type_is_filtered() -> None:
    assert Filters().conditions({"order_type", *LINE}) == ["order_type in ('po')"]
    assert Filters().ignored(set()) == []


def test_a_mart_is_filtered_by_the_columns_it_has_and_the_other_filters_are_named() -> None:
    filters = Filters(
        basis="received", first=date(2026, 1, 1), last=date(2026, 1, 31), vendors=("O'Hara",), warehouses=("Main",)
    )

    assert filters.conditions(LINE) == [
        "last_receipt_date >= date '2026-01-01'",
        "first_receipt_date <= date '2026-01-31'",
        "vendor_name in ('O''Hara')",
    ]
    assert filters.ignored(LINE) == ["warehouse"]
    assert filters.conditions({"last_receipt_date"}) == [
        "last_receipt_date >= date '2026-01-01'",
        "last_receipt_date <= date '2026-01-31'",
    ]
    assert filters.ignored({"sent_date"}) == ["dates", "vendor", "warehouse"]
    assert filters.conditions({"receipt_date"}) == [
        "receipt_date >= date '2026-01-01'",
        "receipt_date <= date '2026-01-31'",
    ]


def test_search_matches_any_of_the_names() -> None:
    assert Filters(search=" Ox ").conditions({"purchase_order_number", "sku", "title"}) == [
        "(contains(lower(purchase_order_number), 'ox') or contains(lower(sku), 'ox') or contains(lower(title), 'ox'))"
    ]


def test_what_counts_in_full_because_a_part_matches_is_noted() -> None:
    days = Filters(basis="received", first=date(2026, 1, 1), search="Mug")
    order = {"purchase_order_id", "first_receipt_date", "last_receipt_date"}

    assert days.widened(order) == [
        "anything with a receipt on these dates counts with all its receipts.",
        "an order with a matching line counts with all its lines.",
    ]
    assert days.widened({*order, "purchase_order_line_id", "receipt_date"}) == []
    assert Filters(basis="received").widened(order) == []


def test_rows_without_a_vendor_are_selected_by_the_name_that_the_scorecard_gives_them() -> None:
    assert Filters(vendors=("Kestrel", "(no vendor)"), order_type="all").conditions({"vendor_name"}) == [
        "(vendor_name in ('Kestrel', '(no vendor)') or vendor_name is null)"
    ]


def test_search_does_not_filter_a_mart_without_a_link_to_lines_and_that_is_noted() -> None:
    assert Filters(search="Mug").conditions({"vendor_name"}) == []
    assert Filters(search="Mug").ignored({"vendor_name"}) == ["search"]


def test_buyer_and_status_reach_the_lines_and_receipts_of_their_orders() -> None:
    filters = Filters(buyers=("Ana",), statuses=("Open",), order_type="all", account="eu")
    of_order = "(account_id, purchase_order_id) in (select account_id, purchase_order_id from published"

    assert filters.conditions({"buyer", "status"}) == ["buyer in ('Ana')", "status in ('Open')"]
    assert filters.conditions({"account_id", "purchase_order_id", "status"}) == [
        "account_id in ('eu')",
        f"{of_order}.marts.purchase_orders where buyer in ('Ana'))",
        "status in ('Open')",
    ]
    assert filters.ignored({"vendor_name"}) == ["order type", "account", "buyer", "status"]


@pytest.mark.parametrize(
    ("period", "dates"),
    [
        pytest.param("7", ("2026-11-24", "2026-11-30"), id="today is the last of seven days"),
        pytest.param("90", ("2026-09-02", "2026-11-30"), id="ninety days"),
        pytest.param("quarter", ("2026-10-01", "2026-12-31"), id="the whole quarter"),
        pytest.param("year", ("2026-01-01", "2026-12-31"), id="the whole year"),
    ],
)
def test_a_period_follows_the_day_of_the_data(period: str, dates: tuple[str, str]) -> None:
    assert tuple(map(str, dates_of(period, date(2026, 11, 30)))) == dates


def test_the_last_working_day_skips_the_weekend() -> None:
    days = [date(2026, 11, day) for day in (27, 28, 29, 30)]
    assert [last_working_day(day).day for day in days] == [26, 27, 27, 27]


@pytest.mark.parametrize("column", ["sku", "title", "purchase_order_number"])
def test_orders_are_found_by_the_names_of_their_lines(column: str, published: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published}' as published (read_only)")
        lines = connection.table("published.marts.purchase_order_lines")
        (name, count) = lines.aggregate(f"{column}, count(distinct purchase_order_id) as count").order(
            f"count desc, {column}"
        ).fetchone() or ("", 0)
        orders = connection.table("published.marts.purchase_orders")
        (condition,) = Filters(search=name, order_type="all").conditions(set(orders.columns))

        assert count > 0
        assert sorted(orders.filter(condition).select("purchase_order_id").fetchall()) == sorted(
            lines.filter(f"contains({column}, '{name}')").select("purchase_order_id").distinct().fetchall()
        )


def test_an_exception_about_a_whole_order_is_found_by_its_lines() -> None:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as published; create schema published.marts")
        connection.execute("""
            create table published.marts.purchase_order_lines as
            select 'eu' as account_id, *
            from (values ('L1', 'A', '1', 'MUG', 'Mug'), ('L2', 'A', '1', 'JUG', 'Jug')) as lines (
                purchase_order_line_id, purchase_order_id, purchase_order_number, sku, title
            )
        """)
        exceptions = connection.sql("""
            select * from (values ('eu', 'not closed', null, 'A', '1', null), ('eu', 'late', 'L1', 'A', '1', 'MUG'),
                ('us', 'late', 'L1', 'A', '2', 'JUG'), ('us', 'not closed', null, 'A', '2', null),
                ('eu', 'late', 'L2', 'A', '1', 'JUG'), ('eu', 'not closed', null, 'B', '2', null))
                as exceptions (account_id, rule, purchase_order_line_id, purchase_order_id, purchase_order_number, sku)
        """)
        (condition,) = Filters(search="mug", order_type="all").conditions(set(exceptions.columns))

        assert exceptions.filter(condition).select("rule, purchase_order_line_id").fetchall() == [
            ("not closed", None),
            ("late", "L1"),
        ]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        pytest.param("2026-05-01..2026-06-01", ("2026-05-01", "2026-06-01"), id="inside"),
        pytest.param("2026-06-01..2026-05-01", ("2026-05-01", "2026-06-01"), id="reversed"),
        pytest.param("2025-07-01..2026-03-01", ("2026-01-01", "2026-03-01"), id="begins before the data"),
        pytest.param("2026-12-01..2027-03-01", ("2026-12-01", "2026-12-31"), id="ends after the data"),
        pytest.param("2030-01-01..2031-01-01", ("2026-01-01", "2026-12-31"), id="all after the data"),
        pytest.param("2001-01-01..2002-01-01", ("2026-01-01", "2026-12-31"), id="all before the data"),
        pytest.param("last week", ("2026-01-01", "2026-12-31"), id="no dates"),
        pytest.param("2026-05-01", ("2026-01-01", "2026-12-31"), id="one date"),
    ],
)
def test_the_dates_of_an_address_are_always_within_the_data(text: str, dates: tuple[str, str]) -> None:
    assert tuple(map(str, parse_dates(text, date(2026, 1, 1), date(2026, 12, 31)))) == dates


@pytest.mark.parametrize(
    ("names", "value"),
    [
        pytest.param([], "", id="none"),
        pytest.param(["Kestrel Lighting", "Pan-Orient"], "Kestrel Lighting|Pan-Orient", id="plain"),
        pytest.param(["A|B Trading", "A", "B Trading"], '"A|B Trading"|A|B Trading', id="the separator"),
        pytest.param(['The "Mug" Works', "O'Hara, Sons"], '"The ""Mug"" Works"|O\'Hara, Sons', id="quotes"),
        pytest.param(["Two\nlines"], '"Two\nlines"', id="a line break"),
    ],
)
def test_names_come_back_from_the_address_whatever_characters_they_contain(names: list[str], value: str) -> None:
    assert join_names(names) == value
    assert split_names(value) == names

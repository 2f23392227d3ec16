"""What the notebooks may read, and what they make of it."""

from __future__ import annotations

import ast
import re
import sys
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from charts import each_week
from filters import Filters, addressed, days_of, names_of
from inventory_planner import dashboard
from inventory_planner.data_folder import Folder
from inventory_planner.errors import ConfigurationError
from queries import DELIVERIES, INCOMING_BY_WEEK, NEEDS_ACTION

MODULES = sorted(dashboard.notebooks().rglob("*.py"))
READ = re.compile(r"\b(?:from|join)\s+(?!\()([\w.]+)", re.IGNORECASE)
LINE = {"sent_date", "promise_date", "first_receipt_date", "last_receipt_date", "vendor_name", "is_overdue", "sku"}


def queries(path: Path) -> list[str]:
    """The texts in a module that are SQL."""
    texts = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
    return [text for text in texts if isinstance(text, str) and re.match(r"\s*(select|with|from)\s", text)]


def test_there_are_queries_to_look_at() -> None:
    assert sum(len(queries(path)) for path in MODULES) > 40


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_notebook_reads_marts_and_nothing_else(path: Path) -> None:
    read = {name for sql in queries(path) for name in READ.findall(sql)}
    assert {
        name for name in read if not re.fullmatch(r"(published\.)?marts\.\w+|duckdb_(columns|tables)", name)
    } == set()


def test_no_filter_narrows_only_the_order_type() -> None:
    assert Filters().conditions({"order_type", *LINE}) == ["order_type in ('po')"]
    assert Filters().unheard(set()) == []


def test_a_mart_is_narrowed_by_what_it_knows_and_the_rest_is_said() -> None:
    filters = Filters(
        basis="received", first=date(2026, 1, 1), last=date(2026, 1, 31), vendors=("O'Hara",), warehouses=("Main",)
    )

    assert filters.conditions(LINE) == [
        "last_receipt_date >= date '2026-01-01'",
        "first_receipt_date <= date '2026-01-31'",
        "vendor_name in ('O''Hara')",
    ]
    assert filters.unheard(LINE) == ["warehouse"]
    assert filters.conditions({"last_receipt_date"}) == [
        "last_receipt_date >= date '2026-01-01'",
        "last_receipt_date <= date '2026-01-31'",
    ]
    assert filters.unheard({"sent_date"}) == ["dates", "vendor", "warehouse"]
    assert filters.conditions({"receipt_date"}) == [
        "receipt_date >= date '2026-01-01'",
        "receipt_date <= date '2026-01-31'",
    ]


def test_what_to_find_is_found_in_any_of_the_names() -> None:
    assert Filters(search=" Ox ").conditions({"purchase_order_number", "sku", "title"}) == [
        "(contains(lower(purchase_order_number), 'ox') or contains(lower(sku), 'ox') or contains(lower(title), 'ox'))"
    ]


def test_what_a_part_brings_in_whole_is_said() -> None:
    days = Filters(basis="received", first=date(2026, 1, 1), search="Mug")
    order = {"purchase_order_id", "first_receipt_date", "last_receipt_date"}

    assert days.in_full(order) == [
        "what had a receipt on these days counts with all its receipts.",
        "an order of which a line is found counts with all its lines.",
    ]
    assert days.in_full({*order, "purchase_order_line_id", "receipt_date"}) == []
    assert Filters(basis="received").in_full(order) == []


def test_what_has_no_vendor_is_found_as_the_scorecard_names_it() -> None:
    assert Filters(vendors=("Kestrel", "(no vendor)"), order_type="all").conditions({"vendor_name"}) == [
        "(vendor_name in ('Kestrel', '(no vendor)') or vendor_name is null)"
    ]


def test_a_mart_that_leads_to_no_line_is_not_narrowed_by_what_to_find_and_that_is_said() -> None:
    assert Filters(search="Mug").conditions({"vendor_name"}) == []
    assert Filters(search="Mug").unheard({"vendor_name"}) == ["what to find"]


@pytest.mark.parametrize("column", ["sku", "title", "purchase_order_number"])
def test_orders_are_found_by_what_their_lines_name(column: str, published: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published}' as published (read_only)")
        lines = connection.table("published.marts.purchase_order_lines")
        (wanted, count) = lines.aggregate(f"{column}, count(distinct purchase_order_id) as count").order(
            f"count desc, {column}"
        ).fetchone() or ("", 0)
        orders = connection.table("published.marts.purchase_orders")
        (found,) = Filters(search=wanted, order_type="all").conditions(set(orders.columns))

        assert count > 0
        assert sorted(orders.filter(found).select("purchase_order_id").fetchall()) == sorted(
            lines.filter(f"contains({column}, '{wanted}')").select("purchase_order_id").distinct().fetchall()
        )


def test_what_is_wrong_with_a_whole_order_is_found_by_its_lines() -> None:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as published; create schema published.marts")
        connection.execute("""
            create table published.marts.purchase_order_lines as
            select * from (values ('L1', 'A', '1', 'MUG', 'Mug'), ('L2', 'A', '1', 'JUG', 'Jug'))
                as lines (purchase_order_line_id, purchase_order_id, purchase_order_number, sku, title)
        """)
        exceptions = connection.sql("""
            select * from (values ('not closed', null, 'A', '1', null), ('late', 'L1', 'A', '1', 'MUG'),
                ('late', 'L2', 'A', '1', 'JUG'), ('not closed', null, 'B', '2', null))
                as exceptions (rule, purchase_order_line_id, purchase_order_id, purchase_order_number, sku)
        """)
        (found,) = Filters(search="mug", order_type="all").conditions(set(exceptions.columns))

        assert exceptions.filter(found).select("rule, purchase_order_line_id").fetchall() == [
            ("not closed", None),
            ("late", "L1"),
        ]


@pytest.mark.parametrize(
    ("text", "days"),
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
def test_the_days_of_an_address_are_always_days_of_the_data(text: str, days: tuple[str, str]) -> None:
    found = days_of(text, date(2026, 1, 1), date(2026, 12, 31))

    assert tuple(map(str, found)) == days


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
def test_names_come_back_from_the_address_whatever_signs_they_have(names: list[str], value: str) -> None:
    assert addressed(names) == value
    assert names_of(value) == names


@pytest.mark.parametrize("module", ["marimo", "altair"])
def test_without_the_extra_the_dashboard_says_what_to_install(
    module: str, monkeypatch: pytest.MonkeyPatch, folder: Folder
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setenv("INVENTORY_PLANNER_DATA", "")

    with pytest.raises(ConfigurationError, match=r"pip install 'inventory-planner\[dashboard\]'"):
        dashboard.run(folder, "127.0.0.1", 0, ready=print)


def test_what_is_coming_stands_in_the_week_of_the_promise_as_it_is_now(published: Path) -> None:
    passed = f"""
        select * from ({INCOMING_BY_WEEK})
        where not is_overdue and week_start < (select date_trunc('week', max(as_of_date)) from marts.open_lines)
    """
    moved = "select * from marts.open_lines where promise_current > promise_date"

    with duckdb.connect(published, read_only=True) as connection:
        assert connection.execute(passed).fetchall() == []
        assert connection.execute(moved).fetchall() != []


def test_each_delivery_has_a_bar_of_its_own_also_where_orders_share_a_number() -> None:
    with duckdb.connect() as connection:
        connection.execute("""
            create schema marts;
            create table marts.purchase_orders as
            select *, 'Kestrel' as vendor_name, date '2026-03-01' + id as completion_date, 30 as lead_time_days,
                30 as planned_lead_time_days, 0 as days_late, true as is_on_time, 1.0 as receipt_ratio,
                cast(id as varchar) as purchase_order_id
            from (values (1, '7'), (2, '8'), (3, '7')) as orders (id, purchase_order_number)
        """)
        bars = connection.execute(DELIVERIES, {"vendor": "Kestrel", "most": 40}).to_arrow_table()

    assert bars.select(["order_label", "purchase_order_number", "lead_time_days"]).to_pylist() == [
        {"order_label": "7 (1)", "purchase_order_number": "7", "lead_time_days": 30},
        {"order_label": "8", "purchase_order_number": "8", "lead_time_days": 30},
        {"order_label": "7 (2)", "purchase_order_number": "7", "lead_time_days": 30},
    ]


def test_what_is_severe_needs_action_before_what_is_only_worth_more() -> None:
    with duckdb.connect() as connection:
        connection.execute("""
            create schema marts;
            create table marts.exceptions as
            select *, 'overdue' as exception_rule
            from (values ('1', 'low', 9000), ('2', 'medium', 800), ('3', 'high', null), ('4', 'high', 5),
                ('5', 'medium', 900)) as exceptions (purchase_order_number, severity, value_at_stake)
        """)

        assert [row[0] for row in connection.execute(NEEDS_ACTION).fetchall()] == ["4", "3", "5", "2", "1"]


@pytest.mark.parametrize(
    ("weeks", "shown"),
    [
        pytest.param([], [], id="none"),
        pytest.param([None, date(2026, 1, 5)], [date(2026, 1, 5)], id="one"),
        pytest.param(
            [date(2026, 1, 19), date(2025, 12, 29), date(2026, 1, 19)],
            [date(2025, 12, 29), date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19)],
            id="two with others between",
        ),
        pytest.param([date(2026, 1, 5), date(9999, 12, 27)], [date(2026, 1, 5), date(9999, 12, 27)], id="a slip"),
    ],
)
def test_an_axis_of_weeks_has_those_too_in_which_nothing_happens(weeks: list[date | None], shown: list[date]) -> None:
    assert each_week(pa.table({"week_start": pa.array(weeks, pa.date32())})) == shown

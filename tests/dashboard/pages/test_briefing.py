from __future__ import annotations

from pathlib import Path

import duckdb

from inventory_planner_dashboard.pages.briefing import INCOMING_BY_WEEK, NEEDS_ACTION


def test_incoming_goods_stand_in_the_week_of_the_current_promise(published: Path) -> None:
    past = f"""
        select * from ({INCOMING_BY_WEEK})
        where not is_overdue and week_start < (select date_trunc('week', max(as_of_date)) from marts.open_lines)
    """
    moved = "select * from marts.open_lines where promise_current > promise_date"

    with duckdb.connect(published, read_only=True) as connection:
        assert connection.execute(past).fetchall() == []
        assert connection.execute(moved).fetchall() != []


def test_severe_exceptions_come_before_those_that_are_only_worth_more() -> None:
    with duckdb.connect() as connection:
        connection.execute("""
            create schema marts;
            create table marts.exceptions as
            select *, 'overdue' as exception_rule
            from (values ('1', 'low', 9000), ('2', 'medium', 800), ('3', 'high', null), ('4', 'high', 5),
                ('5', 'medium', 900)) as exceptions (purchase_order_number, severity, value_at_stake)
        """)

        assert [row[0] for row in connection.execute(NEEDS_ACTION).fetchall()] == ["4", "3", "5", "2", "1"]

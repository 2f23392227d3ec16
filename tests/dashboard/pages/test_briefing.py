from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from inventory_planner_dashboard.pages.briefing import FINDINGS, INCOMING_BY_WEEK

pytestmark = pytest.mark.long


def test_incoming_goods_stand_in_the_week_of_the_current_promise(published: Path) -> None:
    past = f"""
        select * from ({INCOMING_BY_WEEK})
        where week_start < (select date_trunc('week', max(as_of_date)) from marts.open_lines)
    """
    moved = "select * from marts.open_lines where promise_current > promise_date"

    with duckdb.connect(published, read_only=True) as connection:
        assert connection.execute(past).fetchall() == []
        assert connection.execute(moved).fetchall() != []


def test_findings_are_grouped_by_order_with_the_most_urgent_step_and_overdue_vendors_first() -> None:
    with duckdb.connect() as connection:
        connection.execute("""
            create schema marts;
            create table marts.exceptions as
            select 'a' as account_id, number as purchase_order_id, number as purchase_order_number, vendor_name,
                null as buyer, 'EUR' as currency_code, exception_title, exception_title || '!' as next_step, urgency,
                line as purchase_order_line_id, value_at_stake, days_overdue, is_current, is_connection_fault
            from (values
                ('1', 'Acme', 'No cost', 17, '1a', 9000, null, true, false),
                ('2', 'Kestrel', 'Overdue', 2, '2a', 5, 3, true, false),
                ('2', 'Kestrel', 'Overdue', 2, '2b', 6, 9, true, false),
                ('2', 'Kestrel', 'No cost', 17, '2a', null, 3, true, false),
                ('3', 'Kestrel', 'Reopened', 27, null, 7, null, true, false),
                ('4', 'Kestrel', 'Push failed', 29, '4a', 8, null, true, true),
                ('5', 'Kestrel', 'Closed short', 7, '5a', 8, null, false, false)
            ) as found (number, vendor_name, exception_title, urgency, line, value_at_stake, days_overdue, is_current,
                is_connection_fault);
            create table marts.open_lines as
            select 'a' as account_id, * from (values
                ('1', 4, date '2026-01-01', date '2026-01-09'), ('2', 2, date '2026-02-01', date '2026-02-03'),
                ('2', 3, date '2026-02-01', date '2026-02-05')
            ) as lines (purchase_order_id, quantity_open, promise_current, forecast_receipt_date);
        """)
        columns = "purchase_order_number, exception_title, next_step, days_overdue, value_at_stake, count_lines"
        sql = f"select {columns}, quantity_open, forecast_receipt_date from ({FINDINGS})"

        def found(*, current: bool, connections: bool) -> list[tuple[object, ...]]:
            return connection.execute(sql, {"current": current, "connections": connections}).fetchall()

        assert found(current=True, connections=False) == [
            ("2", "Overdue, No cost", "Overdue!", 9, 11, 2, 5, date(2026, 2, 5)),
            ("3", "Reopened", "Reopened!", None, 7, None, None, None),
            ("1", "No cost", "No cost!", None, 9000, 1, 4, date(2026, 1, 9)),
        ]
        assert [row[0] for row in found(current=True, connections=True)] == ["4"]
        assert [row[0] for row in found(current=False, connections=False)] == ["5"]

"""When the goods of open lines can be expected, and how well past forecasts came true."""

from __future__ import annotations

from datetime import date

from dbt_runs import DbtRun, select
from hand_made import AS_OF


def test_an_overdue_line_comes_when_lines_came_that_were_as_late(built: DbtRun) -> None:
    """Ten days late so far; others came 2, 3, 4, 10 and 20 days later than that: the median is 4, and the P90 is 16."""
    found = select(
        built.warehouse,
        """
        select purchase_order_id, forecast_basis, forecast_receipt_date, latest_receipt_date, recommended_action
        from marts.open_lines where account_id = 'waits' order by all
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("due", "vendor_history", date(2024, 7, 15), date(2024, 7, 26), "re-date"),
        ("overdue", "vendor_waits", date(2024, 7, 4), date(2024, 7, 16), "chase"),
        ("overdue for long", "none", None, None, "chase"),
        ("overdue of another", "all_waits", date(2024, 7, 4), date(2024, 7, 16), "chase"),
    ]


def test_incoming_stock_shows_overdue_units_and_their_value_apart_from_the_week(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        """
        select week_start, quantity_expected, expected_value, quantity_overdue, overdue_value, quantity_forecast,
            forecast_value, as_of_date
        from marts.incoming_stock where account_id = 'waits' order by week_start
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        (date(2024, 6, 24), 0, None, 14, 22, 0, None, AS_OF),
        (date(2024, 7, 1), 3, 3, 0, None, 12, 20, AS_OF),
        (date(2024, 7, 15), 0, None, 0, None, 3, 3, AS_OF),
    ]

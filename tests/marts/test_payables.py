"""What has to be paid, and when, order by order and week by week."""

from __future__ import annotations

from datetime import date

from dbt_runs import DbtRun, select


def test_payables_follow_the_payment_date_or_the_terms_of_each_order(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        """
        select purchase_order_id, currency_code, payment_basis, payable_value, received_value, open_value, due_date,
            is_passed
        from marts.payables where account_id = 'payables' order by due_date nulls last, purchase_order_id
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("prepaid", "EUR", "terms", 10, 0, 10, date(2024, 1, 1), True),
        ("passed", "EUR", "payment_date", 12, 10, 0, date(2024, 6, 25), True),
        ("closed", "EUR", "terms", 10, 10, 0, date(2024, 6, 30), False),
        ("as agreed", "EUR", "expected_date", 4, 0, 4, date(2024, 7, 3), False),
        ("cod", "EUR", "terms", 3, 0, 3, date(2024, 7, 3), False),
        ("paid later", "EUR", "payment_date", 25, 10, 0, date(2024, 7, 10), False),
        ("net", "EUR", "terms", 6, 6, 0, date(2024, 7, 19), False),
        ("called off", "EUR", "terms", 1, 1, 0, date(2024, 7, 20), False),
        ("net", "EUR", "terms", 2, 2, 0, date(2024, 7, 20), False),
        ("net", "EUR", "terms", 12, 0, 12, date(2024, 8, 4), False),
        ("no date", "XXX", "none", 5, 0, 5, None, False),
    ]


def test_the_cash_calendar_sums_what_is_due_from_today_on_and_shows_what_has_passed_apart(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        """
        select week_start, currency_code, payment_basis, count_orders, payable_value, received_value, open_value,
            count_passed_orders, passed_value
        from marts.cash_calendar where account_id = 'payables' order by week_start nulls last, payment_basis
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        (date(2024, 1, 1), "EUR", "terms", 0, 0, 0, 0, 1, 10),
        (date(2024, 6, 24), "EUR", "payment_date", 0, 0, 0, 0, 1, 12),
        (date(2024, 6, 24), "EUR", "terms", 1, 10, 10, 0, 0, 0),
        (date(2024, 7, 1), "EUR", "expected_date", 1, 4, 0, 4, 0, 0),
        (date(2024, 7, 1), "EUR", "terms", 1, 3, 0, 3, 0, 0),
        (date(2024, 7, 8), "EUR", "payment_date", 1, 25, 10, 0, 0, 0),
        (date(2024, 7, 15), "EUR", "terms", 2, 9, 9, 0, 0, 0),
        (date(2024, 7, 29), "EUR", "terms", 1, 12, 0, 12, 0, 0),
        (None, "XXX", "none", 1, 5, 0, 5, 0, 0),
    ]

from __future__ import annotations

from datetime import date
from decimal import Decimal
from hashlib import md5

import pytest

from dbt_runs import DbtRun, select
from hand_made import AS_OF

LINE_IN_TWO_RECEIPTS = {
    "account_id": "a1",
    "purchase_order_line_id": md5(b"1mug", usedforsecurity=False).hexdigest(),
    "purchase_order_id": "1",
    "variant_id": "mug",
    "vendor_id": "acme mills",
    "warehouse_id": "c9_1",
    "purchase_order_number": "PO-1",
    "order_type": "po",
    "vendor_name": "Acme Mills",
    "warehouse_name": "Main DC",
    "sku": "MUG",
    "title": "Title of mug",
    "status": "CLOSED",
    "status_type": "closed",
    "currency_code": "EUR",
    "promise_source": "current",
    "line_number": 1,
    "quantity_ordered": Decimal(10),
    "basis_quantity": Decimal(10),
    "quantity_received": Decimal(10),
    "quantity_capped": Decimal(10),
    "quantity_open": Decimal(0),
    "quantity_short": Decimal(0),
    "quantity_over": Decimal(0),
    "quantity_canceled": Decimal(0),
    "quantity_draft": Decimal(0),
    "quantity_ignored": Decimal(0),
    "quantity_by_promise": Decimal(10),
    "count_receipts": 2,
    "fill_rate": 1.0,
    "receipt_ratio": 1.0,
    "unit_cost": Decimal("2.5"),
    "unit_landed_cost": Decimal(3),
    "ordered_value": Decimal(25),
    "received_value": Decimal(25),
    "open_value": Decimal(0),
    "short_value": Decimal(0),
    "over_value": Decimal(0),
    "canceled_value": Decimal(0),
    "ignored_value": Decimal(0),
    "ordered_value_reporting": None,
    "received_value_reporting": None,
    "open_value_reporting": None,
    "days_late": 0,
    "days_overdue": None,
    "lead_time_days": 9,
    "is_placed": True,
    "is_vendor_order": True,
    "is_complete": True,
    "is_due": True,
    "is_in_full": True,
    "is_on_time": True,
    "is_otif": True,
    "is_overdue": False,
    "is_over_received": False,
    "is_removed": False,
    "sent_date": date(2024, 1, 1),
    "promise_date": date(2024, 1, 10),
    "first_receipt_date": date(2024, 1, 8),
    "last_receipt_date": date(2024, 1, 10),
    "completion_date": date(2024, 1, 10),
    "as_of_date": AS_OF,
}
VENDOR = {
    "account_id": "a1",
    "vendor_id": "acme mills",
    "vendor_name": "Acme Mills",
    "currency_code": "EUR",
    "period": "all",
    "abc_class": "A",
    "count_orders": 3,
    "count_lines": 5,
    "count_open_lines": 1,
    "count_overdue_lines": 0,
    "count_unpriced_lines": 0,
    "count_ordered_lines": 5,
    "count_complete_lines": 3,
    "quantity_ordered": Decimal(46),
    "basis_quantity": Decimal(46),
    "quantity_received": Decimal(38),
    "quantity_received_canceled": Decimal(1),
    "quantity_capped": Decimal(36),
    "quantity_open": Decimal(5),
    "quantity_short": Decimal(5),
    "quantity_ignored": Decimal(0),
    "quantity_over": Decimal(1),
    "quantity_over_of_ordered": Decimal(1),
    "quantity_received_of_ordered": Decimal(37),
    "basis_quantity_closed": Decimal(34),
    "quantity_capped_closed": Decimal(29),
    "quantity_capped_due": Decimal(36),
    "fill_rate": 36 / 46,
    "final_fill_rate": 29 / 34,
    "due_fill_rate": 36 / 41,
    "line_fill_rate": 3 / 5,
    "receipt_ratio": 37 / 46,
    "over_rate": 1 / 46,
    "short_rate": 5 / 34,
    "count_due_lines": 4,
    "count_in_full_lines": 3,
    "count_on_time_lines": 3,
    "count_otif_lines": 2,
    "in_full_rate": 3 / 4,
    "on_time_rate": 3 / 4,
    "otif_line_rate": 2 / 4,
    "quantity_due": Decimal(41),
    "quantity_on_time": Decimal(32),
    "otif_unit_rate": 32 / 41,
    "quantity_early_due": Decimal(6 + 15 + 7),
    "quantity_late_due": Decimal(4),
    "early_unit_rate": 28 / 41,
    "late_unit_rate": 4 / 41,
    "count_due_orders": 3,
    "count_in_full_orders": 2,
    "count_on_time_orders": 2,
    "count_otif_orders": 1,
    "in_full_order_rate": 2 / 3,
    "on_time_order_rate": 2 / 3,
    "otif_order_rate": 1 / 3,
    "count_dated_due_lines": 4,
    "count_late_lines": 1,
    "days_late_mean": -2.25,
    "days_late_median": -1.0,
    "unit_days_late": Decimal(15),
    "count_promised_orders": 3,
    "count_redated_orders": 0,
    "count_redated_after_due_orders": 0,
    "redated_order_rate": 0.0,
    "promise_slip_mean_days": 0.0,
    "count_canceled_orders": 1,
    "canceled_order_rate": 1 / 4,
    "count_lead_times": 1,
    "lead_time_mean_days": 7.0,
    "lead_time_median_days": 7.0,
    "lead_time_p90_days": 7.0,
    "lead_time_stddev_days": None,
    "lead_time_cv": None,
    "lead_time_steadiness": None,
    "count_line_lead_times": 3,
    "count_negative_lead_times": 0,
    "line_lead_time_mean_days": pytest.approx(35 / 3),
    "line_lead_time_median_days": 9.0,
    "line_lead_time_p90_days": pytest.approx(17),
    "line_lead_time_stddev_days": pytest.approx((124 / 3) ** 0.5),
    "line_lead_time_cv": pytest.approx((124 / 3) ** 0.5 / (35 / 3)),
    "unit_lead_time_mean_days": pytest.approx((19 * 7 + 7 * 5 + 9 * 10) / 22),
    "value_lead_time_mean_days": pytest.approx((19 * 14 + 7 * 50 + 9 * 25) / 89),
    "first_receipt_lead_time_mean_days": 10.0,
    "count_received_lines": 4,
    "count_split_lines": 1,
    "split_line_rate": 0.25,
    "count_minimum_lines": 0,
    "count_minimum_met_lines": 0,
    "minimum_met_rate": None,
    "quantity_first_delivery_due": Decimal(32),
    "first_delivery_fill_rate": 32 / 41,
    "landed_price_variance": None,
    "landed_price_baseline": Decimal(0),
    "landed_price_variance_rate": None,
    "ordered_value": Decimal(109),
    "received_value": Decimal(105),
    "received_value_canceled": Decimal(1),
    "open_value": Decimal(10),
    "overdue_value": Decimal(0),
    "short_value": Decimal(5),
    "over_value": Decimal(10),
    "canceled_value": Decimal(99),
    "ordered_value_reporting": None,
    "received_value_reporting": None,
    "open_value_reporting": None,
    "count_compared_lines": 2,
    "price_variance": Decimal(0),
    "price_baseline": Decimal(14),
    "price_movement": Decimal(0),
    "price_variance_rate": 0.0,
    "price_variance_365_days": Decimal("-3.5"),
    "price_baseline_365_days": Decimal("17.5"),
    "price_variance_rate_365_days": -0.2,
    "price_stability": 1.0,
    "landed_uplift_value": Decimal(8),
    "landed_base_value": Decimal(40),
    "landed_uplift_rate": 0.2,
    "spend_share": 1.0,
    "cumulative_spend_share": 1.0,
    "count_due_lines_before": None,
    "on_time_rate_before": None,
    "otif_line_rate_before": None,
    "due_fill_rate_before": None,
    "lead_time_mean_days_before": None,
    "received_value_before": None,
    "score_before": None,
    "otif_target_rate": 0.9,
    "otif_minimum_rate": 0.8,
    "otif_points": None,
    "fill_points": None,
    "lead_time_cv_points": None,
    "price_points": None,
    "score": None,
    "grade": None,
    "is_low_sample": True,
    "is_lead_time_low_sample": True,
    "first_sent_date": date(2024, 1, 1),
    "last_sent_date": date(2024, 6, 1),
    "as_of_date": AS_OF,
}


def test_received_vs_ordered_has_every_line_of_the_orders_that_were_not_deleted(built: DbtRun) -> None:
    shown = select(
        built.warehouse,
        """
        select account_id, purchase_order_number, order_type, status_type, sku, line_number, quantity_ordered,
            quantity_received, quantity_open, quantity_short, quantity_over, quantity_canceled, is_due, is_otif
        from marts.received_vs_ordered
        where account_id in ('a1', 'a2')
        order by account_id, purchase_order_number, line_number
        """,
    )

    assert [tuple(row.values()) for row in shown] == [
        ("a1", "PO-1", "po", "closed", "MUG", 1, 10, 10, 0, 0, 0, 0, True, True),
        ("a1", "PO-1", "po", "closed", "CUP", 2, 20, 15, 0, 5, 0, 0, True, False),
        ("a1", "PO-2", "po", "active", "MUG", 1, 5, 0, 5, 0, 0, 0, False, None),
        ("a1", "PO-2", "po", "active", "MUG", 2, 7, 7, 0, 0, 0, 0, True, True),
        ("a1", "PO-3", "po", "closed", "JAR", 1, 4, 5, 0, 0, 1, 0, True, False),
        ("a1", "PO-4", "po", "unknown", "MUG", 1, 4, 0, 4, 0, 0, 0, True, False),
        ("a1", "PO-5", "po", "draft", "MUG", 1, 100, 0, 0, 0, 0, 0, False, None),
        ("a1", "PO-6", "po", "canceled", "MUG", 1, 100, 1, 0, 0, 0, 99, False, None),
        ("a1", "PO-7", "transfer", "active", "MUG", 1, 100, 0, 100, 0, 0, 0, False, None),
        ("a1", "PO-8", "assembly", "closed", "SET", 1, 100, 0, 0, 100, 0, 0, False, None),
        ("a2", "PO-1", "po", "active", "MUG", 1, 3, 0, 3, 0, 0, 0, False, None),
    ]


def test_received_vs_ordered_has_all_figures_of_a_line_received_in_two_parts(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        "select * from marts.received_vs_ordered where account_id = 'a1' and sku = 'MUG' and status = 'CLOSED'",
    )

    assert found == [LINE_IN_TWO_RECEIPTS]


def test_vendor_scorecard_has_a_row_for_each_account_vendor_and_currency(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        """
        select account_id, vendor_id, currency_code, count_orders, count_lines, count_due_lines, ordered_value
        from marts.vendor_scorecard
        where period = 'all' and account_id in ('a1', 'a2')
        order by account_id, vendor_id, currency_code
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("a1", "acme mills", "EUR", 3, 5, 4, Decimal(109)),
        ("a1", "acme mills", "USD", 1, 1, 1, Decimal(12)),
        ("a2", "zenith", "EUR", 1, 1, 0, Decimal(3)),
    ]


def test_vendor_scorecard_has_all_figures_of_a_vendor(built: DbtRun) -> None:
    (found,) = select(
        built.warehouse,
        """
        select * from marts.vendor_scorecard
        where account_id = 'a1' and vendor_id = 'acme mills' and currency_code = 'EUR' and period = 'all'
        """,
    )

    assert found == VENDOR


def test_open_lines_recommend_an_action_for_each_open_line(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        """
        select account_id, purchase_order_number, line_number, quantity_open, open_value, currency_code, ageing_bucket,
            forecast_basis, recommended_action, forecast_receipt_date
        from marts.open_lines
        where account_id in ('a1', 'a2')
        order by account_id, purchase_order_number, line_number
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("a1", "PO-2", 1, 5, 10, "EUR", "not due", "promise", "wait", AS_OF),
        ("a1", "PO-4", 1, 4, 12, "USD", "15-30", "none", "chase", None),
        ("a1", "PO-7", 1, 100, 100, "EUR", "over 90", "none", "chase", None),
        ("a2", "PO-1", 1, 3, 3, "EUR", "not due", "promise", "wait", date(2024, 7, 1)),
    ]


def test_open_order_months_shows_the_open_orders_at_the_end_of_each_month_before_the_first_build(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        """
        select vendor_id, order_type, currency_code, report_date, count_open_orders, count_overdue_lines,
            quantity_open, open_value, overdue_value, reconstructed_value
        from marts.open_order_months
        where account_id = 'a1' and report_date >= '2024-05-31'
        order by report_date, vendor_id, order_type, currency_code
        """,
    )

    may, june = date(2024, 5, 31), AS_OF
    assert [tuple(row.values()) for row in found] == [
        ("(no vendor)", "transfer", "EUR", may, 1, 1, 100, 100, 100, 100),
        ("acme mills", "assembly", "EUR", may, 1, 1, 100, 100, 100, 100),
        ("acme mills", "po", "EUR", may, 1, 1, 99, 99, 99, 99),
        ("acme mills", "po", "USD", may, 1, 0, 4, 12, 0, 12),
        ("(no vendor)", "transfer", "EUR", june, 1, 1, 100, 100, 100, 100),
        ("acme mills", "po", "EUR", june, 1, 0, 5, 10, 0, 10),
        ("acme mills", "po", "USD", june, 1, 1, 4, 12, 12, 12),
    ]


def test_open_commitments_sums_the_open_lines_by_the_month_of_their_promise(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        """
        select account_id, vendor_id, order_type, currency_code, expected_month, count_open_lines, quantity_open,
            open_value, overdue_value
        from marts.open_commitments
        where account_id in ('a1', 'a2')
        order by account_id, vendor_id, expected_month, currency_code
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("a1", "(no vendor)", "transfer", "EUR", date(2024, 1, 1), 1, 100, 100, 100),
        ("a1", "acme mills", "po", "EUR", date(2024, 6, 1), 1, 5, 10, 0),
        ("a1", "acme mills", "po", "USD", date(2024, 6, 1), 1, 4, 12, 12),
        ("a2", "zenith", "po", "EUR", date(2024, 7, 1), 1, 3, 3, 0),
    ]


def test_variant_sources_compares_the_vendors_of_each_variant(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        """
        select account_id, variant_id, vendor_id, currency_code, count_vendors, quantity_ordered, mean_unit_cost,
            potential_saving_value, is_sole_source
        from marts.variant_sources
        where account_id in ('a1', 'a2')
        order by account_id, variant_id, vendor_id, currency_code
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("a1", "cup", "acme mills", "EUR", 1, 20, 1, 0, True),
        ("a1", "jar", "acme mills", "EUR", 1, 4, 10, 0, True),
        ("a1", "mug", "acme mills", "EUR", 1, 22, Decimal("2.227273"), 0, True),
        ("a1", "mug", "acme mills", "USD", 1, 4, 3, 0, True),
        ("a2", "mug", "zenith", "EUR", 1, 3, 1, 0, True),
    ]


def test_vendor_months_counts_an_order_in_the_months_it_was_promised_for_and_sent_in(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        """
        select account_id, vendor_id, currency_code, report_month, sent_month, count_orders, quantity_ordered,
            quantity_received, quantity_open, quantity_short, quantity_canceled, received_value
        from marts.vendor_months
        where account_id in ('a1', 'a2')
        order by account_id, report_month, currency_code
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("a1", "acme mills", "EUR", date(2024, 1, 1), date(2024, 1, 1), 1, 30, 26, 0, 5, 99, 41),
        ("a1", "acme mills", "EUR", date(2024, 2, 1), date(2024, 2, 1), 1, 4, 5, 0, 0, 0, 50),
        ("a1", "acme mills", "EUR", date(2024, 6, 1), date(2024, 6, 1), 1, 12, 7, 5, 0, 0, 14),
        ("a1", "acme mills", "USD", date(2024, 6, 1), date(2024, 1, 1), 1, 4, 0, 4, 0, 0, 0),
        ("a2", "zenith", "EUR", date(2024, 7, 1), date(2024, 1, 1), 1, 3, 0, 3, 0, 0, 0),
    ]


def test_vendor_on_time_windows_judge_the_same_lines_by_each_window(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        """
        select window_name, early_days, grace_days, count_due_lines, count_on_time_lines, count_otif_lines,
            quantity_due, quantity_on_time, on_time_rate, otif_line_rate, otif_unit_rate
        from marts.vendor_on_time_windows
        where account_id = 'a1' and vendor_id = 'acme mills' and currency_code = 'EUR' and period = 'all'
        order by early_days nulls first, grace_days
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("0 days late", None, 0, 4, 3, 2, 41, 32, 0.75, 0.5, 32 / 41),
        ("1 day late", None, 1, 4, 3, 2, 41, 32, 0.75, 0.5, 32 / 41),
        ("3 days late", None, 3, 4, 4, 3, 41, 36, 1.0, 0.75, 36 / 41),
        ("7 days late", None, 7, 4, 4, 3, 41, 36, 1.0, 0.75, 36 / 41),
        ("14 days late", None, 14, 4, 4, 3, 41, 36, 1.0, 0.75, 36 / 41),
        ("21 days late", None, 21, 4, 4, 3, 41, 36, 1.0, 0.75, 36 / 41),
        ("7 days early or late", 7, 7, 4, 3, 2, 41, 36, 0.75, 0.5, 36 / 41),
    ]


def test_the_buyer_of_an_order_stands_on_its_lines_and_exceptions(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        """
        select 'orders' as mart, purchase_order_number, buyer from marts.purchase_orders where buyer is not null
        union select 'lines', purchase_order_number, buyer from marts.purchase_order_lines where buyer is not null
        union select 'open lines', purchase_order_number, buyer from marts.open_lines where buyer is not null
        union select 'exceptions', purchase_order_number, buyer from marts.exceptions where buyer is not null
        order by all
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("exceptions", "PO-2", "Ann"),
        ("lines", "PO-2", "Ann"),
        ("open lines", "PO-2", "Ann"),
        ("orders", "PO-2", "Ann"),
    ]


def test_exceptions_list_every_order_that_breaks_a_rule(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        """
        select purchase_order_number, applies_to, exception_rule, value_at_stake, currency_code
        from marts.exceptions
        where account_id = 'a1'
        order by purchase_order_number, exception_rule
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("PO-1", "line", "short_closed", 5, "EUR"),
        ("PO-1", "order", "total_mismatch", 45, "EUR"),
        ("PO-2", "line", "not_pushed_to_store", 6, "EUR"),
        ("PO-2", "line", "price_jump", Decimal("2.5"), "EUR"),
        ("PO-3", "line", "over_received", 10, "EUR"),
        ("PO-4", "line", "overdue", 12, "USD"),
        ("PO-4", "order", "unknown_status", 12, "USD"),
        ("PO-7", "line", "overdue", 100, "EUR"),
        ("PO-8", "order", "closed_unreceived", 100, "EUR"),
        ("PO-8", "line", "short_closed", 100, "EUR"),
    ]


def test_pushed_stock_has_the_lines_of_the_orders_that_were_pushed_to_the_store(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        """
        select account_id, purchase_order_number, sku, quantity_received, quantity_pushed, quantity_not_pushed,
            not_pushed_value, count_push_errors, is_push_failed, push_error
        from marts.pushed_stock
        order by quantity_received
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("a1", "PO-2", "MUG", 0, 0, 0, 0, 1, False, None),
        ("a1", "PO-2", "MUG", 7, 4, 3, 6, 1, False, None),
    ]

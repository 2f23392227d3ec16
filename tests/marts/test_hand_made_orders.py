from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dbt_runs import DbtRun, select
from hand_made import Json

ON_PAPER: dict[str, Json] = {
    "split": {"quantity_ordered": 10, "quantity_on_time": 10, "is_on_time": True, "is_otif": True},
    "landed": {"ordered_value": 20, "landed": [Decimal("1.4")], "lead_time_days": 7},
    "filling": {"fill_rate": 0.4, "quantity_open": 18, "open_value": 18, "is_overdue": True, "lead_time_days": None},
    "over": {"quantity_over": 2, "over_value": 2, "fill_rate": 1.0, "receipt_ratio": 1.2, "is_in_full": True},
    "corrected": {"quantity_received": 8, "quantity_open": 2, "is_otif": False, "receipts": [10, -2]},
    "unpromised": {"is_due": False, "is_on_time": None, "is_overdue": False, "lifecycle_state": "received_not_closed"},
    "running": {"receipts": [4, 6], "quantity_on_time": 4, "is_in_full": True, "is_otif": False, "days_late": 2},
    "thousandths": {"first_receipt_date": date(2024, 1, 8), "lead_time_days": 7, "is_otif": True},
    "disagreeing": {"is_total_ordered_matched": False, "is_total_received_matched": True},
    "before": {"lead_time_days": -2, "is_on_time": True},
    "redated": {
        "count_promise_changes_after_due": 1,
        "promise_slip_days": 192,
        "promise_date": date(2024, 1, 10),
        "is_due": True,
        "is_on_time": False,
        "is_overdue": False,
    },
    "moved": {
        "promise_original": date(2024, 6, 30),
        "promise_current": date(2024, 7, 15),
        "promise_source": "snapshot",
        "promise_slip_days": 15,
        "count_promise_changes": 1,
        "count_promise_changes_after_due": 0,
        "sent_date": date(2024, 6, 1),
        "sent_date_source": "created",
    },
    "reopened": {"count_reopenings": 1, "closed_at": None, "quantity_open": 4, "quantity_short": 0},
    "sent": {"sent_date": date(2024, 6, 25), "sent_date_source": "snapshot", "count_reopenings": 0},
    "arrived": {"closed_on": "2024-06-25", "closed_at_source": "snapshot", "count_reopenings": 0},
    "resized": {"quantities": [(3, 5, "snapshot")], "promise_slip_days": None},
    "shortened": {"quantities": [(10, 10, "current")], "quantity_ordered": 10, "is_in_full": True},
}


@pytest.mark.parametrize(("case", "expected"), ON_PAPER.items(), ids=ON_PAPER)
def test_a_hand_made_order_has_the_figures_worked_out_on_paper(built: DbtRun, case: str, expected: Json) -> None:
    (found,) = select(
        built.warehouse,
        f"""
        select
            orders.*,
            strftime(closed_at, '%Y-%m-%d') as closed_on,
            (
                select list(quantity_received order by receipt_number)
                from marts.receipts
                where account_id = orders.account_id and purchase_order_id = orders.purchase_order_id
            ) as receipts,
            list(lines.unit_landed_cost) as landed,
            list((lines.quantity_ordered, lines.quantity_ordered_original, lines.quantity_original_source))
                as quantities
        from marts.purchase_orders as orders
        inner join marts.purchase_order_lines as lines using (account_id, purchase_order_id)
        where account_id = 'h' and purchase_order_id = '{case}'
        group by all
        """,
    )

    assert {name: found[name] for name in expected} == expected


def test_a_deleted_order_is_in_no_mart(built: DbtRun) -> None:
    query = "select purchase_order_id from marts.purchase_orders where purchase_order_id = 'deleted'"
    assert select(built.warehouse, query) == []


def test_a_removed_line_stays_in_the_snapshot_until_the_build_in_utc(built: DbtRun) -> None:
    (removed,) = select(
        built.warehouse,
        """
        select variant_id, dbt_valid_to from snapshots.purchase_order_line_snapshots
        where purchase_order_id = 'shortened' and dbt_valid_to is not null
        """,
    )
    assert removed["variant_id"] == "set"
    now = datetime.now(UTC).replace(tzinfo=None)
    assert now - timedelta(hours=1) < removed["dbt_valid_to"] <= now


def test_two_currencies_are_never_added_and_a_split_receipt_is_on_time(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        """
        select vendor_id, currency_code, count_orders, ordered_value, spend_share, otif_unit_rate
        from marts.vendor_scorecard
        where period = 'all' and vendor_id in ('split', 'two purses')
        order by vendor_id, currency_code
        """,
    )

    assert [(row["vendor_id"], row["currency_code"], row["count_orders"], row["ordered_value"]) for row in found] == [
        ("split", "EUR", 1, 10),
        ("two purses", "EUR", 1, 20),
        ("two purses", "USD", 1, 30),
    ]
    assert [row["otif_unit_rate"] for row in found] == [1.0, 1.0, 1.0]
    assert found[2]["spend_share"] == 1.0


def test_a_negative_lead_time_is_in_no_average_and_is_counted(built: DbtRun) -> None:
    found = select(
        built.warehouse,
        """
        select count_found, (
            select min(lead_time_mean_days) from marts.vendor_scorecard where period = 'all'
        ) as least_mean
        from marts.data_health where account_id = 'h' and check_name = 'line_received_before_ordered'
        """,
    )

    assert found == [{"count_found": 1, "least_mean": 7.0}]

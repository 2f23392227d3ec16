"""What comes of strange orders on the whole path, from the API to the marts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dbt_runs import select
from hand_made import VARIABLES, Json, line, noon, order
from inventory_planner.data_folder import DataFolder
from inventory_planner.run import run
from inventory_planner.sync.load import Job
from inventory_planner_emulator import Account

ON_TIME = {"2024-01-08": 10}
COLUMNS = (
    *("status_type", "vendor_id", "quantity_ordered", "quantity_received", "quantity_open", "unit_cost"),
    *("promise_date", "days_late"),
)
PROMISE = date(2024, 1, 10)
BOOKED = noon("2024-01-08")

pytestmark = pytest.mark.long


def history(received: float, *entries: tuple[Any, float]) -> Json:
    return {"received": received, "received_history": [{"date": date, "value": value} for date, value in entries]}


ORDERS = [
    order("carriage return", "Closed\r", [line("mug", 10, ON_TIME)], vendor="acme mills\r"),
    order("composed", "OPEN", [line("mug", 10)], vendor="m\u00fcller"),
    order("decomposed", "OPEN", [line("mug", 10)], vendor="mu\u0308ller"),
    order("taken back", "CLOSED", [{**line("mug", 10), **history(9, (BOOKED, 10), (noon("2024-03-18"), -1))}]),
    order("running", "CLOSED", [{**line("mug", 10), **history(8, (BOOKED, 10), (noon("2024-02-08"), 8))}]),
    order("without date", "CLOSED", [{**line("mug", 10), **history(10, (0, 10))}]),
    order("milliseconds", "CLOSED", [{**line("mug", 10), **history(10, (f"{noon('2024-01-08')}000", 10))}]),
    order("dated ahead", "OPEN", [{**line("mug", 10), **history(4, (noon("2024-07-08"), 4))}]),
    order("year 25", "CLOSED", [line("mug", 10, ON_TIME)], expected_date="02-01-25"),
    order("year 9999", "OPEN", [line("mug", 10)], expected_date="9999-12-31"),
    order("slashes", "OPEN", [line("mug", 10)], expected_date="31/12/2024"),
    order("discount", "OPEN", [line("mug", 10, discount=150)], discount_enabled=True),
    order("below zero", "OPEN", [line("mug", -4)]),
    order("false", "OPEN", [{**line("mug", 10), "received": False}], created_at="-0001-11-30T00:00:00+00:00"),
    order("grouped", "OPEN", [line("mug", "10.0", cost_price="1,234.50 ")]),
    order("rounded", "OPEN", [line("mug", 10, cost_price="12.0000000000001")]),
    order("without id", "OPEN", [line("mug", 10, id=None, line_id="c9_2")]),
    order("pieces", "OPEN", [{**line("mug", 10), "received": "5 pcs"}]),
    order("later", "OPEN", [line("mug", 10)], created_date="2024-07-01", last_modified="2024-07-01T08:00:00+00:00"),
]
FIGURES = {
    "carriage return": ("closed", "acme mills", 10, 10, 0, 1, PROMISE, -2),
    "composed": ("active", "m\u00fcller", 10, 0, 10, 1, PROMISE, None),
    "decomposed": ("active", "m\u00fcller", 10, 0, 10, 1, PROMISE, None),
    "taken back": ("closed", "acme mills", 10, 9, 0, 1, PROMISE, -2),
    "running": ("closed", "acme mills", 10, 8, 0, 1, PROMISE, -2),
    "without date": ("closed", "acme mills", 10, 10, 0, 1, PROMISE, None),
    "milliseconds": ("closed", "acme mills", 10, 10, 0, 1, PROMISE, -2),
    "dated ahead": ("active", "acme mills", 10, 0, 10, 1, PROMISE, None),
    "year 25": ("closed", "acme mills", 10, 10, 0, 1, None, None),
    "year 9999": ("active", "acme mills", 10, 0, 10, 1, None, None),
    "slashes": ("active", "acme mills", 10, 0, 10, 1, None, None),
    "discount": ("active", "acme mills", 10, 0, 10, 1, PROMISE, None),
    "below zero": ("active", "acme mills", 0, 0, 0, 1, PROMISE, None),
    "false": ("active", "acme mills", 10, 0, 10, 1, PROMISE, None),
    "grouped": ("active", "acme mills", 10, 0, 10, 1234.5, PROMISE, None),
    "rounded": ("active", "acme mills", 10, 0, 10, 12, PROMISE, None),
    "without id": ("active", "acme mills", 10, 0, 10, 1, PROMISE, None),
}
EXCEPTIONS = {
    "composed": ["overdue"],
    "decomposed": ["overdue"],
    "taken back": ["short_closed"],
    "running": ["short_closed"],
    "without date": ["receipt_without_date"],
    "dated ahead": ["overdue", "receipt_in_future"],
    "year 25": ["date_out_of_range"],
    "year 9999": ["date_out_of_range", "no_promise"],
    "slashes": ["date_unreadable", "no_promise"],
    "discount": ["discount_out_of_range", "overdue"],
    "below zero": ["negative_quantity"],
    "false": ["overdue"],
    "grouped": ["overdue"],
    "rounded": ["overdue"],
    "without id": ["overdue"],
}


@pytest.fixture
def folder(parsed_folder: DataFolder) -> DataFolder:
    return parsed_folder


def test_strange_orders_are_published_with_the_figures_that_are_meant(
    account: Account, job: Job, folder: DataFolder
) -> None:
    for each in ORDERS:
        account.put(each)

    run(job, VARIABLES)

    lines = select(
        folder.analytics, f"select purchase_order_id, {', '.join(COLUMNS)} from marts.purchase_order_lines order by all"
    )
    assert {row["purchase_order_id"]: tuple(row[name] for name in COLUMNS) for row in lines} == FIGURES
    exceptions = select(
        folder.analytics,
        """
        select purchase_order_id, list(exception_rule order by exception_rule) as rules
        from marts.exceptions where exception_rule not in ('total_mismatch', 'price_jump') group by purchase_order_id
        """,
    )
    assert {row["purchase_order_id"]: row["rules"] for row in exceptions} == EXCEPTIONS
    (rounded,) = select(
        folder.analytics, "select count_found from marts.data_health where check_name = 'line_value_rounded'"
    )
    assert rounded == {"count_found": 1}
    quarantined = select(folder.warehouse, "select purchase_order_id, reason from inventory_planner._quarantine")
    assert [(row["purchase_order_id"], row["reason"]) for row in quarantined] == [
        ("pieces", 'Expected a number, got "5 pcs" - at `$.items[0].received`')
    ]

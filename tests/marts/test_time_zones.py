"""What another time zone of the account changes, and what it doesn't."""

from __future__ import annotations

import pytest

from dbt_runs import dbt, select
from filling import fill
from hand_made import VARIABLES, line, order
from inventory_planner.data_folder import DataFolder

INSTANT = "2024-07-05T02:30:00+00:00"  # the day before in New York
VERSIONS = """
    select purchase_order_id, expected_date, expected_date_key from snapshots.purchase_order_snapshots order by all
"""
PROMISES = """
    select purchase_order_id, strftime(promise_original, '%d') as original, strftime(promise_current, '%d') as current,
        promise_slip_days, count_promise_changes
    from marts.purchase_orders order by all
"""


@pytest.mark.long
def test_another_time_zone_of_the_account_re_dates_no_promise(folder: DataFolder) -> None:
    orders = [order("instant", "OPEN", [line("mug", 1)], expected_date=INSTANT), order("day", "OPEN", [line("mug", 1)])]
    fill(folder.warehouse, {"a": orders})
    selected = ("build", "--exclude-resource-type", "test", "unit_test", "--select", "+purchase_orders")

    dbt(folder, *selected)
    versions = select(folder.warehouse, VERSIONS)
    before = select(folder.warehouse, PROMISES)
    dbt(folder, *selected, variables={**VARIABLES, "account_timezone": "America/New_York"})

    assert select(folder.warehouse, VERSIONS) == versions
    assert [tuple(row.values()) for row in before] == [("day", "10", "10", 0, 0), ("instant", "05", "05", 0, 0)]
    after = select(folder.warehouse, PROMISES)
    assert [tuple(row.values()) for row in after] == [("day", "10", "10", 0, 0), ("instant", "04", "04", 0, 0)]

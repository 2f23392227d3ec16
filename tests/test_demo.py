from __future__ import annotations

import duckdb

from inventory_planner.data_folder import DataFolder
from inventory_planner.demo import DemoReport

HEADERS_DISAGREE_WITH_LINES = """
    select purchase_order_id
    from inventory_planner.purchase_orders as orders
    left join inventory_planner.purchase_order_items as lines using (_account_id, purchase_order_id)
    group by purchase_order_id, orders.total_ordered, orders.total_received
    having orders.total_ordered <> coalesce(sum(lines.replenishment), 0)
        or orders.total_received <> coalesce(sum(lines.received), 0)
"""


def test_the_demo_loads_all_orders_and_then_only_the_changed_ones(demo_shown: tuple[DataFolder, DemoReport]) -> None:
    _, report = demo_shown

    changed = {event.order_id for event in report.events if event.kind != "deleted"}
    deleted = {event.order_id for event in report.events if event.kind == "deleted"}
    new = {event.order_id for event in report.events if event.kind == "new"}
    assert report.first.orders == 600
    assert report.second.orders == len(changed - deleted)
    assert report.second.requests == 1
    assert report.swept is not None
    assert report.swept.deleted == len(deleted - new)  # an order entered and deleted between two loads was never read


def test_the_published_headers_equal_their_lines(demo_shown: tuple[DataFolder, DemoReport]) -> None:
    folder, _ = demo_shown

    with duckdb.connect(folder.analytics, read_only=True) as connection:
        assert connection.execute(HEADERS_DISAGREE_WITH_LINES).fetchall() == []


def test_the_reports_show_good_and_bad_vendors_in_both_currencies(demo_shown: tuple[DataFolder, DemoReport]) -> None:
    _, report = demo_shown

    assert {row["currency"] for row in report.received_vs_ordered} == {"EUR", "USD"}
    assert len(report.vendors) == 12
    assert report.vendors[0]["otif_rate"] > 0.75
    assert report.vendors[-1]["otif_rate"] < 0.25
    assert report.overdue
    assert all(row["days"] > 0 and row["open_value"] > 0 for row in report.overdue)


def test_a_buyer_finds_orders_that_are_a_few_days_late(demo_shown: tuple[DataFolder, DemoReport]) -> None:
    _, report = demo_shown

    assert len([row for row in report.overdue if 1 <= row["days"] <= 30]) >= 2

from __future__ import annotations

import duckdb
import pytest

from inventory_planner.demo import DemoReport, demo
from inventory_planner.folder import Folder, data_folder

HEADERS_DISAGREE_WITH_LINES = """
    select purchase_order_id
    from inventory_planner.purchase_orders as orders
    left join inventory_planner.purchase_order_items as lines using (_account_id, purchase_order_id)
    group by purchase_order_id, orders.total_ordered, orders.total_received
    having orders.total_ordered <> coalesce(sum(lines.replenishment), 0)
        or orders.total_received <> coalesce(sum(lines.received), 0)
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Folder, DemoReport]:
    folder = data_folder(tmp_path_factory.mktemp("demo"))
    folder.warehouse.write_bytes(b"what an earlier demo left")
    return folder, demo(folder, lambda _read, _total: None)


def test_the_demo_loads_everything_and_then_only_what_changed(shown: tuple[Folder, DemoReport]) -> None:
    _, report = shown

    changed = {event.order_id for event in report.events if event.kind != "deleted"}
    deleted = {event.order_id for event in report.events if event.kind == "deleted"}
    assert report.first.orders == 600
    assert report.second.orders == len(changed - deleted)
    assert report.second.requests == 1
    assert report.swept is not None
    assert report.swept.deleted == len(deleted)


def test_what_readers_get_is_consistent_in_itself(shown: tuple[Folder, DemoReport]) -> None:
    folder, _ = shown

    with duckdb.connect(folder.analytics, read_only=True) as connection:
        assert connection.execute(HEADERS_DISAGREE_WITH_LINES).fetchall() == []


def test_the_reports_show_good_and_bad_vendors_in_both_currencies(shown: tuple[Folder, DemoReport]) -> None:
    _, report = shown

    assert {row["currency"] for row in report.received_vs_ordered} == {"EUR", "USD"}
    assert len(report.vendors) == 12
    assert report.vendors[0]["otif"] > 0.75
    assert report.vendors[-1]["otif"] < 0.25
    assert report.overdue
    assert all(row["days"] > 0 and row["open_value"] > 0 for row in report.overdue)

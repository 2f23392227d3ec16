from __future__ import annotations

from pathlib import Path

import dlt
import pytest

import oracle
from inventory_planner.settings import Settings
from inventory_planner.sync.source import inventory_planner
from inventory_planner_emulator import Account
from orders import order


@pytest.fixture
def pipeline(tmp_path: Path) -> dlt.Pipeline:
    destination = dlt.destinations.duckdb(str(tmp_path / "own.duckdb"))
    return dlt.pipeline(
        "own", destination=destination, dataset_name="inventory_planner", pipelines_dir=str(tmp_path / "dlt")
    )


def test_the_source_alone_fills_any_pipeline_and_goes_on_where_it_ended(
    account: Account, settings: Settings, pipeline: dlt.Pipeline, tmp_path: Path
) -> None:
    def run() -> None:
        source = inventory_planner(settings.api_key, settings.account_id, settings.base_url, requests_per_second=0)
        pipeline.run(source, loader_file_format="parquet")

    account.put(order("first", last_modified="2025-12-01T08:00:00+00:00"))
    account.put(order("second", last_modified="2025-12-01T09:00:00+00:00"))
    run()
    account.edit("first", items=[], total_ordered=0)
    account.requests.clear()
    run()

    oracle.assert_equal(tmp_path / "own.duckdb", account.orders())
    assert [request.params["last_modified_gte"] for request in account.requests] == ["2025-12-01T08:50:00+00:00"]


def test_all_tables_are_fed_by_one_reading(account: Account, settings: Settings, pipeline: dlt.Pipeline) -> None:
    account.put(order())

    pipeline.extract(inventory_planner(settings.api_key, settings.account_id, settings.base_url))

    assert len(account.requests) == 1


def test_the_resources_are_named_after_the_tables() -> None:
    source = inventory_planner("key", "a1", "http://127.0.0.1:1")

    assert list(source.resources.selected) == [
        "purchase_orders",
        "purchase_order_items",
        "purchase_order_receipts",
        "purchase_order_components",
        "purchase_order_connections",
        "purchase_order_stock_updates",
        "_quarantine",
    ]

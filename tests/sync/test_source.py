from __future__ import annotations

from pathlib import Path

import dlt
import pytest

import oracle
from inventory_planner.api.routes import neuro
from inventory_planner.settings import Settings
from inventory_planner.sync.source import inventory_planner
from inventory_planner_emulator import Account, RecordedRequest
from orders import minute, order, put_orders
from roads import NEURO_ORDERS, PLUGIN, TOKEN, open_neuro


@pytest.fixture
def pipeline(tmp_path: Path) -> dlt.Pipeline:
    destination = dlt.destinations.duckdb(str(tmp_path / "own.duckdb"))
    return dlt.pipeline(
        "own", destination=destination, dataset_name="inventory_planner", pipelines_dir=str(tmp_path / "dlt")
    )


def run(pipeline: dlt.Pipeline, settings: Settings, status: str | None = None) -> None:
    source = inventory_planner(
        settings.api_key,
        settings.account_id,
        settings.base_url,
        status=status,
        requests_per_second=0,
        page_size=settings.page_size,
    )
    pipeline.run(source, loader_file_format="parquet")


def test_the_source_fills_any_pipeline_and_continues_where_it_ended(
    account: Account, settings: Settings, pipeline: dlt.Pipeline, tmp_path: Path
) -> None:
    account.put(order("first", last_modified="2025-12-01T08:00:00+00:00"))
    account.put(order("second", last_modified="2025-12-01T09:00:00+00:00"))
    run(pipeline, settings)
    account.edit("first", items=[], total_ordered=0)
    account.requests.clear()
    run(pipeline, settings)

    oracle.assert_equal(tmp_path / "own.duckdb", account.orders())
    assert [request.params["last_modified_gte"] for request in account.requests] == ["2025-12-01T08:50:00+00:00"]


@pytest.mark.long
def test_with_a_status_filter_an_order_in_scope_is_followed_by_the_next_runs(
    account: Account, settings: Settings, pipeline: dlt.Pipeline, tmp_path: Path
) -> None:
    account.put(order("in", status="Open", last_modified=minute(1)))
    account.put(order("out", status="draft", last_modified=minute(2)))
    run(pipeline, settings, status="open, sent")

    account.edit("in", status="closed")
    account.edit("out", notes="still a draft")
    run(pipeline, settings, status="open, sent")

    oracle.assert_equal(tmp_path / "own.duckdb", [account.get("in")])


@pytest.mark.long  # two runs of a pipeline; test_chunks.py has the rule
def test_an_order_that_changes_while_it_is_read_is_completed_by_the_next_run(
    account: Account, settings: Settings, pipeline: dlt.Pipeline, tmp_path: Path
) -> None:
    put_orders(account)

    def edit_an_order_that_was_read(_request: RecordedRequest) -> None:
        if len(account.requests) == 2:
            account.edit("order-01", status="closed")

    account.before_answer.append(edit_an_order_that_was_read)
    run(pipeline, settings)
    account.before_answer.clear()
    run(pipeline, settings)

    oracle.assert_equal(tmp_path / "own.duckdb", account.orders())


@pytest.mark.long  # two runs of a pipeline; test_neuro.py loads through Neuro
def test_the_source_reads_through_neuro_if_it_is_told_to(
    account: Account, settings: Settings, pipeline: dlt.Pipeline, tmp_path: Path
) -> None:
    put_orders(account)
    open_neuro(account)

    for status in ("open", "closed"):
        account.edit("order-03", status=status)
        source = inventory_planner(
            TOKEN, "a1000", settings.base_url, requests_per_second=0, page_size=10, route=neuro(PLUGIN)
        )
        pipeline.run(source, loader_file_format="parquet")

    oracle.assert_equal(tmp_path / "own.duckdb", account.orders())
    assert {request.path for request in account.requests} == {NEURO_ORDERS}


def test_settings_of_neuro_in_the_environment_do_not_redirect_a_source_with_a_key(
    account: Account, settings: Settings, pipeline: dlt.Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"NEURO_URL": "http://127.0.0.1:1", "NEURO_PLUGIN": PLUGIN}.items():
        monkeypatch.setenv(f"SOURCES__INVENTORY_PLANNER__{name}", value)
    account.put(order())
    run(pipeline, settings)

    assert {request.path for request in account.requests} == {"/api/v1/purchase-orders"}


def test_one_reading_feeds_all_tables(account: Account, settings: Settings, pipeline: dlt.Pipeline) -> None:
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

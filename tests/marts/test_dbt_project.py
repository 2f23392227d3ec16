"""What holds for the dbt project as a whole: its tests, seeds, vars and documentation."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
import yaml

from dbt_runs import DbtRun, dbt, select
from filling import fill
from hand_made import ACCOUNTS, AS_OF, line, order
from inventory_planner.data_folder import DataFolder
from inventory_planner.marts.presentation import presentation_of
from inventory_planner.marts.project import mart_files, project

POLICY = {
    "as_of_date": AS_OF.isoformat(),
    "account_timezone": "America/New_York",
    "promise_basis": "current",
    "on_time_grace_days": 2,
    "early_tolerance_days": 5,
    "in_full_under_tolerance_pct": 5,
    "over_receipt_tolerance_pct": 5,
    "ignore_unreceived_after_days": 14,
    "reporting_currency": "eur",
    "scorecard_weights": {"otif": 1},
    "min_sample": 1,
}
SPOIL = """
    delete from marts.receipts where receipt_number = 2;
    insert into marts.purchase_orders from marts.purchase_orders where purchase_order_id = '3';
    create or replace view marts.received_vs_ordered as select * from marts.purchase_order_lines where sku <> 'JAR';
    update marts.open_lines set quantity_open = 0 where order_type = 'transfer';
    update marts.vendor_on_time_windows set count_otif_lines = 0;
    update marts.vendor_scorecard set fill_rate = 1.2, quantity_ordered = 1;
    delete from inventory_planner.purchase_orders where purchase_order_id = '5';
"""


# the tests of the data


def test_a_build_warns_of_errors_in_the_account_and_of_nothing_else(built: DbtRun) -> None:
    problems = {name: outcome for name, outcome in built.outcomes.items() if outcome not in {"success", "pass"}}

    assert problems == dict.fromkeys(
        (
            "assert_every_order_has_a_currency",
            "assert_every_status_is_mapped",
            "assert_order_totals_match_their_lines",
        ),
        "warn",
    )
    assert "deprecat" not in built.output.lower()


@pytest.mark.long
def test_the_data_tests_find_marts_that_were_spoiled_after_the_build(built: DbtRun, parsed_folder: DataFolder) -> None:
    shutil.copy(built.warehouse, parsed_folder.warehouse)
    with duckdb.connect(parsed_folder.warehouse) as connection:
        connection.execute(SPOIL)

    outcomes = dbt(parsed_folder, "test", "--exclude", "test_type:unit").outcomes

    assert {name for name, outcome in outcomes.items() if outcome == "fail"} == {
        "assert_incoming_stock_adds_up_to_the_open_lines",
        "assert_no_line_is_lost",
        "assert_on_time_windows_agree_with_the_scorecard",
        "assert_open_commitments_add_up_to_the_open_lines",
        "assert_receipts_sum_to_their_line",
        "assert_totals_agree_by_every_route",
        "open_lines_are_consistent",
        "purchase_orders_have_a_unique_key",
        "stg_purchase_order_items_belong_to_stg_purchase_orders",
        "vendor_scorecard_is_consistent",
    }


# seeds


@pytest.mark.long
def test_seed_files_in_the_data_folder_are_added_to_the_seeds(parsed_folder: DataFolder) -> None:
    folder = parsed_folder
    folder.seeds.mkdir()
    renamed = order("2", "OPEN", [line("mug", 4)], vendor="Acme Inc", vendor_display_name="Acme Inc")
    fill(folder.warehouse, {"a1": [order("1", "OPEN", [line("mug", 3)]), renamed]})
    (folder.seeds / "vendor_aliases.csv").write_text('vendor_id,old_vendor_id\nacme mills,"acme inc"\n')
    (folder.seeds / "exchange_rates.csv").write_bytes(
        "currency_code;valid_from;rate;note\r\nUSD;01.01.2024;0,9;ECB\r\n;;;\r\n".encode("utf-16")
    )
    (folder.seeds / "warehouse_names.csv").write_text("warehouse_id,warehouse_name\nc9_1,Hamburg\n")

    (folder.seeds / "on_time_windows.csv").write_text("window_name,early_days,grace_days\nlate,,2\nboth ways,5,2\n")
    selected = ("+purchase_orders", "on_time_windows")

    run = dbt(folder, "build", "--select", *selected, "--exclude-resource-type", "test", "unit_test")

    assert set(run.outcomes.values()) == {"success"}
    found = select(
        folder.warehouse,
        """
        select purchase_order_id, vendor_id, vendor_name, warehouse_name
        from marts.purchase_orders
        order by purchase_order_id
        """,
    )
    assert [tuple(row.values()) for row in found] == [
        ("1", "acme mills", "Acme Mills", "Hamburg"),
        ("2", "acme mills", "Acme Inc", "Hamburg"),
    ]
    rates = select(folder.warehouse, "select currency_code, valid_from, rate from seeds.exchange_rates")
    assert [tuple(row.values()) for row in rates] == [("USD", date(2024, 1, 1), Decimal("0.9"))]
    windows = select(folder.warehouse, "select window_name, early_days, grace_days from seeds.on_time_windows")
    assert [tuple(row.values()) for row in windows] == [("late", None, 2), ("both ways", 5, 2)]


# vars


@pytest.mark.long
def test_the_reports_agree_with_each_other_under_another_policy(built: DbtRun, folder: DataFolder) -> None:
    shutil.copy(built.warehouse, folder.warehouse)
    folder.seeds.mkdir()
    (folder.seeds / "exchange_rates.csv").write_text("currency_code,valid_from,rate\nUSD,2024-01-01,0.9\n")
    (folder.seeds / "on_time_windows.csv").write_text("window_name,early_days,grace_days\nas the vars,5,2\n")

    run = dbt(folder, "build", "--exclude-resource-type", "unit_test", variables=POLICY)

    assert set(run.outcomes.values()) == {"success", "pass", "warn"}
    (ignored,) = select(
        folder.warehouse, "select sum(quantity_ignored) as units from marts.vendor_months where account_id = 'h'"
    )
    assert ignored == {"units": 18 + 2 + 4 + 10}
    purses = select(
        folder.warehouse,
        """
        select value_basis, currency_code, ordered_value from marts.spend_concentration
        where spend_id = 'two purses' and period = 'all' order by all
        """,
    )
    assert [tuple(row.values()) for row in purses] == [
        ("order", "EUR", 20),
        ("order", "USD", 30),
        ("reporting", "EUR", 20 + 27),
    ]


@pytest.mark.long
def test_without_a_date_the_reports_look_from_today_in_the_time_zone_of_the_account(folder: DataFolder) -> None:
    timezone = "Pacific/Kiritimati"  # 14 hours ahead: another day than in UTC for most of the day
    before = datetime.now(ZoneInfo(timezone)).date()

    compiled = dbt(
        folder, "compile", "--quiet", "--inline", "{{ as_of_date() }}", variables={"account_timezone": timezone}
    )

    after = datetime.now(ZoneInfo(timezone)).date()
    assert compiled.output.strip() in {f"cast('{day}' as date)" for day in (before, after)}


@pytest.mark.parametrize("clock", ["current_date", "current_timestamp", "now()", "today()"])
def test_no_model_reads_the_clock(clock: str) -> None:
    readers = [path.name for path in project().rglob("models/**/*.sql") if clock in path.read_text().lower()]

    assert readers == []


# relations


def test_every_column_of_every_relation_is_documented_and_no_other(built: DbtRun) -> None:
    manifest = json.loads(built.manifest.read_text())
    documented = {
        node["relation_name"]: {name for name, column in node["columns"].items() if column["description"]}
        for node in (*manifest["nodes"].values(), *manifest["sources"].values())
        if node["description"] and node.get("relation_name")
    }
    columns = select(
        built.warehouse,
        """
        select format('"warehouse"."{}"."{}"', table_schema, table_name) as relation, list(column_name) as columns
        from information_schema.columns
        group by all
        """,
    )
    assert len(columns) > 30
    assert {row["relation"]: set(row["columns"]) for row in columns} == documented


def test_every_table_view_and_column_has_its_description_as_a_comment(built: DbtRun) -> None:
    without = select(
        built.warehouse,
        """
        select schema_name, table_name, column_name from duckdb_columns() where not internal and comment is null
        union all select schema_name, table_name, '' from duckdb_tables() where comment is null
        union all select schema_name, view_name, '' from duckdb_views() where not internal and comment is null
        """,
    )
    (key,) = select(
        built.warehouse,
        """
        select comment from duckdb_columns()
        where schema_name = 'inventory_planner' and table_name = '_syncs' and column_name = 'sync_id'
        """,
    )
    assert (without, key) == ([], {"comment": "Id of the sync"})


def test_the_first_page_of_the_documentation_links_to_every_mart() -> None:
    page = (project() / "models" / "overview.md").read_text()
    linked = re.findall(r"\[(\w+)\]\(#!/model/model\.inventory_planner\.(\w+)\)", page)
    assert sorted(linked) == [(file.stem, file.stem) for file in mart_files()]


@pytest.mark.parametrize("mart", [file.stem for file in mart_files()])
def test_the_report_of_a_mart_begins_with_columns_that_it_has_and_names_before_ids(mart: str) -> None:
    shown = presentation_of(mart)
    (model,) = yaml.safe_load((project() / "models" / "marts" / f"{mart}.yml").read_text())["models"]
    columns = {column["name"] for column in model["columns"]}
    assert shown.lead
    assert set(shown.lead) <= columns
    assert {term.removeprefix("-") for term in shown.sort} <= columns
    assert not (has_names(columns) and shown.lead[0].endswith("_id"))


def has_names(columns: set[str]) -> bool:
    return any(name.endswith(("_name", "_number")) for name in columns - {"receipt_number"})


@pytest.mark.long
def test_dbt_generates_the_documentation(built: DbtRun, parsed_folder: DataFolder) -> None:
    shutil.copy(built.warehouse, parsed_folder.warehouse)

    assert "Catalog written" in dbt(parsed_folder, "docs", "generate").output


def test_views_work_in_a_copy_of_the_file_under_another_name(built: DbtRun, tmp_path: Path) -> None:
    copy = Path(shutil.copy(built.warehouse, tmp_path / "analytics.duckdb"))

    counted = select(copy, "select count(*) as orders from staging.stg_inventory_planner__purchase_orders")

    assert counted == [{"orders": sum(len(orders) for orders in ACCOUNTS.values())}]

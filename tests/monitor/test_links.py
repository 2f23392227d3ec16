from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from inventory_planner.cli.commands import commands
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError
from inventory_planner.monitor.links import AffectedValue, check_links
from inventory_planner.warehouse.engines import engine_of

LINES = [  # an open line: its id, order type, SKU, open quantity, open value, currency
    ("fine", "po", "TEE-M", 1, 10, "EUR"),
    ("other case", "transfer", "tee-m", 1, None, "EUR"),
    ("not there", "po", "CUP", 5, 50, "EUR"),
    ("not linked", "po", "MUG", 2, 8, "USD"),
    ("nameless", "po", None, 3, 30, "EUR"),
    ("nameless, too", "po", None, 4, None, "EUR"),
    ("kit", "assembly", "KIT", 1, 1, "EUR"),
]
UNLINKED = [("not there", "removed"), ("nameless", "no_sku")]
PRODUCTS = "sku,linked\nTEE-M,yes\nMUG,no\n"


@pytest.fixture
def published(folder: DataFolder) -> DataFolder:
    """Published marts with the columns that matter here, made by hand."""
    publish(folder, UNLINKED, catalog_not_read=0)
    return folder


def publish(folder: DataFolder, unlinked: list[tuple[str, str]], catalog_not_read: int) -> None:
    with duckdb.connect(folder.analytics) as connection:
        connection.execute("""
            create schema marts;
            create table marts.open_lines (
                line varchar, order_type varchar, sku varchar, quantity_open decimal(18, 4),
                open_value decimal(38, 6), currency_code varchar
            )
        """)
        connection.executemany("insert into marts.open_lines values (?, ?, ?, ?, ?, ?)", LINES)
        connection.execute("""
            create or replace table marts.open_lines as
            select
                'a1' as account_id, line as purchase_order_line_id, line as purchase_order_id, 'PO' as
                purchase_order_number, 1 as line_number, order_type, 'Acme' as vendor_name, 'DC' as warehouse_name,
                'v' as variant_id, sku, 'Title' as title, quantity_open, open_value, currency_code,
                7 as days_since_order
            from marts.open_lines;
            create table marts.unlinked_lines as
            select *, 'x' as reason, days_since_order as days_open from marts.open_lines where false;
        """)
        for line, reason in unlinked:
            connection.execute(
                "insert into marts.unlinked_lines select *, ?, 7 from marts.open_lines where purchase_order_id = ?",
                [reason, line],
            )
        connection.execute(
            "create table marts.data_health as select 'a1' as account_id, 'catalog_not_read' as check_name,"
            f" {catalog_not_read} as count_found"
        )


def invoke(folder: DataFolder, *words: str) -> Result:
    return CliRunner().invoke(commands, ["links", "check", "--data", str(folder.root), *words], standalone_mode=False)


def test_the_catalog_alone_shows_what_the_mart_has(published: DataFolder) -> None:
    report = check_links(engine_of(published), published)

    assert [(line.purchase_order_id, line.reason, line.days_open) for line in report.lines] == [
        ("nameless", "no_sku", 7),
        ("not there", "removed", 7),
    ]
    assert report.reasons == [
        AffectedValue("no_sku", "EUR", 1, Decimal(3), Decimal(30)),
        AffectedValue("removed", "EUR", 1, Decimal(5), Decimal(50)),
    ]
    assert report.without_catalog == []


def test_a_product_list_adds_lines_without_a_linked_partner(published: DataFolder) -> None:
    """SKUs compare without case, a reason is given once, and assembly orders are not sent."""
    report = check_links(engine_of(published), published, {"tee-m": True, "mug": False})

    assert [(line.purchase_order_id, line.reason) for line in report.lines] == [
        ("nameless", "no_sku"),
        ("nameless, too", "no_sku"),
        ("not there", "not_in_product_list"),
        ("not linked", "not_linked"),
        ("not there", "removed"),
    ]
    assert report.reasons[0] == AffectedValue("no_sku", "EUR", 2, Decimal(7), Decimal(30))


def test_the_command_fails_if_it_lists_any_line(published: DataFolder, tmp_path: Path) -> None:
    products = tmp_path / "products.csv"
    products.write_text(PRODUCTS)

    listed = invoke(published, "--products", str(products))
    as_json = invoke(published, "--products", str(products), "--json")

    assert (listed.exit_code, as_json.exit_code) == (1, 1)
    assert "not_linked" in listed.stdout
    found = json.loads(as_json.stdout)
    assert [line["reason"] for line in found["lines"]] == [
        "no_sku",
        "no_sku",
        "not_in_product_list",
        "not_linked",
        "removed",
    ]
    assert found["reasons"][0] == {
        "reason": "no_sku",
        "currency_code": "EUR",
        "lines": 2,
        "quantity_open": 7,
        "open_value": 30,
    }


def test_the_command_succeeds_if_there_is_nothing_to_list(folder: DataFolder) -> None:
    publish(folder, [], catalog_not_read=0)

    result = invoke(folder)

    assert (result.exit_code, result.stdout, result.stderr) == (0, "No unlinked open lines found.\n", "")


def test_an_account_whose_catalog_was_never_read_is_named(folder: DataFolder) -> None:
    publish(folder, [], catalog_not_read=1)

    result = invoke(folder, "--json")

    assert "The catalog of account a1 has not been read yet" in result.stderr
    assert json.loads(result.stdout) == {"lines": [], "reasons": [], "without_catalog": ["a1"]}


def test_a_bad_product_list_and_a_missing_publication_are_errors(
    folder: DataFolder, published: DataFolder, tmp_path: Path
) -> None:
    products = tmp_path / "products.csv"
    products.write_text("code\nA\n")

    assert isinstance(invoke(published, "--products", str(products)).exception, ConfigurationError)
    folder.analytics.unlink()
    assert isinstance(invoke(folder).exception, ConfigurationError)

"""From the account's catalog to the list of lines that a warehouse can't match."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dbt_runs import select
from inventory_planner.cli.commands import commands
from inventory_planner.data_folder import DataFolder
from inventory_planner.run import run
from inventory_planner.sync.load import Job
from inventory_planner_emulator import Account
from orders import line, order

VARIABLES = {"as_of_date": "2026-01-21"}  # after what the emulator stamps


@pytest.fixture
def folder(parsed_folder: DataFolder) -> DataFolder:
    return parsed_folder


def put(account: Account, order_id: str, variant_id: str, sku: str | None, **fields: object) -> None:
    items = [line(variant_id, sku=sku, replenishment=10, cost_price=2)]
    account.put(order(order_id, reference=order_id, items=items, created_date="2026-01-01", **fields))


@pytest.mark.long
def test_lines_that_no_system_can_match_are_found_by_catalog_and_by_product_list(
    account: Account, job: Job, folder: DataFolder, tmp_path: Path
) -> None:
    put(account, "linked", "v1", "TEE ")
    put(account, "gone", "v2", "CUP")
    put(account, "removed", "v3", "MUG")
    put(account, "nameless", "v4", "", type="transfer", source_type="warehouse", source_warehouse="c9_2")
    put(account, "shared", "v5", "JAR")
    put(account, "elsewhere", "v6", "POT")
    put(account, "draft", "v2", "CUP", status="draft")
    account.delete_variant("v2")
    account.put_variant("v3", removed=True)
    account.put_variant("never ordered", sku="jar")
    products = tmp_path / "products.csv"
    products.write_text("sku;linked\ntee;yes\nMUG;yes\nJAR;yes\nPOT;no\n")

    assert run(job, VARIABLES).is_published
    catalog_only = check(folder)
    with_products = check(folder, "--products", str(products))

    assert catalog_only == [
        ("nameless", "no_sku", 10, 20, 20),
        ("gone", "not_in_catalog", 10, 20, 20),
        ("removed", "removed", 10, 20, 20),
        ("shared", "shared_sku", 10, 20, 20),
    ]
    assert with_products == [
        *catalog_only[:2],
        ("gone", "not_in_product_list", 10, 20, 20),
        ("elsewhere", "not_linked", 10, 20, 20),
        *catalog_only[2:],
    ]
    reported = select(
        folder.analytics,
        """
        select purchase_order_id, value_at_stake from marts.exceptions
        where exception_rule = 'unlinked_line' order by purchase_order_id
        """,
    )
    assert [tuple(row.values()) for row in reported] == [
        ("gone", 20),
        ("nameless", 20),
        ("removed", 20),
        ("shared", 20),
    ]
    checked = select(
        folder.analytics,
        "select count_checked, count_found from marts.data_health where check_name = 'catalog_not_read'",
    )
    assert checked == [{"count_checked": 1, "count_found": 0}]


def check(folder: DataFolder, *words: str) -> list[tuple[object, ...]]:
    command = ["links", "check", "--data", str(folder.root), "--json", *words]
    result = CliRunner().invoke(commands, command, standalone_mode=False)
    assert (result.exit_code, result.stderr) == (1, "")
    names = ("purchase_order_id", "reason", "quantity_open", "open_value", "days_open")
    return [tuple(line[name] for name in names) for line in json.loads(result.stdout)["lines"]]

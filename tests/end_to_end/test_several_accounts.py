"""Two accounts with the same order ids, vendors and SKUs in one warehouse: each has the marts that it has alone."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click import Context
from click.testing import CliRunner

from compare_marts import quoted, tables_of
from filling import fill_marts
from inventory_planner.cli.commands import commands
from inventory_planner.data_folder import DataFolder, data_folder
from inventory_planner.errors import RefusedError
from inventory_planner.marts.build import run_any_dbt
from inventory_planner.run import run_all
from inventory_planner.sync.account_client import open_client
from inventory_planner.sync.load import Job
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner_emulator import Account, serve
from orders import ORDER_ID, order
from two_accounts import KEYS, OWN, policy_of, served_accounts

BUILD = ("build", "--exclude-resource-type", "unit_test", "test")  # the joint build has run the tests
TODAY = datetime.now(UTC).date()
AS_OF = {"as_of_date": TODAY.isoformat()}
HEADERS = {
    "exchange_rates": "currency_code,valid_from,rate",
    "vendor_aliases": "old_vendor_id,vendor_id,vendor_name",
    "warehouse_names": "warehouse_id,warehouse_name",
    "order_statuses": "status,status_type",
    "on_time_windows": "window_name,early_days,grace_days",
}


def write_seeds(folder: DataFolder, names: list[str], *, has_accounts: bool) -> None:
    """The seed files of these accounts; of one alone, its rows are for all accounts."""
    folder.seeds.mkdir(parents=True, exist_ok=True)
    for seed, header in HEADERS.items():
        rows = [
            f"{row},{OWN[name].account_id}" if has_accounts else row for name in names for row in OWN[name].seeds[seed]
        ]
        if not has_accounts and seed == "on_time_windows":  # which would replace the project's own rows
            rows += ["0 days late,,0", "1 day late,,1", "3 days late,,3", "7 days late,,7", "14 days late,,14"]
            rows += ["21 days late,,21", "7 days early or late,7,7"]
        text = "\n".join([f"{header},account_id" if has_accounts else header, *rows])
        (folder.seeds / f"{seed}.csv").write_text(f"{text}\n")


def keep_only(account_id: str, warehouse: Path) -> None:
    """Delete the other accounts from the raw tables and the snapshots."""
    with duckdb.connect(warehouse) as connection:
        tables = connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
            " where table_schema in ('inventory_planner', 'snapshots') and column_name in ('_account_id', 'account_id')"
        ).fetchall()
        for schema, table, column in tables:
            connection.execute(f'delete from {schema}."{table}" where {column} <> ?', [account_id])


def differences(joint: Path, alone: Path, account_id: str) -> dict[str, Any]:
    """By mart, how many rows of the account only one side has."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{joint}' as before (read_only); attach '{alone}' as after (read_only)")
        before, after = (tables_of(connection, name, ("marts", "snapshots")) for name in ("before", "after"))
        assert before == after
        found = {}
        for table, columns in before.items():
            where = f"where account_id = '{account_id}'" if "account_id" in columns else ""
            here, there = (f"select {quoted(columns)} from {side}.{table} {where}" for side in ("before", "after"))
            counts = [len(connection.sql(f"({one}) except all ({two})")) for one, two in ((here, there), (there, here))]
            if any(counts):
                found[table] = (*counts, *_columns_that_differ(connection, table, columns, where))
        return found


def _columns_that_differ(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], where: str
) -> list[str]:
    return [
        column
        for column in columns
        if len(
            connection.sql(
                f"(select {quoted([column])} from before.{table} {where})"
                f" except all (select {quoted([column])} from after.{table} {where})"
            )
        )
    ]


def test_an_account_that_fails_does_not_stop_the_others_and_a_change_needs_an_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory_planner.marts.faulty_orders.run_dbt", fill_marts)
    monkeypatch.setenv("INVENTORY_PLANNER_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    eu, us = (Account([order()], account_id=own.account_id, api_key=KEYS[name]) for name, own in OWN.items())
    with serve(eu) as eu_server, serve(us) as us_server:
        for name, account, server in (("EU", eu, eu_server), ("US", us, us_server)):
            for key, value in {"ACCOUNT_ID": account.account_id, "API_KEY": KEYS["us"], "BASE_URL": server.url}.items():
                monkeypatch.setenv(f"SOURCES__INVENTORY_PLANNER__ACCOUNTS__{name}__{key}", value)
        monkeypatch.setenv("SOURCES__INVENTORY_PLANNER__ACCOUNTS", "eu,us")

        ran = CliRunner().invoke(commands, ["run"])
        statuses = json.loads(CliRunner().invoke(commands, ["status", "--json"]).output)
        unnamed, unknown, closed = (
            CliRunner().invoke(commands, ["orders", "close", "1042", "--yes", *option])
            for option in ([], ["--account", "uk"], ["--account", "us"])
        )

    assert isinstance(ran.exception, RefusedError)  # exit status 77
    assert str(ran.exception) == "Not everything succeeded in account eu (a1000); the errors are above."
    assert "ERROR Account eu (a1000): " in ran.output
    assert [(each["account_id"], each["outcome"]) for each in statuses["accounts"]] == [
        ("a1000", "failed"),
        ("a2000", "succeeded"),
    ]
    assert statuses["published_at"]
    assert str(unnamed.exception) == "Several accounts are configured (eu, us). Choose one with --account."
    assert str(unknown.exception) == "No account 'uk' is configured. The accounts are eu, us."
    assert (closed.exit_code, eu.get(ORDER_ID)["status"], us.get(ORDER_ID)["status"]) == (0, "open", "closed")


def test_the_shell_completes_the_names_of_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__INVENTORY_PLANNER__ACCOUNTS", "eu,us,uk")
    (option,) = (each for each in commands.commands["run"].params if each.name == "account_name")
    context = Context(commands.commands["run"], resilient_parsing=True)
    assert [each.value for each in option.shell_complete(context, "u")] == ["us", "uk"]


@pytest.mark.long
def test_the_marts_of_each_account_are_those_that_it_has_alone(tmp_path: Path) -> None:
    joint = data_folder(tmp_path / "joint")
    write_seeds(joint, [*OWN], has_accounts=True)
    accounts = {own.account_id: {"name": name, **policy_of(name)} for name, own in OWN.items()}
    with served_accounts(TODAY) as served, ExitStack() as clients:
        warehouse = Warehouse(engine_of(joint), joint)
        jobs = [
            Job(clients.enter_context(open_client(settings)), settings, warehouse) for _, settings in served.values()
        ]
        reports = run_all(jobs, {**AS_OF, "accounts": accounts})
        warehouse.close()
    assert [(each.synced.orders, each.is_published) for each in reports] == [
        (600, True),
        (reports[1].synced.orders, True),
    ]

    for name, own in OWN.items():
        alone = data_folder(tmp_path / name)
        write_seeds(alone, [name], has_accounts=False)
        shutil.copy(joint.warehouse, alone.warehouse)
        keep_only(own.account_id, alone.warehouse)
        warehouse = Warehouse(engine_of(alone), alone)
        run_any_dbt(warehouse, {**AS_OF, **policy_of(name), "accounts": {own.account_id: {"name": name}}}, BUILD)
        assert differences(joint.warehouse, alone.warehouse, own.account_id) == {}

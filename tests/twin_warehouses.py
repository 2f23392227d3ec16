"""The same accounts in two engines, loaded and built side by side, and what differs between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hand_made import HAND_MADE, OTHER_ACCOUNT, PAYABLES, line, order
from inventory_planner.api.client import Client
from inventory_planner.data_folder import DataFolder
from inventory_planner.marts.build import build_and_publish
from inventory_planner.marts.dbt import run_dbt
from inventory_planner.settings import Settings
from inventory_planner.sync.catalog import load_catalog_if_due
from inventory_planner.sync.load import Job, load
from inventory_planner.sync.sweep import sweep
from inventory_planner.warehouse.engine import Engine
from inventory_planner.warehouse.engines import duckdb_of, postgres_of
from inventory_planner.warehouse.local_copy import copy_tables
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner_emulator import Account, Server, demo_account, live_a_day
from orders import API_KEY

TODAY = datetime.now(UTC).date()
FIRST_DAY = TODAY - timedelta(days=1)
VARIABLES = {
    "account_timezone": "America/New_York",
    "date_format": "%d/%m/%Y",
    "reporting_currency": "EUR",
    "on_time_grace_days": 1,
}
WITHOUT_TESTS = ("build", "--exclude-resource-type", "test", "unit_test", "--no-write-json")
# What a run stamps with its own clock, and what comes of that: only whether it is there can be the same in both.
STAMPED = {"synced_at", "deleted_at", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to", "dbt_scd_id"}
DATES = (
    *("2024-05-31", "31/05/2024", "2024/5/31", "2024-02-30", "soon", "", "9999-12-31", "2024-13-01", "31-05-2024"),
    *("2024-05-31T22:30:00+00:00", "2024-05-31 03:30:00+0530", "2024-05-31T23:30Z", "2024-05-31T10:00:00"),
    *("Fri, 31 May 2024 22:30:00 GMT", "31 May 2024 02:30:00 +0200", "Fri, 31 Foo 2024 22:30:00 GMT"),
    *("2024-05-31T25:30:00Z", "  2024-05-31  ", "2024-05-31x", "12024-05-31", "1/6/2024", "0/6/2024"),
)
CUSTOM_FIELDS = (
    *({"Buyer": "Ann", "n": 1}, [{"name": " buyer ", "value": "Ben"}], [{"field": "BUYER", "value": 7}]),
    *("buyer=Cleo", "x=1; buyer=Di, Eve; y=2", ["a=b", "buyer=Flo=1"], "buyer", "[1, 2", {"buyer": None}),
    *({"buyer": {"id": 1}}, [{"name": "buyer"}], "\u00a0buyer = Gus\n"),
)
ODD = [
    *(
        order(f"dated {number}", "OPEN", [line("mug", 10, {"2024-06-02": 3})], expected_date=text)
        for number, text in enumerate(DATES)
    ),
    *(
        order(f"fields {number}", "OPEN", [line("cup", 5)], custom_fields=fields)
        for number, fields in enumerate(CUSTOM_FIELDS)
    ),
    order("e\u0301 composed", "OPEN", [line("jar", 1)], vendor="cafe\u0301", vendor_display_name="\u200bCafe\u0301\t"),
]


class Twins:
    """Accounts, and a warehouse of each engine that reads them."""

    def __init__(self, server: Server, root: Path) -> None:
        self.server = server
        self.accounts = [
            demo_account(FIRST_DAY),
            Account([*HAND_MADE, *PAYABLES, *ODD], account_id="a2000"),
            Account(OTHER_ACCOUNT, account_id="a3000"),
        ]
        for account in self.accounts:
            account.api_key = API_KEY
        self.engines: tuple[Engine, Engine] = (
            duckdb_of(DataFolder(root / "duckdb")),
            postgres_of(DataFolder(root / "postgres")),
        )
        for engine in self.engines:
            engine.folder.root.mkdir()  # type: ignore[attr-defined]

    def change(self) -> None:
        """Let a day of business happen to the first account, and change orders of the second."""
        first, second, _ = self.accounts
        live_a_day(first, FIRST_DAY)
        orders = {each["id"]: each for each in second.orders()}
        second.save({**orders["redated"], "expected_date": "2024-07-20"})
        second.save({**orders["reopened"], "status": "OPEN"})
        second.save({**orders["shortened"], "items": orders["shortened"]["items"][:1]})
        second.save(order("new", "OPEN", [line("mug", 10)], currency="usd", expected_date="03/07/2024"))
        second.delete("deleted")

    def load(self, engine: Engine) -> Warehouse:
        """Load and sweep each account, and its catalog."""
        warehouse = Warehouse(engine, engine.folder)  # type: ignore[attr-defined]
        for account in self.accounts:
            self.server.account = account
            settings = Settings(API_KEY, account.account_id, self.server.url, requests_per_second=0)
            with Client(settings.base_url, API_KEY, account.account_id, 0) as client:
                job = Job(client, settings, warehouse)
                load(job)
                sweep(job, force=True)
                load_catalog_if_due(job, datetime.now(UTC))
        return warehouse

    def build(self, as_of: date, *, testing: bool) -> None:
        """Load both warehouses and build their marts; dbt's tests only run on the second."""
        variables = {**VARIABLES, "as_of_date": as_of.isoformat()}
        for engine in self.engines:
            warehouse = self.load(engine)
            with pytest.MonkeyPatch.context() as patch:
                if engine is self.engines[0] or not testing:
                    patch.setattr("inventory_planner.marts.faulty_orders.run_dbt", _without_tests)
                build_and_publish(warehouse, variables)
            warehouse.close()

    def differences(self, file: Path, marts: str = "marts") -> dict[str, str]:
        """The columns of each mart and snapshot that differ, and how; empty if all rows are the same, both ways."""
        first, second = self.engines
        with closing(postgres_of(second.folder).server.connect_for_reading()) as connection:  # type: ignore[attr-defined]
            file.unlink(missing_ok=True)
            copy_tables(connection, {"marts": marts, "snapshots": "snapshots"}, file, second.catalog_query)
        with duckdb.connect() as both:
            both.execute(f"attach '{first.name}' as one (read_only); attach '{file}' as two (read_only)")
            tables, others = (_tables(both, name) for name in ("one", "two"))
            if tables.keys() != others.keys():
                return {"tables": str(tables.keys() ^ others.keys())}
            found = {name: _difference(both, name, columns, others[name]) for name, columns in tables.items()}
        return {name: text for name, text in found.items() if text}


def _without_tests(warehouse: Warehouse, variables: Mapping[str, Any], _: Sequence[str] = ()) -> str:
    return run_dbt(warehouse, variables, WITHOUT_TESTS)


def _tables(connection: duckdb.DuckDBPyConnection, catalog: str) -> dict[str, dict[str, str]]:
    found = connection.execute(
        "select table_schema || '.' || table_name, column_name, data_type from information_schema.columns"
        " where table_catalog = ? and table_schema in ('marts', 'snapshots') order by 1, ordinal_position",
        [catalog],
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in found:
        tables.setdefault(table, {})[column] = kind
    return tables


def _difference(
    connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], others: dict[str, str]
) -> str:
    if columns.keys() != others.keys():
        return f"has other columns: {columns.keys() ^ others.keys()}"
    if table.startswith("marts.") and columns != others:
        return f"has other types: {set(columns.items()) ^ set(others.items())}"
    different = {name: rows for name, rows in _unequal(connection, table, columns).items() if rows}
    whole = _rows_of_one(connection, table, list(map(_comparable, columns.items())))
    return f"{whole} rows differ: {different}" if whole or different else ""


def _unequal(connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]) -> dict[str, int]:
    return {name: _rows_of_one(connection, table, [_comparable((name, kind))]) for name, kind in columns.items()}


def _rows_of_one(connection: duckdb.DuckDBPyConnection, table: str, values: list[str]) -> int:
    """How many rows only one of the two has."""
    one, two = (f"select {', '.join(values)} from {name}.{table}" for name in ("one", "two"))
    query = f"select count(*) from (({one} except all {two}) union all ({two} except all {one}))"
    ((count,),) = connection.execute(query).fetchall()
    return int(count)


def _comparable(column: tuple[str, str]) -> str:
    """A column's value as text, of a double its first nine digits."""
    name, kind = column
    if name in STAMPED:
        return f"{name} is null"
    if kind == "DOUBLE":
        return f"printf('%.9g', {name})"
    return f"cast(cast({name} as decimal(38, 9)) as varchar)" if kind.startswith("DECIMAL") else f"{name}::varchar"

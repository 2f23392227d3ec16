from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from inventory_planner.cli.commands import commands
from inventory_planner.marts.build import run_any_dbt
from inventory_planner.warehouse.build_record import record_build
from inventory_planner.warehouse.local_copy import refresh_local_copy
from inventory_planner.warehouse.postgres import Postgres
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner_dashboard.published import attach
from inventory_planner_emulator import Server
from postgres_readers import TABLES, reports_of, start_readers
from twin_warehouses import FIRST_DAY, VARIABLES, Twins

pytestmark = pytest.mark.long

PUBLISHED = 8  # builds


def test_every_mart_and_snapshot_is_the_same_as_in_duckdb(
    postgres: str, served: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In three states: the first load; orders changed, shortened, deleted and added; and the day after."""
    assert postgres
    twins, file = Twins(served, tmp_path), tmp_path / "copy.duckdb"

    twins.build(FIRST_DAY, testing=True)
    assert twins.differences(file, "marts_1") == {}

    twins.change()
    twins.build(FIRST_DAY, testing=False)
    assert twins.differences(file, "marts_2") == {}

    twins.build(FIRST_DAY + timedelta(days=1), testing=False)
    assert twins.differences(file) == {}

    _, engine = twins.engines
    assert isinstance(engine, Postgres)
    warehouse = Warehouse(engine, engine.folder)
    variables = {**VARIABLES, "as_of_date": (FIRST_DAY + timedelta(days=1)).isoformat()}
    run_any_dbt(warehouse, variables, ["run", "--select", "int_vendor_orders+"])
    assert twins.differences(file, engine.build_schema) == {}
    warehouse.close()

    assert refresh_local_copy(engine)
    assert not refresh_local_copy(engine)
    assert attach(engine.folder.analytics).as_of == FIRST_DAY + timedelta(days=1)
    reports = []
    for each in twins.engines:
        monkeypatch.setenv("INVENTORY_PLANNER_WAREHOUSE", "postgres" if each is engine else "duckdb")
        words = ["report", "open_lines", "--json", "--data", str(each.folder.root)]  # type: ignore[attr-defined]
        reports.append(json.loads(CliRunner().invoke(commands, words, catch_exceptions=False).stdout))
    assert reports[0]
    assert reports[0] == reports[1]


def build(warehouse: Warehouse, number: int) -> None:
    """Build marts that have this number; each other build has one more column."""
    for schema in ("inventory_planner", "marts_build"):
        warehouse.execute(f"create schema if not exists {schema}")
    for name in TABLES:
        more = ", 1 as more" if number % 2 else ""
        warehouse.execute(f"drop view if exists marts_build.{name}")
        warehouse.execute(f"create table marts_build.{name} as select {number} as number{more}")
    record_build(warehouse, {"number": number})
    warehouse.close()


def test_readers_in_several_processes_see_no_error_and_no_mixed_state(postgres: str, warehouse: Warehouse) -> None:
    build(warehouse, 0)
    warehouse.engine.publish()
    pipes = start_readers(postgres)
    for number in range(1, PUBLISHED):
        build(warehouse, number)
        warehouse.engine.publish()
    reports = reports_of(pipes)

    assert [report.error for report in reports] == [None] * len(reports)
    for report in reports:
        assert report.reads > PUBLISHED
        assert report.seen == sorted(report.seen)
        assert report.seen[-1] == PUBLISHED - 1

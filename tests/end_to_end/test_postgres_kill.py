from __future__ import annotations

import signal
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

import oracle
from inventory_planner.data_folder import data_folder
from inventory_planner.settings import Settings
from inventory_planner.warehouse.build_record import read_build, read_published_build
from inventory_planner.warehouse.engines import postgres_of
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner_emulator import Account
from killing import PAGE_SIZE, KillPoint, exit_status, load_and_publish
from raw_tables import raw_tables
from readers import change

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL"),
]

BEFORE, AFTER = 5, 15  # orders
KILLED = -signal.SIGKILL
STEPS = {
    "the copy of the first table": KillPoint("^run$"),
    "the copy of the third table": KillPoint("^run$", 3),
    "a statement of a merge": KillPoint("^execute_query .*DELETE FROM", 2),
    "the commit of a merge": KillPoint("^commit_transaction"),
    "the end of a package": KillPoint('^execute_query .*INSERT INTO "inventory_planner"."_dlt_loads"'),
    "the build record": KillPoint("^execute .*insert into inventory_planner._build_record"),
    "the new name of the schema": KillPoint("^execute .*alter schema marts_build"),
    "a view": KillPoint("^execute .*create or replace view"),
    "the name of the build": KillPoint("^execute .*insert into inventory_planner._published"),
    "the end of the publishing": KillPoint("^execute b.commit"),
    "what is dropped after it": KillPoint("^execute .*drop schema marts_"),
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, page_size=PAGE_SIZE)


@pytest.mark.parametrize("kill_point", STEPS.values(), ids=STEPS)
def test_a_run_killed_before_any_step_is_made_up_for_by_the_next(
    kill_point: KillPoint, postgres: str, account: Account, settings: Settings, tmp_path: Path
) -> None:
    folder = data_folder(tmp_path / "data")
    for generation in (1, 2):  # publishing the third build drops the first
        change(account, generation, BEFORE)
        assert exit_status(load_and_publish, settings, folder) == 0
    before = published(postgres)
    change(account, 3, AFTER)
    assert exit_status(load_and_publish, settings, folder, kill_point) == KILLED
    assert published(postgres) in {before, AFTER}

    assert exit_status(load_and_publish, settings, folder) == 0
    assert published(postgres) == AFTER
    engine = postgres_of(folder)
    oracle.assert_equal(raw_tables(engine, folder), account.orders())
    warehouse = Warehouse(engine, folder)
    assert read_build(warehouse) == read_published_build(engine)
    warehouse.close()


def published(url: str) -> int:
    """How many orders people see."""
    with psycopg.connect(url) as connection:
        found = connection.execute("select count(*) from marts.purchase_orders").fetchone()
    assert found
    return int(found[0])

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from dbt_runs import DbtRun, dbt, folder_at
from filling import fill
from hand_made import CHANGES, HAND_MADE, ORDERS, OTHER_ACCOUNT
from inventory_planner.data_folder import DataFolder

BUILD = ("build", "--exclude-resource-type", "test", "unit_test", "--select")

Build = Callable[[DataFolder], DbtRun]
BuildOnce = Callable[[str, Build], DbtRun]


@pytest.fixture(scope="session")
def build_once(shared: Path, parsed_place: Path) -> BuildOnce:
    """Builds an account once for all processes of the test run; its warehouse is for reading only."""

    def build_named(name: str, build: Build) -> DbtRun:
        kept, manifest, pickled = (shared / f"{name}.{suffix}" for suffix in ("duckdb", "json", "pickle"))
        with FileLock(shared / f"{name}.lock"):
            if not pickled.exists():
                with folder_at(parsed_place) as folder:
                    run = build(folder)
                    shutil.copy(run.warehouse, kept)
                    shutil.copy(run.manifest, manifest)
                pickled.write_bytes(pickle.dumps(DbtRun(kept, manifest, run.outcomes, run.output)))
        found: DbtRun = pickle.loads(pickled.read_bytes())  # noqa: S301 (our own)
        return found

    return build_named


@pytest.fixture(scope="session")
def built(build_once: BuildOnce) -> DbtRun:
    """Two accounts, filled and built with all tests of the data; order 9 was deleted from its account."""

    def build(folder: DataFolder) -> DbtRun:
        fill(folder.warehouse, {"a1": ORDERS, "a2": OTHER_ACCOUNT})
        with duckdb.connect(folder.warehouse) as connection:
            connection.execute("update inventory_planner.purchase_orders set _deleted_at = now() where vendor = 'gone'")
        return dbt(folder, "build", "--exclude-resource-type", "unit_test")

    return build_once("built", build)


@pytest.fixture(scope="session")
def hand_made(build_once: BuildOnce) -> Path:
    """An account of one case for each order, built twice on a machine far from UTC; some orders changed in between."""

    def build(folder: DataFolder) -> DbtRun:
        fill(folder.warehouse, {"h": HAND_MADE})
        dbt(folder, *BUILD, "+purchase_order_snapshots", "+purchase_order_line_snapshots")
        with duckdb.connect(folder.warehouse) as connection:
            connection.execute(CHANGES)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TZ", "Pacific/Kiritimati")
            return dbt(folder, *BUILD, "+vendor_scorecard", "+data_health")

    run = build_once("hand_made", build)
    assert set(run.outcomes.values()) == {"success"}, run.output
    return run.warehouse

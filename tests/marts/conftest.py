from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from dbt_runs import DbtRun, dbt, folder_at
from filling import fill
from hand_made import ACCOUNTS, CHANGES
from inventory_planner.data_folder import DataFolder

SNAPSHOTS = (
    *("build", "--exclude-resource-type", "test", "unit_test"),
    *("--select", "+purchase_order_snapshots", "+purchase_order_line_snapshots"),
)


@pytest.fixture(scope="session")
def built(shared: Path, parsed_place: Path) -> DbtRun:
    """Accounts made by hand, built once for all processes of the test run; for reading only."""
    kept, manifest, pickled = (shared / f"built.{suffix}" for suffix in ("duckdb", "json", "pickle"))
    with FileLock(shared / "built.lock"):
        if not pickled.exists():
            with folder_at(parsed_place) as folder:
                run = _build(folder)
                shutil.copy(run.warehouse, kept)
                shutil.copy(run.manifest, manifest)
            pickled.write_bytes(pickle.dumps(DbtRun(kept, manifest, run.outcomes, run.output)))
    found: DbtRun = pickle.loads(pickled.read_bytes())  # noqa: S301 (our own)
    return found


def _build(folder: DataFolder) -> DbtRun:
    """Build twice, the second time on a machine far from UTC; some orders changed in between."""
    fill(folder.warehouse, ACCOUNTS)
    dbt(folder, *SNAPSHOTS)
    with duckdb.connect(folder.warehouse) as connection:
        connection.execute(CHANGES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Pacific/Kiritimati")
        return dbt(folder, "build", "--exclude-resource-type", "unit_test")

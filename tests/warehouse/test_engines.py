from __future__ import annotations

import pytest

from inventory_planner.data_folder import DataFolder
from inventory_planner.warehouse.duckdb import MEMORY_LIMIT, DuckDb
from inventory_planner.warehouse.engines import engine_of


@pytest.mark.parametrize(("value", "limit"), [(None, MEMORY_LIMIT), ("", MEMORY_LIMIT), ("1GB", "1GB")])
def test_the_environment_sets_the_memory_limit_of_duckdb(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, value: str | None, limit: str
) -> None:
    monkeypatch.delenv("INVENTORY_PLANNER_MEMORY_LIMIT", raising=False)
    if value is not None:
        monkeypatch.setenv("INVENTORY_PLANNER_MEMORY_LIMIT", value)
    assert engine_of(folder) == DuckDb(folder, limit)

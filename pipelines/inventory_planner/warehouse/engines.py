"""Which engine a data folder uses."""

from __future__ import annotations

import os

from inventory_planner.data_folder import DataFolder
from inventory_planner.warehouse.duckdb import MEMORY_LIMIT, MEMORY_LIMIT_VARIABLE, DuckDb
from inventory_planner.warehouse.engine import Engine


def engine_of(folder: DataFolder) -> Engine:
    """DuckDB, with the memory limit of the environment if one is set."""
    return DuckDb(folder, os.environ.get(MEMORY_LIMIT_VARIABLE) or MEMORY_LIMIT)

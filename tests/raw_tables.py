"""The raw tables of a warehouse in a DuckDB file, wherever the warehouse is."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from inventory_planner.data_folder import DataFolder
from inventory_planner.warehouse.engine import Engine
from inventory_planner.warehouse.local_copy import copy_tables
from inventory_planner.warehouse.postgres import Postgres
from inventory_planner.warehouse.table import SCHEMA


def raw_tables(engine: Engine, folder: DataFolder) -> Path:
    """The warehouse's own file, or a copy of what PostgreSQL holds."""
    if not isinstance(engine, Postgres):
        return folder.warehouse
    file = folder.root / "raw.duckdb"
    file.unlink(missing_ok=True)
    with closing(engine.server.connect_for_reading()) as connection:
        copy_tables(connection, {SCHEMA: SCHEMA}, file, engine.catalog_query)
    return file

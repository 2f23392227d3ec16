"""Which engine a data folder uses."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError
from inventory_planner.warehouse.duckdb import MEMORY_LIMIT, MEMORY_LIMIT_VARIABLE, DuckDb
from inventory_planner.warehouse.engine import Engine

if TYPE_CHECKING:
    from inventory_planner.warehouse.postgres import Postgres

VARIABLE: Final = "INVENTORY_PLANNER_WAREHOUSE"
DUCKDB, POSTGRES = "duckdb", "postgres"


def engine_of(folder: DataFolder) -> Engine:
    """The engine that the environment names: DuckDB in the folder, or PostgreSQL with dlt's credentials.

    Raises:
        ConfigurationError: there is no such engine, or something that it needs is missing.
    """
    name = os.environ.get(VARIABLE, "").strip().lower() or DUCKDB
    if name == DUCKDB:
        return duckdb_of(folder)
    if name == POSTGRES:
        return postgres_of(folder)
    raise ConfigurationError(f"{VARIABLE} is {name!r}; it must be {DUCKDB} or {POSTGRES}.")


def is_shared() -> bool:
    """Whether the environment names an engine that other machines use too."""
    return os.environ.get(VARIABLE, "").strip().lower() not in {"", DUCKDB}


def postgres_of(folder: DataFolder) -> Postgres:
    """PostgreSQL with dlt's credentials.

    Raises:
        ConfigurationError: a package or the credentials are missing.
    """
    missing = [name for name in ("psycopg", "adbc_driver_postgresql", "dbt.adapters.postgres") if not _is_there(name)]
    if missing:
        raise ConfigurationError(
            f"PostgreSQL needs more packages ({', '.join(missing)} can't be imported). Install them:"
            " pip install 'inventory-planner[postgres]'"
        )
    from inventory_planner.warehouse.postgres import Postgres  # noqa: PLC0415 (an account in DuckDB does without it)
    from inventory_planner.warehouse.postgres_connection import server_of_settings  # noqa: PLC0415

    return Postgres(folder, server_of_settings())


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package around it
        return False


def duckdb_of(folder: DataFolder) -> DuckDb:
    """DuckDB, with the memory limit of the environment if one is set."""
    return DuckDb(folder, os.environ.get(MEMORY_LIMIT_VARIABLE) or MEMORY_LIMIT)

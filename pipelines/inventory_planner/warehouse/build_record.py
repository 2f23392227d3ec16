"""The build record: one row with what the marts were built from. It is copied with the published marts.

Without this row, the marts are out of date or their last build failed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from inventory_planner.errors import LoadError
from inventory_planner.warehouse.engine import Connection, Engine
from inventory_planner.warehouse.table import SCHEMA
from inventory_planner.warehouse.warehouse import Warehouse

BUILD_RECORD: Final = f"{SCHEMA}._build_record"

_CREATE: Final = f"create table if not exists {BUILD_RECORD} (built_at timestamp with time zone, built_from varchar)"
_SELECT: Final = f"select built_at, built_from from {BUILD_RECORD}"


@dataclass(frozen=True, slots=True)
class BuildRecord:
    """When the marts were built (UTC), and from what: versions, dbt vars and seed files, as JSON."""

    built_at: datetime
    built_from: str


def invalidate_build(warehouse: Warehouse) -> None:
    """Delete the build record, before the raw tables or the marts change."""
    if warehouse.engine.exists():
        _create(warehouse)
        warehouse.execute(f"delete from {BUILD_RECORD}")


def record_build(warehouse: Warehouse, built_from: Mapping[str, Any]) -> None:
    """Record that the marts were built and passed their tests."""
    invalidate_build(warehouse)
    values = [datetime.now(UTC), rendered(built_from)]
    warehouse.execute(f"insert into {BUILD_RECORD} values (?, ?)", values)


def read_build(warehouse: Warehouse) -> BuildRecord | None:
    """The record of the marts in the warehouse."""
    if not warehouse.engine.exists():
        return None
    _create(warehouse)
    return _only(warehouse.execute(_SELECT))


def read_published_build(engine: Engine) -> BuildRecord | None:
    """The record of the marts that readers see; None if there are none, or if they can't be read."""
    try:
        connection = engine.connect_published()
        return _record_of(connection, engine.published_record) if connection else None
    except (engine.driver_error, LoadError):
        return None


def rendered(built_from: Mapping[str, Any]) -> str:
    """What the marts are built from, as stored in the record."""
    return json.dumps(built_from, default=str, sort_keys=True)


def _create(warehouse: Warehouse) -> None:
    warehouse.execute(f"create schema if not exists {SCHEMA}")
    warehouse.execute(_CREATE)


def _record_of(connection: Connection, table: str) -> BuildRecord | None:
    try:
        return _only(connection.execute(f"select built_at, built_from from {table}").fetchall())
    finally:
        connection.close()


def _only(rows: list[tuple[Any, ...]]) -> BuildRecord | None:
    return BuildRecord(*rows[0]) if rows else None

"""The note in the warehouse of what its marts were built with: may the next build be one of what changed since?

dbt drops the note before it changes anything (`forget_build` in dbt/macros/partial_builds.sql), whoever calls it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from inventory_planner.data_folder import Folder
from inventory_planner.warehouse.stored_orders import ORDERS, warehouse
from inventory_planner.warehouse.sync_log import LOG
from inventory_planner.warehouse.tables import SCHEMA

BUILT: Final = f"{SCHEMA}._built"


def note_built(folder: Folder, made_of: str) -> None:
    """Take down with what, and up to which instant of reading, the marts were just built."""
    with warehouse(folder) as connection:
        connection.execute(
            f"create or replace table {BUILT} as"  # noqa: S608
            f" with newest as (select max(__synced_at) as built_until from {ORDERS})"
            f" select ? as made_of, built_until,"
            f" (select count(*) from {LOG} where started_at <= built_until) as count_syncs from newest",
            [made_of],
        )


def built_until(folder: Folder, made_of: str) -> datetime | None:
    """The instant up to which the marts show what was read; None where only a build of all rows will do.

    That is after a build that was with something else, or did not come to its end, and after the clock was set back: a
    later sync looks like an earlier one then, and there are more of these than were counted.
    """
    with warehouse(folder) as connection:
        connection.execute(
            f"create table if not exists {BUILT} (made_of varchar, built_until timestamptz, count_syncs bigint)"
        )
        found = connection.execute(
            f"select built_until from {BUILT} as built where made_of = ?"  # noqa: S608
            f" and count_syncs = (select count(*) from {LOG} where started_at <= built.built_until)",
            [made_of],
        ).fetchone()
    return found[0] if found else None

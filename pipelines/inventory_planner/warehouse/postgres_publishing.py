"""Publish on PostgreSQL: a schema per build, views for people, and a one-row table that names the build for programs.

Everything changes in one transaction. It waits for no reader longer than a moment, and no reader for it: where readers
hold a view, the transaction is given up and tried again. A reader's transaction sees one build: a view that it has read
can't be replaced before its end. The build before stays until the next one, for programs that have just looked it up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import cycle
from typing import Final

from psycopg import errors

from inventory_planner.errors import PublishError
from inventory_planner.warehouse.engine import Connection
from inventory_planner.warehouse.postgres_connection import PostgresConnection
from inventory_planner.warehouse.table import SCHEMA

VIEWS: Final = "marts"
BUILD_SCHEMA: Final = "marts_build"  # as the macro postgres__schema_name has it
POINTER: Final = f"{SCHEMA}._published"
# Milliseconds to wait for readers, in one attempt after the other. In the first ones, readers that come meanwhile
# hardly wait themselves. All are below the second after which the server looks for deadlocks and could end a reader.
LOCK_TIMEOUTS: Final = (50, 100, 200, 400, 800)
PATIENCE: Final = 120.0  # seconds; reports of people end sooner

_TABLES: Final = "select table_name from information_schema.tables where table_schema = ? order by 1"
_CREATE_POINTER: Final = f"""
    create table if not exists {POINTER} (
        build varchar, built_at timestamp with time zone, built_from varchar, confirmed_at timestamp with time zone
    )
"""
_POINT: Final = f"""
    insert into {POINTER} (build, built_at, built_from, confirmed_at)
    select ?, built_at, built_from, current_timestamp from {SCHEMA}._build_record
"""
_LAST_BUILD: Final = r"""
    select coalesce(max(cast(substring(nspname from '^marts_(\d+)$') as bigint)), 0) from pg_namespace
"""
_OLD_BUILDS: Final = r"""
    select nspname from pg_namespace
    where nspname ~ '^marts_\d+$' and nspname not in (
        select nspname from pg_namespace where nspname ~ '^marts_\d+$'
        order by cast(substring(nspname from 7) as bigint) desc limit 2
    )
"""
# One statement for each comment that a view does not have as its table has it.
_COMMENTS: Final = """
    select format('comment on %s is %L', named.target, named.comment)
    from (
        select
            case columns.attnum
                when 0 then format('view marts.%I', tables.relname)
                else format('column marts.%I.%I', tables.relname, columns.attname)
            end as target,
            tables_comment.description as comment,
            views_comment.description as old_comment
        from pg_class as tables
        cross join lateral (
            select 0 as attnum, null as attname
            union all
            select attnum, attname from pg_attribute
            where attrelid = tables.oid and attnum > 0 and not attisdropped
        ) as columns
        join pg_class as views
            on views.relname = tables.relname and views.relnamespace = to_regnamespace('marts')
        left join pg_attribute as view_columns
            on view_columns.attrelid = views.oid and view_columns.attname = columns.attname
        join pg_description as tables_comment
            on tables_comment.objoid = tables.oid and tables_comment.objsubid = columns.attnum
            and tables_comment.classoid = 'pg_class'::regclass
        left join pg_description as views_comment
            on views_comment.objoid = views.oid and views_comment.classoid = 'pg_class'::regclass
            and views_comment.objsubid = coalesce(view_columns.attnum, 0)
        where tables.relnamespace = to_regnamespace(?)
    ) as named
    where named.comment is distinct from named.old_comment
"""


def publish(connection: PostgresConnection) -> None:
    """Publish what is in the build schema.

    Raises:
        PublishError: a reader does not end its transaction, or objects of others depend on a view that must change.
    """
    connection.execute(_CREATE_POINTER)
    _patiently(connection, lambda: _swap(connection))
    for (schema,) in connection.execute(_OLD_BUILDS).fetchall():
        with suppress(errors.LockNotAvailable):  # it is still being read; the next publish drops it
            _in_transaction(connection, partial(connection.execute, f"drop schema {schema} cascade"), LOCK_TIMEOUTS[0])


def confirm(connection: PostgresConnection) -> None:
    """Record that the published build is still current."""
    connection.execute(f"update {POINTER} set confirmed_at = current_timestamp")


def published_build(connection: Connection) -> str | None:
    """The schema of the published build; None if nothing was published."""
    if connection.execute("select to_regclass(?) is not null", [POINTER]).fetchall() != [(True,)]:
        return None
    found = connection.execute(f"select build from {POINTER}").fetchall()
    return str(found[0][0]) if found else None


def _patiently(connection: PostgresConnection, change: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    for milliseconds in cycle(LOCK_TIMEOUTS):
        try:
            _in_transaction(connection, change, milliseconds)
        except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
            if time.monotonic() > end:
                raise PublishError(
                    f"Can't publish: readers have held the views in {VIEWS} for {PATIENCE:.0f} s: {error}. They keep"
                    " the marts they have; end their transactions (see `pg_stat_activity`), and run again."
                ) from error
            time.sleep(milliseconds / 2_000)  # for the readers that wait
        else:
            return


def _in_transaction(connection: PostgresConnection, change: Callable[[], object], milliseconds: int) -> None:
    connection.execute("begin")
    try:
        connection.execute(f"set local lock_timeout = {milliseconds}")
        change()
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _swap(connection: PostgresConnection) -> None:
    names = [name for (name,) in connection.execute(_TABLES, [BUILD_SCHEMA]).fetchall()]
    ((last,),) = connection.execute(_LAST_BUILD).fetchall()
    build = f"marts_{last + 1}"
    connection.execute(f"alter schema {BUILD_SCHEMA} rename to {build}")
    connection.execute(f"create schema {BUILD_SCHEMA}")
    for name in names:  # dbt commands that build only some of the marts find the others
        connection.execute(f"create view {BUILD_SCHEMA}.{name} as select * from {build}.{name}")
    _replace_views(connection, build, names)
    comments = [statement for (statement,) in connection.execute(_COMMENTS, [build]).fetchall()]
    connection.execute("; ".join(comments))  # at once: readers wait for the views
    connection.execute(f"delete from {POINTER}")
    connection.execute(_POINT, [build])


def _replace_views(connection: PostgresConnection, build: str, names: list[str]) -> None:
    connection.execute(f"create schema if not exists {VIEWS}")
    old = {name for (name,) in connection.execute(_TABLES, [VIEWS]).fetchall()}
    try:
        for name in old.difference(names):
            connection.execute(f"drop view {VIEWS}.{name}")
        for name in names:
            _replace_view(connection, name, f"select * from {build}.{name}")
    except (errors.DependentObjectsStillExist, errors.WrongObjectType) as error:
        raise PublishError(
            f"Can't publish: {' '.join(str(error).split())}. Move what isn't this tool's out of the schema {VIEWS},"
            " drop what depends on the view, and run again; readers keep the marts they have."
        ) from error


def _replace_view(connection: PostgresConnection, name: str, query: str) -> None:
    """Replace a view, which keeps what was granted on it; one whose columns have changed is made anew."""
    connection.execute("savepoint before_view")
    try:
        connection.execute(f"create or replace view {VIEWS}.{name} as {query}")
    except errors.InvalidTableDefinition:
        connection.execute("rollback to savepoint before_view")
        connection.execute(f"drop view {VIEWS}.{name}")
        connection.execute(f"create view {VIEWS}.{name} as {query}")

"""PostgreSQL: the raw tables and dbt's schemas in one database, and the published marts in it too.

dbt builds the marts in the schema `marts_build`. To publish is to rename it to one of the build's own, as `marts_7`,
and to let the views in `marts` read that; see `postgres_publishing`.
"""

from __future__ import annotations

import csv
import io
import platform
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import psycopg
import pyarrow as pa
import pyarrow.csv

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import AnotherRunError, LoadError, PublishError
from inventory_planner.warehouse import postgres_publishing as publishing
from inventory_planner.warehouse.engine import Connection
from inventory_planner.warehouse.postgres_connection import PostgresConnection, Server
from inventory_planner.warehouse.table import SCHEMA, sql_type

if TYPE_CHECKING:
    from dlt.common.destination import AnyDestination

LOCK: Final = 0x1A7E_4702  # one for the whole database: dlt's and dbt's schemas have the same names in each of them
_CATALOG: Final = """
    select
        tables.relname,
        coalesce(obj_description(tables.oid, 'pg_class'), ''),
        columns.attname,
        replace(
            replace(upper(format_type(columns.atttypid, columns.atttypmod)), 'NUMERIC', 'DECIMAL'),
            'CHARACTER VARYING', 'VARCHAR'
        ),
        coalesce(col_description(tables.oid, columns.attnum), '')
    from pg_class as tables
    join pg_attribute as columns on columns.attrelid = tables.oid and columns.attnum > 0 and not columns.attisdropped
    where tables.relnamespace = to_regnamespace(?) and tables.relkind in ('r', 'v')
    order by tables.relname, columns.attnum
"""
OWN_ROWS: Final = "own_rows"  # as the macro postgres__add_own_rows has it
LOCK_TIMEOUT: Final = 5.0  # seconds; the server may take a few to see that a killed run is gone
_POLL: Final = 0.1  # seconds between two attempts to get the lock
_HOLDER: Final = """
    select activity.application_name, activity.backend_start
    from pg_locks as locks
    join pg_stat_activity as activity on activity.pid = locks.pid
    where locks.locktype = 'advisory' and locks.granted and locks.objid = ? and locks.database = (
        select oid from pg_database where datname = current_database()
    )
"""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A database on a server; `folder` is where dlt, dbt and the seed files work."""

    folder: DataFolder
    server: Server
    driver_error: ClassVar[type[Exception]] = psycopg.Error
    build_schema: ClassVar[str] = publishing.BUILD_SCHEMA
    published_record: ClassVar[str] = publishing.POINTER
    catalog_query: ClassVar[str] = _CATALOG

    @property
    def name(self) -> str:
        """The database and its server."""
        return self.server.name

    @property
    def published_name(self) -> str:
        """The schema of the views for people."""
        return f"the schema marts of {self.server.name}"

    def exists(self) -> bool:
        """Whether the schema of the raw tables is there.

        Raises:
            LoadError: the server can't be reached.
        """
        try:
            with closing(self.server.connect(read_only=True)) as connection:
                found = connection.execute("select to_regnamespace(?) is not null", [SCHEMA]).fetchall()
        except psycopg.Error as error:
            raise LoadError(self.explain(error) or str(error)) from error
        return bool(found[0][0])

    def connect(self, *, read_only: bool = False) -> PostgresConnection:
        """Open the database."""
        return self.server.connect(read_only=read_only)

    def stage(self, connection: Any, name: str, rows: pa.Table) -> None:
        """Copy the rows to a temporary table."""
        columns = ", ".join(f"{field.name} {sql_type(field.type)}" for field in rows.schema)
        connection.execute(f"drop table if exists pg_temp.{name}")
        connection.execute(f"create temporary table {name} ({columns})")
        copy_rows(connection, name, rows)

    def dlt_destination(self) -> AnyDestination:
        """The database as a dlt destination."""
        from inventory_planner.warehouse.postgres_dlt import destination  # noqa: PLC0415 (takes a second)

        return destination(self.server.credentials)

    def take_seeds(self, files: Iterable[Path]) -> None:
        """Copy the files to tables of text in the schema `own_rows`, because the server can't read them."""
        try:
            with closing(self.connect()) as connection:
                connection.execute(f"drop schema if exists {OWN_ROWS} cascade")
                connection.execute(f"create schema {OWN_ROWS}")
                for file in files:
                    rows = _read_text(file)
                    table = f"{OWN_ROWS}.{file.stem}"
                    connection.execute(f"create table {table} ({' varchar, '.join(rows.schema.names)} varchar)")
                    copy_rows(connection, table, rows)
        except psycopg.Error as error:
            raise LoadError(self.explain(error) or str(error)) from error

    def dbt_environment(self) -> dict[str, str]:
        """The target, and the credentials as libpq reads them."""
        return {"INVENTORY_PLANNER_TARGET": "postgres", **self.server.environment}

    @contextmanager
    def lock(self, command: str) -> Iterator[None]:
        """The lock of the data folder, where dlt and dbt work, if there is one; then one of the database.

        The server releases it when the process has ended, or its machine is gone.
        """
        with self.folder.locked(command) if self.folder.root.exists() else nullcontext():
            try:
                connection = self.server.connect(name=f"inventory-planner {command} on {platform.node()}"[:63])
            except psycopg.Error as error:
                raise LoadError(self.explain(error) or str(error)) from error
            with closing(connection):
                self._wait_for_lock(connection)
                yield

    def _wait_for_lock(self, connection: PostgresConnection) -> None:
        end = time.monotonic() + LOCK_TIMEOUT
        while connection.execute("select pg_try_advisory_lock(?)", [LOCK]).fetchall() != [(True,)]:
            if time.monotonic() > end:
                holders = connection.execute(_HOLDER, [LOCK]).fetchall()
                named = "; ".join(f"`{name}` (since {since:%Y-%m-%d %H:%M} UTC)" for name, since in holders)
                raise AnotherRunError(named or "Another run", self.name)
            time.sleep(_POLL)

    def publish(self) -> None:
        """Let readers see what is in the build schema."""
        try:
            with closing(self.connect()) as connection:
                publishing.publish(connection)
        except psycopg.Error as error:
            raise PublishError(f"{self.explain(error)} Readers keep the marts they have.") from error

    def confirm_published(self) -> None:
        """Record it with the name of the build."""
        try:
            with closing(self.connect()) as connection:
                publishing.confirm(connection)
        except psycopg.Error as error:
            raise PublishError(self.explain(error) or str(error)) from error

    def published_problem(self) -> str | None:
        """Why the published marts can't be read, if so."""
        try:
            with closing(self.connect(read_only=True)) as connection:
                build = publishing.published_build(connection)
                found = build and connection.execute("select to_regnamespace(?) is not null", [build]).fetchall()
        except psycopg.Error as error:
            return self.explain(error)
        if found == [(False,)]:
            return f"The schema {build} of the published marts is gone. The next run publishes them again."
        return None

    def connect_published(self) -> PostgresConnection | None:
        """A connection for reading one state of the views in `marts`."""
        try:
            connection = self.server.connect_for_reading()
            if publishing.published_build(connection):
                return connection
        except psycopg.Error as error:
            raise LoadError(self.explain(error) or str(error)) from error
        connection.close()
        return None

    def published_schema(self, connection: Connection) -> str:
        """The schema of the build: reading it holds up no publishing, as reading the views would."""
        return publishing.published_build(connection) or publishing.VIEWS

    def explain(self, error: BaseException) -> str | None:
        """See `Server.explain`."""
        return self.server.explain(error)


def copy_rows(connection: PostgresConnection, table: str, rows: pa.Table) -> None:
    """Add rows to a table, as CSV, in which a text is quoted and a null is not."""
    file = io.BytesIO()
    pyarrow.csv.write_csv(rows, file)
    columns = ", ".join(rows.schema.names)
    with connection.native.cursor().copy(f"copy {table} ({columns}) from stdin (format csv, header)") as copy:
        copy.write(file.getvalue())


def _read_text(file: Path) -> pa.Table:
    """A CSV file whose values are all text."""
    with file.open(encoding="utf-8", newline="") as lines:
        names = next(csv.reader(lines))
    types = dict.fromkeys(names, pa.string())
    return pyarrow.csv.read_csv(file, convert_options=pyarrow.csv.ConvertOptions(column_types=types))

"""The warehouse, opened once a run; and one account in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import LoadError
from inventory_planner.warehouse.engine import Connection, Engine
from inventory_planner.warehouse.table import SCHEMA, Table, sql_type

if TYPE_CHECKING:
    import pyarrow as pa

Rows = list[tuple[Any, ...]]


@dataclass(slots=True)
class Warehouse:
    """The writer's database. It is opened by the first statement and stays open until it is closed.

    With `read_only`, every statement is refused, because nobody holds the lock. `folder` is where dlt, dbt and the seed
    files work.
    """

    engine: Engine
    folder: DataFolder
    read_only: bool = False
    _connection: Connection | None = field(default=None, init=False)
    _created: set[str] = field(default_factory=set, init=False)  # the tables known to exist while the database is open

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Rows:
        """Run a statement, its parameters written as `?`, and return its rows.

        Raises:
            LoadError: the database can't be opened, or rejects the statement.
        """
        with self._connected() as connection:
            rows: Rows = connection.execute(sql, parameters).fetchall()
        return rows

    def stage(self, name: str, rows: pa.Table) -> None:
        """Write rows to a temporary table that statements can read until the database is closed.

        Raises:
            LoadError: the database can't be opened, or the rows can't be written.
        """
        with self._connected() as connection:
            self.engine.stage(connection, name, rows)

    def close(self) -> None:
        """Close the database, so that dbt or a copy can use it; the next statement reopens it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._created.clear()

    def tables(self) -> set[str]:
        """The names of the raw tables that exist."""
        if not self.engine.exists():
            return set()
        found = self.execute("select table_name from information_schema.tables where table_schema = ?", [SCHEMA])
        return {name for (name,) in found}

    def create(self, table: Table) -> None:
        """Create one of our own tables, or add the columns that an older version did not have."""
        if table.name not in self._created:
            self._create(table)
            self._created.add(table.name)

    def _create(self, table: Table) -> None:
        found = self.execute(
            "select column_name from information_schema.columns where table_schema = ? and table_name = ?",
            [SCHEMA, table.name],
        )
        missing = [f"{column.name} {sql_type(column.type)}" for column in table.columns if (column.name,) not in found]
        if not found:
            self.execute(f"create schema if not exists {SCHEMA}")
            self.execute(f"create table if not exists {SCHEMA}.{table.name} ({', '.join(missing)})")
            return
        for column in missing:
            self.execute(f"alter table {SCHEMA}.{table.name} add column {column}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit the statements of the block together, or none of them."""
        self.execute("begin transaction")
        try:
            yield
        except BaseException:
            self.close()  # which also ends the transaction if the database can't take another statement
            raise
        self.execute("commit")

    def insert(self, table: Table, row: Mapping[str, object]) -> None:
        """Add a row to one of our own tables."""
        names, values = ", ".join(row), ", ".join("?" * len(row))
        self.execute(f"insert into {SCHEMA}.{table.name} ({names}) values ({values})", list(row.values()))

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """The connection, opened if necessary; errors of the driver are raised as `LoadError`."""
        if self.read_only:
            raise LoadError("The account was opened for reading only. Open it without `read_only` to change orders.")
        try:
            if self._connection is None:
                self._connection = self.engine.connect()
            yield self._connection
        except self.engine.driver_error as error:
            raise LoadError(self.engine.explain(error) or str(error)) from error

    def account(self, account_id: str) -> Account:
        """The warehouse as one account sees it."""
        return Account(self, account_id)


@dataclass(frozen=True, slots=True)
class Account:
    """One account in the warehouse."""

    warehouse: Warehouse
    account_id: str

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Rows:
        """Run a statement whose first parameter is the account's id; see `Warehouse.execute`."""
        return self.warehouse.execute(sql, [self.account_id, *parameters])


@contextmanager
def open_warehouse(engine: Engine, folder: DataFolder, command: str) -> Iterator[Warehouse]:
    """The warehouse, locked for the named command while the block lasts.

    Raises:
        AnotherRunError: another run is in progress.
    """
    with engine.lock(command):
        warehouse = Warehouse(engine, folder)
        try:
            yield warehouse
        finally:
            warehouse.close()


def connect_read_only(engine: Engine) -> Connection:
    """A connection to the warehouse for reading.

    Raises:
        LoadError: it can't be opened.
    """
    try:
        return engine.connect(read_only=True)
    except engine.driver_error as error:
        raise LoadError(engine.explain(error) or str(error)) from error

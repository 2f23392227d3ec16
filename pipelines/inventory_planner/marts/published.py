"""Read a mart as readers see it.

Marts, columns and descriptions come from the published database, so every published mart can be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import groupby
from typing import Any, Final

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError, InventoryPlannerError, LoadError, PublishError
from inventory_planner.marts.presentation import presentation_of
from inventory_planner.marts.project import mart_files
from inventory_planner.warehouse.engine import Connection, Engine

ALL_COLUMNS: Final = "all"  # a value of `ReportOptions.columns`
DESCENDING: Final = "-"  # a prefix of `ReportOptions.sort`
_FETCH_ROWS: Final = 10_000  # the rows in memory at once
_MATCH_CUTOFF: Final = 0.5  # of 1: how similar a name must be to be suggested

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column and its SQL type."""

    name: str
    type: str = "VARCHAR"
    description: str = ""


@dataclass(frozen=True, slots=True)
class Mart:
    """A published table or view."""

    schema: str
    name: str
    description: str
    columns: tuple[Column, ...]

    @property
    def summary(self) -> str:
        """The first sentence of the description."""
        return self.description.split(". ", 1)[0].removesuffix(".")

    def column(self, name: str) -> Column:
        """The column of this name.

        Raises:
            ConfigurationError: there is none; the message suggests similar names.
        """
        by_name = {column.name: column for column in self.columns}
        if name not in by_name:
            raise ConfigurationError(
                f"{self.name} has no column {name}.{_suggest(name, by_name)}"
                f" `inventory-planner report {self.name} --describe` lists its columns."
            )
        return by_name[name]


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What to show of a mart.

    Attributes:
        where: a SQL condition; None for all rows.
        columns: the names of the columns; empty or `all` for all of them.
        sort: the column to sort by, descending with a `-` before it; by default what the mart's `meta` says. Among
            equals, rows are sorted by the mart's columns from the first to the last.
        limit: the maximum number of rows; 0 for all.
        describe: show the columns and their descriptions instead of rows.
        as_text: every value is the text that the database writes; otherwise only timestamps are text.
    """

    where: str | None = None
    columns: Sequence[str] = ()
    sort: str = ""
    limit: int = 0
    describe: bool = False
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """The rows to show, read while they are consumed; `count` is the number of rows without a limit.

    `lead` names the columns that matter first.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Iterator[Row]
    count: int
    options: ReportOptions = ReportOptions()
    lead: tuple[str, ...] = ()


@contextmanager
def open_report(engine: Engine, folder: DataFolder, mart_name: str | None, options: ReportOptions) -> Iterator[Report]:
    """A mart, or the list of marts if no name is given.

    Raises:
        ConfigurationError: nothing is published yet, or the mart, a column or the condition is wrong.
        PublishError: the published database can't be read.
    """
    with open_published(engine, folder) as connection:
        marts = _read_catalog(engine, connection)
        if mart_name is None:
            yield _list_marts(connection, marts)
        elif mart_name not in marts:
            suggestion = _suggest(mart_name, marts)
            raise ConfigurationError(
                f"There is no mart {mart_name}.{suggestion} `inventory-planner report` lists the marts."
            )
        elif options.describe:
            yield _describe(marts[mart_name])
        else:
            yield _read_mart(engine, connection, marts[mart_name], options)


def mart_names(engine: Engine, folder: DataFolder) -> list[str]:
    """The names of the published marts; if they can't be read, of those that this version builds."""
    try:
        with open_published(engine, folder) as connection:
            return list(_read_catalog(engine, connection))
    except InventoryPlannerError:
        return [file.stem for file in mart_files()]


@contextmanager
def open_published(engine: Engine, folder: DataFolder) -> Iterator[Connection]:
    """What readers see: the marts and the raw tables that they were built from, read-only.

    Raises:
        ConfigurationError: nothing is published yet.
        PublishError: the published database can't be read.
    """
    try:
        connection = engine.connect_published()
        if connection is None:
            raise ConfigurationError(f"Nothing is published in {folder.root} yet. Run `inventory-planner run` first.")
        with closing(connection):
            yield connection
    except (LoadError, engine.driver_error) as error:
        raise PublishError(f"Can't read the published data: {error} The next run publishes it again.") from error


def _read_catalog(engine: Engine, connection: Connection) -> dict[str, Mart]:
    schema = engine.published_schema(connection)
    found = connection.execute(engine.catalog_query, [schema]).fetchall()
    return {
        name: Mart(schema, name, description, tuple(Column(*column) for _, _, *column in columns))
        for (name, description), columns in groupby(found, key=lambda row: row[:2])
    }


def _list_marts(connection: Connection, marts: dict[str, Mart]) -> Report:
    rows = [(mart.name, _count(connection, _table(mart)), mart.summary) for mart in marts.values()]
    columns = (Column("mart"), Column("rows", "BIGINT"), Column("description"))
    return Report("Marts", columns, iter(rows), len(rows))


def _describe(mart: Mart) -> Report:
    rows = [(column.name, column.type.lower(), column.description) for column in mart.columns]
    columns = (Column("column"), Column("type"), Column("description"))
    return Report(_title(mart.name, mart.description), columns, iter(rows), len(rows))


def _read_mart(engine: Engine, connection: Connection, mart: Mart, options: ReportOptions) -> Report:
    chosen = [] if list(options.columns) == [ALL_COLUMNS] else options.columns
    columns = tuple(map(mart.column, chosen)) or mart.columns
    values = ", ".join(_value(column, as_text=options.as_text) for column in columns)
    presentation = presentation_of(mart.name)
    order = _order(mart, options.sort, presentation.sort)
    limit = f" limit {options.limit}" if options.limit else ""
    source = _filtered(mart, options.where) if options.where else _table(mart)
    try:
        count = _count(connection, source)  # checks the condition for every row, before any output
        result = connection.execute(f"select {values} from {source} order by {order}{limit}")  # noqa: S608 (read-only)
    except engine.driver_error as error:
        if not options.where:
            raise
        raise _explain(error, mart, options.where) from error
    return Report(_title(mart.name, mart.summary), columns, _fetch(result), count, options, presentation.lead)


def _filtered(mart: Mart, condition: str) -> str:
    """A subquery; the connection is read-only and reaches no other file, whatever the condition says."""
    return f"(select * from {_table(mart)} where (\n{condition}\n)) as mart"  # noqa: S608 (a comment ends with its line)


def _explain(error: Exception, mart: Mart, condition: str) -> ConfigurationError:
    reason = " ".join(str(error).partition("\n\nLINE ")[0].split())
    return ConfigurationError(
        f"--where {condition!r} is not a valid condition: {reason.removesuffix('.')}. Write it in SQL;"
        f" `inventory-planner report {mart.name} --describe` lists the columns."
    )


def _count(connection: Connection, source: str) -> int:
    ((count,),) = connection.execute(f"select count(*) from {source}").fetchall()  # noqa: S608 (read-only)
    return int(count)


def _fetch(result: Any) -> Iterator[Row]:
    while batch := result.fetchmany(_FETCH_ROWS):
        yield from (tuple(map(_shown, row)) for row in batch)


def _shown(value: Any) -> Any:
    """The value, an instant as text in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def _order(mart: Mart, sort: str, default: Sequence[str]) -> str:
    if sort:
        terms = [DESCENDING * sort.startswith(DESCENDING) + mart.column(sort.removeprefix(DESCENDING)).name]
    else:
        names = {column.name for column in mart.columns}  # of a file that another version published
        terms = [term for term in default if term.removeprefix(DESCENDING) in names]
    return ", ".join(map(_order_term, [*terms, *(column.name for column in mart.columns)]))


def _order_term(term: str) -> str:
    direction = "desc" if term.startswith(DESCENDING) else "asc"
    return f"{_quoted(term.removeprefix(DESCENDING))} {direction} nulls last"


def _value(column: Column, *, as_text: bool) -> str:
    name = _quoted(column.name)
    return f"cast({name} as varchar)" if as_text and column.type != "TIMESTAMP WITH TIME ZONE" else name


def _suggest(name: str, names: Iterable[str]) -> str:
    similar = get_close_matches(name.lower(), names, cutoff=_MATCH_CUTOFF)
    return f" Did you mean {' or '.join(similar)}?" if similar else ""


def _title(name: str, text: str) -> str:
    return f"{name}: {text}" if text else name


def _table(mart: Mart) -> str:
    return f"{mart.schema}.{_quoted(mart.name)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

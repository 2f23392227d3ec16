"""A mart of the readers' file, as rows: to look at, or as CSV and JSON for other programs.

Names, columns and descriptions are those of the file, so each mart that is published can be read, and nothing else.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from io import StringIO
from itertools import islice
from typing import Any, Final, Literal

import duckdb
import msgspec

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError, PublishError

MARTS: Final = "marts"  # the schema
ALL: Final = "all"  # for `columns`
HIGHEST_FIRST: Final = "-"  # before the name of a column to sort by
VENDOR: Final = ("vendor_name", "vendor_id", "last_vendor_name", "last_vendor_id")
DATES: Final = {  # the first that a mart has is its date; what is past reads newest first, what is to come soonest
    "receipt_date": "desc",
    "sent_date": "desc",
    "report_date": "desc",
    "report_month": "desc",
    "date_day": "asc",
    "week_start": "asc",
    "last_sent_date": "",  # that of a vendor or a variant, of which nobody wants the latest first
}
FIRST: Final = {  # by what a mart is read that has one of these, before its date
    "severity": "case severity when 'high' then 1 when 'medium' then 2 else 3 end",
    "value_at_stake": "value_at_stake desc nulls last",
    "spend_rank": "spend_rank",
    "count_found": "count_found desc",
}
ROWS_OF_A_TABLE: Final = 20  # about a screenful
BATCH: Final = 10_000  # rows that are in memory at once
NEAR: Final = 0.5  # of 1: how alike a name must be to be suggested
INSTANT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"

Form = Literal["text", "csv", "json"]
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `kind` is its type in DuckDB."""

    name: str
    kind: str = "VARCHAR"
    description: str = ""


@dataclass(frozen=True, slots=True)
class Mart:
    """A table that is published for readers."""

    name: str
    description: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Its columns' names."""
        return [column.name for column in self.columns]

    @property
    def date(self) -> str | None:
        """The column that `since` goes by, if there is one."""
        return next((name for name in DATES if name in self.names), None)

    @property
    def vendor(self) -> list[str]:
        """The columns that name a vendor."""
        return [name for name in VENDOR if name in self.names]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show of a mart.

    Attributes:
        columns: their names, in the order wanted; none or `all` for all.
        vendor: only rows whose vendor's name or id contains this, in capitals or not.
        since: only rows whose date, one of `DATES`, is this day or later.
        sort: a column, with `-` before it the highest first; without one by what matters most or the mart's date, then
            by all its columns, ids last.
        limit: rows, at most; 0 is all; none is what people like to see at once, and all for other programs.
        described: instead of rows, what each column means.
    """

    columns: Sequence[str] = ()
    vendor: str | None = None
    since: date | None = None
    sort: str = ""
    limit: int | None = None
    described: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """Rows, of the `count` that there are; they are read while they are taken."""

    title: str
    columns: tuple[Column, ...]
    rows: Iterator[Row]
    count: int
    wanted: Wanted = Wanted()


@contextmanager
def report(folder: DataFolder, name: str | None, wanted: Wanted, form: Form) -> Iterator[Report]:
    """A mart, or without a name what marts there are.

    Args:
        folder: where the readers' file is.
        name: of the mart.
        wanted: which of its rows and columns.
        form: for "csv" each value comes as the text that the database writes; for the others only instants do.

    Raises:
        ConfigurationError: nothing is published yet, or the mart hasn't what is wanted; the message says what there is.
        PublishError: the readers' file can't be read.
    """
    with published(folder) as connection:
        marts = _marts(connection)
        if name is None:
            yield _list(connection, marts)
        elif name not in marts:
            raise ConfigurationError(f"No mart {name}: {_near(name, marts)} `inventory-planner report` lists all.")
        elif wanted.described:
            yield _described(marts[name])
        else:
            yield _read(connection, marts[name], wanted, form)


@contextmanager
def published(folder: DataFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    """The readers' file, as it is now.

    Raises:
        ConfigurationError: nothing is published yet.
        PublishError: it can't be read.
    """
    if not folder.analytics.exists():
        raise ConfigurationError(f"Nothing is published in {folder.root} yet: run `inventory-planner run` first.")
    try:
        with duckdb.connect(folder.analytics, read_only=True) as connection:
            yield connection
    except duckdb.Error as error:
        raise PublishError(f"Can't read {folder.analytics}: {error}. The next run publishes it anew.") from error


def written(found: Report, form: Form) -> Iterator[str]:
    """The report as CSV with a header, or as a JSON array with an object a line; decimals keep all their digits."""
    return _as_csv(found) if form == "csv" else _as_json(found)


def _as_csv(found: Report) -> Iterator[str]:
    yield _csv([[column.name for column in found.columns]])
    yield from map(_csv, _batches(found.rows))


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    file = StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


def _as_json(found: Report) -> Iterator[str]:
    names = [column.name for column in found.columns]
    encode = msgspec.json.Encoder(decimal_format="number").encode
    before = "["
    for batch in _batches(found.rows):
        yield before + ",\n".join(encode(dict(zip(names, row, strict=True))).decode() for row in batch)
        before = ",\n"
    yield "[]\n" if before == "[" else "]\n"


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    return iter(lambda: list(islice(rows, BATCH)), [])


def _marts(connection: duckdb.DuckDBPyConnection) -> dict[str, Mart]:
    tables = connection.execute(
        "select table_name, coalesce(comment, '') from duckdb_tables() where schema_name = ? order by 1", [MARTS]
    ).fetchall()
    return {name: Mart(name, about, _columns(connection, name)) for name, about in tables}


def _columns(connection: duckdb.DuckDBPyConnection, mart: str) -> tuple[Column, ...]:
    found = connection.execute(
        "select column_name, data_type, coalesce(comment, '') from duckdb_columns()"
        " where schema_name = ? and table_name = ? order by column_index",
        [MARTS, mart],
    )
    return tuple(Column(*row) for row in found.fetchall())


def _list(connection: duckdb.DuckDBPyConnection, marts: dict[str, Mart]) -> Report:
    rows = [(mart.name, _count(connection, mart), _first_sentence(mart.description)) for mart in marts.values()]
    columns = (Column("mart"), Column("rows", "BIGINT"), Column("description"))
    return Report("Marts", columns, iter(rows), len(rows))


def _first_sentence(text: str) -> str:
    return text.split(". ", 1)[0].removesuffix(".")


def _described(mart: Mart) -> Report:
    rows = [(column.name, column.kind.lower(), column.description) for column in mart.columns]
    title = f"{mart.name}: {mart.description}".removesuffix(": ")
    return Report(title, (Column("column"), Column("type"), Column("description")), iter(rows), len(rows))


def _read(connection: duckdb.DuckDBPyConnection, mart: Mart, wanted: Wanted, form: Form) -> Report:
    columns = _chosen(mart, wanted)
    where, values = _condition(mart, wanted)
    order = _order(mart, wanted.sort)
    count = _count(connection, mart, where, values)
    selected = ", ".join(_selected(column, form) for column in columns)
    most = wanted.limit if wanted.limit is not None or form != "text" else ROWS_OF_A_TABLE
    limit = f" limit {most}" if most else ""
    found = connection.execute(f"select {selected} from {_table(mart)}{where} order by {order}{limit}", values)  # noqa: S608 (names are the file's)
    title = f"{mart.name}: {_first_sentence(mart.description)}".removesuffix(": ")
    return Report(title, columns, _taken(found), count, wanted)


def _taken(found: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    while batch := found.fetchmany(BATCH):
        yield from batch


def _count(connection: duckdb.DuckDBPyConnection, mart: Mart, where: str = "", values: Sequence[Any] = ()) -> int:
    ((count,),) = connection.execute(f"select count(*) from {_table(mart)}{where}", values).fetchall()  # noqa: S608 (as above)
    return int(count)


def _chosen(mart: Mart, wanted: Wanted) -> tuple[Column, ...]:
    if not wanted.columns or list(wanted.columns) == [ALL]:
        return mart.columns
    by_name = {column.name: column for column in mart.columns}
    return tuple(by_name[_known(name, mart)] for name in wanted.columns)


def _condition(mart: Mart, wanted: Wanted) -> tuple[str, list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []
    if wanted.vendor is not None:
        if not mart.vendor:
            raise ConfigurationError(f"{mart.name} says nothing of vendors: leave --vendor out.")
        conditions.append(" or ".join(f"contains(lower({_quoted(name)}), lower(?))" for name in mart.vendor))
        values += [wanted.vendor] * len(mart.vendor)
    if wanted.since is not None:
        if mart.date is None:
            raise ConfigurationError(f"{mart.name} has no date to go by: leave --since out.")
        conditions.append(f"{_quoted(mart.date)} >= ?")
        values.append(wanted.since)
    return (" where " + " and ".join(f"({each})" for each in conditions) if conditions else ""), values


def _order(mart: Mart, sort: str) -> str:
    readable_first = sorted(mart.names, key=lambda name: name.endswith("_id"))
    terms = [term for name, term in FIRST.items() if name in mart.names]
    if mart.date and DATES[mart.date]:
        terms.append(f"{_quoted(mart.date)} {DATES[mart.date]} nulls last")
    terms += [f"{_quoted(name)} nulls last" for name in readable_first]
    if sort:
        name = _known(sort.removeprefix(HIGHEST_FIRST), mart)
        terms.insert(0, f"{_quoted(name)} {'desc' if sort.startswith(HIGHEST_FIRST) else 'asc'} nulls last")
    return ", ".join(terms)


def _selected(column: Column, form: Form) -> str:
    name = _quoted(column.name)
    if column.kind == "TIMESTAMP WITH TIME ZONE":
        return f"replace(strftime({name} at time zone 'UTC', '{INSTANT}'), '.000000Z', 'Z')"
    return f"cast({name} as varchar)" if form == "csv" else name


def _known(column: str, mart: Mart) -> str:
    if column not in mart.names:
        raise ConfigurationError(
            f"{mart.name} has no column {column}: {_near(column, mart.names)}"
            f" `inventory-planner report {mart.name} --describe` lists all."
        )
    return column


def _near(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name.lower(), names, cutoff=NEAR)
    return f"did you mean {' or '.join(near)}?" if near else "nothing is called like that."


def _table(mart: Mart) -> str:
    return f"{MARTS}.{_quoted(mart.name)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

"""Compare every mart and snapshot of two DuckDB files, both ways, row by row.

    python tests/compare_marts.py BEFORE.duckdb AFTER.duckdb --rename order_date=sent_date

A rename applies to tables and to columns. Tables and columns that only one file has are listed, not compared.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

import duckdb

SCHEMAS = ("marts", "snapshots")
COLUMNS = """
    select table_schema || '.' || table_name, column_name
    from information_schema.columns
    where table_catalog = ? and table_schema in ?
    order by all
"""


def main() -> None:
    """Print what differs; exit with 1 if a row does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--rename", action="append", default=[], metavar="OLD=NEW")
    parser.add_argument("--schema", action="append", help="in place of marts and snapshots")
    options = parser.parse_args()
    renames = dict(each.split("=") for each in options.rename)
    with duckdb.connect() as connection:
        for name in ("before", "after"):
            connection.execute(f"attach '{getattr(options, name)}' as {name} (read_only)")
        found = compare(connection, renames, options.schema or SCHEMAS)
    sys.exit(1 if found else 0)


def compare(connection: duckdb.DuckDBPyConnection, renames: dict[str, str], schemas: tuple[str, ...]) -> int:
    """The number of rows that only one side has."""
    before, after = (tables_of(connection, name, schemas) for name in ("before", "after"))
    different = 0
    for table, columns in before.items():
        schema, name = table.split(".")
        twin = f"{schema}.{renames.get(name, name)}"
        if twin not in after:
            print(f"{table}: only before")
            continue
        pairs = [(each, paired(each, after[twin], renames)) for each in columns]
        same = [(old, new) for old, new in pairs if new]
        report_columns(table, columns, after[twin], same)
        different += report_rows(connection, table, twin, same)
    twins = {f"{schema}.{renames.get(name, name)}" for schema, name in (table.split(".") for table in before)}
    for table in sorted(after.keys() - twins):
        print(f"{table}: only after")
    print(f"{different} rows differ")
    return different


def paired(column: str, others: list[str], renames: dict[str, str]) -> str | None:
    """The column's name on the other side: renamed where that is there, else the same."""
    return next((name for name in (renames.get(column), column) if name in others), None)


def tables_of(connection: duckdb.DuckDBPyConnection, catalog: str, schemas: tuple[str, ...]) -> dict[str, list[str]]:
    """The columns of each table."""
    tables: dict[str, list[str]] = {}
    for table, column in connection.execute(COLUMNS, [catalog, list(schemas)]).fetchall():
        tables.setdefault(table, []).append(column)
    return tables


def report_columns(table: str, before: list[str], after: list[str], same: list[tuple[str, str]]) -> None:
    """Print the columns that only one side has."""
    removed = sorted(set(before) - {old for old, _ in same})
    added = sorted(set(after) - {new for _, new in same})
    if removed:
        print(f"{table}: columns only before: {', '.join(removed)}")
    if added:
        print(f"{table}: columns only after: {', '.join(added)}")


def report_rows(connection: duckdb.DuckDBPyConnection, table: str, twin: str, same: list[tuple[str, str]]) -> int:
    """Print and count the rows that only one side has."""
    old = f"select {quoted(name for name, _ in same)} from before.{table}"
    new = f"select {quoted(name for _, name in same)} from after.{twin}"
    missing = connection.sql(f"({old}) except all ({new})")
    extra = connection.sql(f"({new}) except all ({old})")
    counts = len(missing), len(extra)
    if any(counts):
        print(f"{table}: {counts[0]} rows only before, {counts[1]} only after")
        for old_name, new_name in same:
            columns = (
                f"select {quoted([old_name])} from before.{table}",
                f"select {quoted([new_name])} from after.{twin}",
            )
            differs = len(connection.sql(f"({columns[0]}) except all ({columns[1]})"))
            if differs:
                print(f"    {old_name}: {differs} values only before")
        print(missing.limit(2), extra.limit(2), sep="\n")
    return sum(counts)


def quoted(names: Iterable[str]) -> str:
    """Columns for a select; sums of floats depend on the order in which threads add them up, so they are rounded."""
    return ", ".join(
        f'if(typeof("{name}") = \'DOUBLE\', cast(round("{name}"::double, 6) as varchar), "{name}"::varchar)'
        for name in names
    )


if __name__ == "__main__":
    main()

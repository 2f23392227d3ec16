"""The definition of a raw table: its columns and their types, its key, and which rows new ones replace.

Quantities are DECIMAL(18, 4), money DECIMAL(18, 6), instants TIMESTAMP WITH TIME ZONE in UTC. A `*_date` is text, as
the API wrote it: a date without a time must never be converted between time zones. Maps and lists without a table of
their own are JSON text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

SCHEMA: Final = "inventory_planner"

TEXT: Final = pa.string()
JSON: Final = pa.large_string()  # differs from TEXT here; in the warehouse both are VARCHAR
QUANTITY: Final = pa.decimal128(18, 4)
MONEY: Final = pa.decimal128(18, 6)
COUNT: Final = pa.int64()
SECONDS: Final = pa.float64()
FLAG: Final = pa.bool_()
DAY: Final = pa.date32()
INSTANT: Final = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `field` is the attribute of the record that it holds, None if its value is computed."""

    name: str
    type: pa.DataType
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A raw table; `key` is unique and begins with the account.

    New rows replace the rows that have the same values in the columns `replaces`.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    replaces: tuple[str, ...]

    @property
    def schema(self) -> pa.Schema:
        """The table as an Arrow schema."""
        return pa.schema([pa.field(each.name, each.type, each.name not in self.replaces) for each in self.columns])


def same_fields(type_: pa.DataType, *fields: str) -> tuple[Column, ...]:
    """Columns with the names of their fields."""
    return tuple(Column(field, type_, field) for field in fields)


ACCOUNT: Final = Column("_account_id", TEXT)
SYNCED_AT: Final = Column("__synced_at", INSTANT)
# Fields that the API's documentation does not list, and original values that their column can't hold, by name.
UNKNOWN_FIELDS: Final = Column("_unknown_fields", JSON)

_SQL_TYPES: Final = {  # standard SQL, which every engine reads
    TEXT: "varchar",
    JSON: "varchar",
    QUANTITY: "decimal(18, 4)",
    MONEY: "decimal(18, 6)",
    DAY: "date",
    COUNT: "bigint",
    SECONDS: "double precision",
    FLAG: "boolean",
    INSTANT: "timestamp with time zone",
}


def sql_type(type_: pa.DataType) -> str:
    """The type of a column in a `create table` statement."""
    return _SQL_TYPES[type_]

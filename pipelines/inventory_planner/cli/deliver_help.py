"""What `deliver KIND --help` says of the columns of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from inventory_planner.delivery.files import Column, File, Type

READING: Final = (
    "FILE.csv may be in UTF-8, Windows-1252, or UTF-16 with a byte order mark. Commas, semicolons, tabs or bars"
    " separate its columns. A row that you leave out is not removed; send it with REMOVED true."
)
_WORDS: Final = {
    Type.ID: "id",
    Type.TEXT: "text",
    Type.CURRENCY: "currency of three letters, such as EUR",
    Type.NUMBER: "number, such as 12 or -0.5",
    Type.FLAG: "true or false",
    Type.TIMESTAMP: "time in UTC, as 2026-01-31 08:00:00",
}
_AS_IT_IS: Final = "\b"  # Click does not wrap a paragraph after it


def help_of(file: File) -> str:
    """The help of the command for a kind of file."""
    required = [column for column in file.columns if column.is_required]
    optional = [column for column in file.columns if not column.is_required]
    lists = [_list("Required columns:", required), *([_list("Optional columns:", optional)] if optional else [])]
    return "\n\n".join([file.summary, *lists, READING])


def _list(title: str, columns: list[Column]) -> str:
    return "\n".join([_AS_IT_IS, title, *(f"  {column.name:20} {', '.join(_words(column))}" for column in columns)])


def _words(column: Column) -> Iterator[str]:
    yield " or ".join(column.choices) if column.choices else _WORDS[column.type]
    if column.only_if:
        name, values = column.only_if
        yield f"only with {name} {' or '.join(value or '(empty)' for value in values)}"
    elif column.is_required and not column.is_filled:
        yield "may be empty"

"""What a CSV file or a query holds, as text, before it is checked."""

from __future__ import annotations

import re
from codecs import BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from inventory_planner.data_folder import DataFolder
from inventory_planner.delivery.cells import as_text
from inventory_planner.errors import ChangeError
from inventory_planner.marts.published import open_published
from inventory_planner.spreadsheets import MalformedCsvError, detect_encoding, filled_rows
from inventory_planner.warehouse.engine import Engine

SEPARATORS: Final = ",;\t|"
_SEPARATOR_LINE: Final = re.compile(f'"?sep=([{SEPARATORS}])"?', re.IGNORECASE)  # which tells Excel the separator
_FETCH_ROWS: Final = 10_000  # in memory at once


@dataclass(frozen=True, slots=True)
class Table:
    """A header and rows, each with its place: the line of a file on which it begins, or the number of a row.

    Places are named by `unit`. `remark` is what to know about how the table was read. A query `may_be_empty`, but a
    file without rows is a mistake.
    """

    source: str
    header: list[str]
    rows: Iterable[tuple[int, list[str]]]
    digest: str
    header_line: int = 1
    unit: str = "line"
    may_be_empty: bool = False
    has_decimal_commas: bool = False
    remark: str | None = None


def read_csv(path: Path) -> Table:
    """The table in a CSV file; commas, semicolons, tabs or bars separate its columns.

    Raises:
        ChangeError: the file can't be read, or is not CSV.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ChangeError(f"Can't read {path}: {error.strerror}.") from error
    if other := _other_encoding(content):
        raise ChangeError(f"{path} is in {other}. Save it as CSV UTF-8.")
    encoding = detect_encoding(content)
    if encoding is None:
        raise ChangeError(f"{path} is not text in UTF-8 or Windows-1252. Save it as CSV UTF-8.")
    text = content.decode(encoding)
    first = next((line for line in text.splitlines() if line.strip()), "")
    named = _SEPARATOR_LINE.fullmatch(first)
    separator = named[1] if named else max(SEPARATORS, key=first.count)
    lines = _read_lines(path, text, separator)
    if named:
        next(lines)
    header_line, header = next(lines, (1, []))
    if not header:
        raise ChangeError(f"{path} is empty. Its first line must name the columns.")
    remark = f"{path} was read as Windows-1252; check letters with accents, or save it as CSV UTF-8."
    return Table(
        source=str(path),
        header=header,
        rows=lines,
        digest=sha256(content).hexdigest(),
        header_line=header_line,
        has_decimal_commas=separator in ";\t",
        remark=remark if encoding == "cp1252" else None,
    )


def _other_encoding(content: bytes) -> str | None:
    """The encoding that we don't read, by the zeros in its first two or four bytes; text in UTF-8 has none there."""
    zeros = content[:4].count(0)
    if content.startswith((BOM_UTF32_LE, BOM_UTF32_BE)) or zeros == 3:
        return "UTF-32"
    return "UTF-16 without a byte order mark" if zeros == 2 else None


def _read_lines(path: Path, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from filled_rows(text, separator)
    except MalformedCsvError as error:
        raise ChangeError(
            f"{path}, line {error.line}: {error}. Put text that contains separators or quotes into quotes, and double"
            " the quotes in it."
        ) from error


def read_query(engine: Engine, folder: DataFolder, path: Path) -> Table:
    """The result of a query on the published marts and raw tables; it can neither change them nor reach a file.

    Raises:
        ChangeError: the file can't be read, or the query failed.
        ConfigurationError, PublishError: see `open_published`.
    """
    try:
        query = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ChangeError(f"Can't read {path}: {error}. It must be a query in SQL, in UTF-8.") from error
    with open_published(engine, folder) as connection:
        try:
            result = connection.execute(query)
            if result is None:
                raise ChangeError(f"{path} holds no query.")
            header = [column[0] for column in result.description or ()]
            rows = [[as_text(value) for value in row] for row in _fetch(result)]
        except engine.driver_error as error:
            reason = " ".join(str(error).partition("\n\nLINE ")[0].split()).removesuffix(".")
            raise ChangeError(f"The query in {path} failed: {reason}. Correct it.") from error
    content = repr((header, rows)).encode()
    return Table(
        str(path), header, enumerate(rows, 1), sha256(content).hexdigest(), header_line=0, unit="row", may_be_empty=True
    )


def _fetch(result: Any) -> Iterator[tuple[Any, ...]]:
    while batch := result.fetchmany(_FETCH_ROWS):
        yield from batch

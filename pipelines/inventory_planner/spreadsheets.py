"""Text as spreadsheets save it in CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from typing import Final

BYTE_ORDER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16, which spreadsheets call "Unicode text"
ENCODINGS: Final = ("utf-8-sig", "cp1252")  # the second is what spreadsheets on Windows save as plain CSV


class MalformedCsvError(ValueError):
    """The row that begins on this line is not CSV."""

    def __init__(self, line: int, reason: csv.Error) -> None:
        super().__init__(str(reason))
        self.line = line


def filled_rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line on which it begins.

    Raises:
        MalformedCsvError: a row is not CSV.
    """
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise MalformedCsvError(line, error) from error


def decode_text(content: bytes) -> str | None:
    """The text of a file; None if it is not text in UTF-8, UTF-16 or Windows-1252."""
    encoding = detect_encoding(content)
    return content.decode(encoding) if encoding else None


def detect_encoding(content: bytes) -> str | None:
    """The encoding of a file; None if it is not text in UTF-8, UTF-16 or Windows-1252."""
    for encoding in ("utf-16",) if content.startswith(BYTE_ORDER_MARKS) else ENCODINGS:
        with suppress(UnicodeDecodeError):
            content.decode(encoding)
            return encoding
    return None

"""Text as spreadsheets save it in CSV files."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

BYTE_ORDER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16, which spreadsheets call "Unicode text"
ENCODINGS: Final = ("utf-8-sig", "cp1252")  # the second is what spreadsheets on Windows save as plain CSV


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

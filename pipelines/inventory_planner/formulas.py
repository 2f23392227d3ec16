"""Text that a spreadsheet would run as a formula when it opens a CSV file."""

from __future__ import annotations

import re
from typing import Final

# A cell may begin with the text, after a line break, and after a tab or semicolon, which separate cells where the comma
# is a decimal mark. Spreadsheets skip blanks there, and some read full-width signs as well.
_CELL: Final = r"(^|[;\t\r\n])([\s\x00-\x1f]*)"
_FORMULA: Final = r"(?='*[=+\-@\uff1d\uff0b\uff0d\uff20])"  # a mark that is there already gets another
_ARMED: Final = re.compile(_CELL + _FORMULA)
_DISARMED: Final = re.compile(_CELL + "'" + _FORMULA)


def disarm(text: str) -> str:
    """The text with the mark `'` before each formula: spreadsheets show what follows as text."""
    return _ARMED.sub(r"\1\2'", text)


def rearm(text: str) -> str:
    """The text as it was before `disarm`."""
    return _DISARMED.sub(r"\1\2", text)

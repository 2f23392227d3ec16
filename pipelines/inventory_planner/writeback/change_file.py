"""Read a CSV file of changes, as spreadsheets save it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final, TypeAlias

from inventory_planner.errors import ChangeError
from inventory_planner.spreadsheets import decode_text

SEPARATORS: Final = ",;\t"

Rows: TypeAlias = list[tuple[int, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Cells:
    """The known cells of each row, by the line of the file and the column, and what is wrong with the other rows."""

    rows: Rows
    faults: list[str]
    has_decimal_commas: bool


def read_cells(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> Cells:
    """The cells of a file in these columns; semicolons or tabs may separate them, and other columns are ignored.

    Raises:
        ChangeError: the file can't be read, or a column is missing or there twice.
    """
    text = _decode(path)
    header = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=header.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise ChangeError(f"{path}, line {reader.line_num}: {error}. Save it as CSV UTF-8.") from error
    filled = (each for each in lines if any(each[1]))
    _, names = next(filled, (0, []))
    places = _places(path, names, required, optional)
    rows: Rows = []
    faults: list[str] = []
    for number, cells in filled:
        if any(cells[len(names) :]):
            faults.append(f"line {number}: it has more cells than the first line has columns.")
        else:
            known = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
            rows.append((number, known))
    return Cells(rows, faults, has_decimal_commas=separator != ",")


def _places(path: Path, names: list[str], required: Sequence[str], optional: Sequence[str]) -> dict[str, int]:
    """Where the columns are.

    Raises:
        ChangeError: one is missing, or is there twice.
    """
    found = [name.casefold() for name in names]
    count = Counter(found)
    needed = f"it needs one column each for {', '.join(required)}."
    if missing := [name for name in required if not count[name]]:
        raise ChangeError(f"{path} has no column {', '.join(missing)}; {needed}")
    if repeated := [name for name in (*required, *optional) if count[name] > 1]:
        raise ChangeError(f"{path} has several columns {', '.join(repeated)}; {needed}")
    return {name: found.index(name) for name in (*required, *optional) if count[name]}


def _decode(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ChangeError(f"Can't read {path}: {error.strerror}.") from error
    text = decode_text(content)
    if text is None:
        raise ChangeError(f"{path} is not text in UTF-8 or Windows-1252. Save it as CSV UTF-8.")
    return text

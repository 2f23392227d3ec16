"""Validate a whole table before anything is sent: the connector silently skips an invalid file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import blake2b
from io import StringIO

from inventory_planner.delivery.cells import CellError, parse_cell, shown
from inventory_planner.delivery.files import UPDATED_AT, Column, File
from inventory_planner.delivery.tables import Table
from inventory_planner.errors import ChangeError, list_faults


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one place, and what to do. `line` is the line on which the row begins, `position` counts from 1.

    A missing column has no position, and a row that was torn apart no column.
    """

    line: int
    position: int | None
    column: str | None
    problem: str

    def text(self, unit: str) -> str:
        """The fault on one line."""
        column = f", column {self.position} ({self.column})" if self.position else ""
        place = f"{unit} {self.line}" if self.line else "the header"
        return f"{place}{column}: {self.problem}."


class FaultsError(ChangeError):
    """A file is not delivered, because of these faults."""

    def __init__(self, table: Table, faults: Sequence[Fault]) -> None:
        super().__init__(list_faults(f"{table.source} was not delivered:", [each.text(table.unit) for each in faults]))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it is sent. `key` and `digest` are 64 bits each.

    The digest leaves out UPDATED_AT: a system that writes the current time into it would otherwise change every row
    each time. `together` is the value that its companions share.
    """

    line: int
    key: int
    digest: int
    together: str | None
    text: str


@dataclass(slots=True)
class _Checking:
    """The rows of a table, checked one after the other, and the faults found so far."""

    file: File
    table: Table
    columns: list[Column | None]
    line_ending: str
    faults: list[Fault]
    _keys: dict[int, int] = field(default_factory=dict)
    _shared: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)

    def rows(self) -> Iterator[Row]:
        for line, cells in self.table.rows:
            if len(cells) != len(self.columns):
                self._add(line, None, f"it has {len(cells)} cells for {len(self.columns)} columns; correct the line")
                continue
            values = self._parse(line, cells)
            self._check_row(line, values)
            if not self.faults:
                yield self._row(line, values)

    def _parse(self, line: int, cells: list[str]) -> dict[str, str]:
        values = {}
        for position, (column, cell) in enumerate(zip(self.columns, cells, strict=True), 1):
            try:
                if column:
                    values[column.name] = parse_cell(column, cell, has_decimal_commas=self.table.has_decimal_commas)
            except CellError as error:
                self.faults.append(Fault(line, position, column.name if column else None, str(error)))
        return values

    def _check_row(self, line: int, values: dict[str, str]) -> None:
        names = {column.name for column in self.columns if column}
        for column in self.columns:
            if not (column and column.only_if and column.name in values):
                continue
            is_known = column.only_if[0] in values or column.only_if[0] not in names
            if is_known and (advice := _contradiction(column, values)):
                self._add(line, column.name, advice)
        if values.keys() >= set(self.file.key):
            self._check_key(line, values)
        if self.file.together in values:
            self._check_shared(line, values)

    def _check_key(self, line: int, values: dict[str, str]) -> None:
        key = [values[name] for name in self.file.key]
        first = self._keys.setdefault(digest_of_cells(key), line)
        if first != line:
            what = ", ".join(map(shown, key))
            self._add(line, self.file.key[0], f"{what} is on {self.table.unit} {first}, too; delete one of them")

    def _check_shared(self, line: int, values: dict[str, str]) -> None:
        """All lines of an order must have the same values in some columns; an empty one may stand for a default."""
        whole = values[self.file.together or ""]
        names = [name for name in self.file.shared if name in values]
        first, expected = self._shared.setdefault(whole, (line, tuple(values[name] for name in names)))
        for name, value in zip(names, expected, strict=False):
            if values[name] != value:
                advice = f"it differs from {self.table.unit} {first} of the same {self.file.together}; make them equal"
                self._add(line, name, advice)

    def _row(self, line: int, values: dict[str, str]) -> Row:
        content = [f"{name}={value}" for name, value in sorted(values.items()) if name != UPDATED_AT]
        key = digest_of_cells([values[name] for name in self.file.key])
        together = values[self.file.together] if self.file.together else None
        return Row(line, key, digest_of_cells(content), together, csv_line(values.values(), self.line_ending))

    def _add(self, line: int, name: str | None, problem: str) -> None:
        names = [column.name if column else None for column in self.columns]
        self.faults.append(Fault(line, names.index(name) + 1 if name else None, name, problem))


def check(table: Table, file: File, columns: Sequence[Column], line_ending: str) -> tuple[list[str], list[Row]]:
    """The header and the rows as they are sent. `columns` are those that the file may have.

    Raises:
        FaultsError: something is wrong; the message says where, and what to do.
        ChangeError: the table can't be read, or is a file without rows.
    """
    found, faults = _read_header(table, columns)
    checking = _Checking(file, table, found, line_ending, faults)
    rows = list(checking.rows())
    if checking.faults:
        raise FaultsError(table, checking.faults)
    if not rows and not table.may_be_empty:
        raise ChangeError(
            f"{table.source} has a header, but no rows. Add the rows to deliver; to remove what was delivered, send its"
            " row with REMOVED true."
        )
    return [column.name for column in found if column], rows


def csv_line(cells: Iterable[str], line_ending: str) -> str:
    """Cells as a line of RFC 4180."""
    file = StringIO()
    csv.writer(file).writerow(cells)  # which ends lines with CRLF, and so quotes cells that contain either of them
    return file.getvalue().removesuffix("\r\n") + line_ending


def _read_header(table: Table, columns: Sequence[Column]) -> tuple[list[Column | None], list[Fault]]:
    """The columns, None in place of those that can't be sent, and what is wrong with them."""
    known = {column.name: column for column in columns}
    names = [name.strip().upper() for name in table.header]
    counts = Counter(names)
    line, faults = table.header_line, list[Fault]()
    found: list[Column | None] = []
    for position, name in enumerate(names, 1):
        is_first = names.index(name) + 1 == position
        found.append(known.get(name) if is_first else None)
        if not name:
            faults.append(Fault(line, position, name, "it has no name; delete the column"))
        elif name not in known:
            similar = get_close_matches(name, known, n=1)
            hint = f"rename it to {similar[0]}, or delete it" if similar else "delete it"
            faults.append(Fault(line, position, name, f"the connector does not accept this column; {hint}"))
        elif not is_first:
            faults.append(Fault(line, position, name, f"it is there {counts[name]} times; delete all but one"))
    faults += [
        Fault(line, None, column.name, f"the column {column.name} is missing; add it")
        for column in columns
        if column.is_required and column.name not in counts
    ]
    return found, faults


def _contradiction(column: Column, values: dict[str, str]) -> str | None:
    name, needed_for = column.only_if or ("", ())
    value = values.get(name, "")
    needed = value in needed_for
    what = f"{name} {value}" if value else f"an empty {name}"
    if needed and not values[column.name]:
        return f"it is empty; with {what} it must be filled in"
    if not needed and values[column.name]:
        return f"it is {shown(values[column.name])}; with {what} it must be empty"
    return None


def digest_of_cells(texts: Sequence[str]) -> int:
    """Cells as 64 bits: what identifies a row, or what it says."""
    return int.from_bytes(blake2b("\0".join(texts).encode(), digest_size=8).digest(), signed=True)

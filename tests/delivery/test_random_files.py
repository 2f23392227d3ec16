"""Random valid files pass and arrive as they were; a single fault in them is found where it is."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliveries import Cells, write
from inventory_planner.delivery.cells import CURRENCIES
from inventory_planner.delivery.checks import FaultsError, check
from inventory_planner.delivery.files import FILES, Column, File, Type
from inventory_planner.delivery.tables import read_csv

pytestmark = pytest.mark.long

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from(",;\"'\t\n="), max_size=256)
VALUES = {
    Type.ID: st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(",;\"'= "), max_size=256).map(
        lambda text: text.strip()
    ),
    Type.TEXT: TEXT,
    Type.CURRENCY: st.sampled_from(sorted(CURRENCIES)),
    Type.NUMBER: st.decimals(-(10**9), 10**9, places=2).map(lambda number: f"{number.normalize():f}"),
    Type.FLAG: st.sampled_from(["true", "false"]),
    Type.TIMESTAMP: st.datetimes().map(lambda instant: f"{instant:%Y-%m-%d %H:%M:%S}".rjust(19, "0")),
}
WRONG = {
    Type.ID: ["x" * 257, " x", "a\tb", "a\x00b", "a\u00a0b", "a\u200b", "1.23457E+11"],
    Type.TEXT: ["x" * 257, "a\x00b", "\x1b[2J"],
    Type.CURRENCY: ["EURO", "€", "XXQ", "1"],
    Type.NUMBER: ["x", "1,5", "1 000", "NaN", "inf", "1_0", "0x1", "--1", "1.2.3", "1e99", "1000000000001"],
    Type.FLAG: ["yes", "1", "wahr", "truefalse"],
    Type.TIMESTAMP: ["2026-01-31T08:00:00Z", "2026-01-31 08:00:00+01:00", "31/01/2026", "2026-13-01", "1767225600"],
}


@st.composite
def files(draw: st.DrawFn) -> tuple[File, list[Cells]]:
    """A kind of file, and rows of it with some optional columns."""
    file = FILES[draw(st.sampled_from(list(FILES)))]
    optional = [column for column in file.columns if not column.is_required]
    chosen = draw(st.lists(st.sampled_from(optional), unique=True)) if optional else []
    columns = draw(st.permutations([column for column in file.columns if column.is_required] + chosen))
    rows = [
        {column.name: draw(cell(column)) for column in columns} | {name: f"{name}{number}" for name in file.key}
        for number in range(draw(st.integers(1, 4)))
    ]
    for row in rows:
        make_consistent(file, row, rows[0])
    return file, rows


def cell(column: Column) -> st.SearchStrategy[str]:
    valid = st.sampled_from(column.choices) if column.choices else VALUES[column.type]
    if column.is_filled:
        return valid.map(lambda text: text if text.strip() else "x")
    return valid.map(lambda text: text if text.strip() else "") | st.just("")


def make_consistent(file: File, row: Cells, first: Cells) -> None:
    """Let all rows have the first one's type, and the cells that go with it."""
    for column in file.columns:
        if column.only_if:
            name, needed_for = column.only_if
            row.update({name: first[name]} if name in row else {})
            row[column.name] = "w1" if row.get(name, "") in needed_for else ""


def arrived(file: File, rows: list[Cells]) -> list[Cells]:
    """The rows as the receiver reads them."""
    with TemporaryDirectory() as folder:
        table = read_csv(write(Path(folder) / "file.csv", rows))
        header, checked = check(table, file, file.columns, "\r\n")
    return list(csv.DictReader(StringIO("".join(row.text for row in checked), newline=""), header))


@given(files())
def test_valid_rows_arrive_as_they_were(found: tuple[File, list[Cells]]) -> None:
    file, rows = found
    assert arrived(file, rows) == rows


@given(files(), st.data())
def test_a_single_fault_is_found_where_it_is(found: tuple[File, list[Cells]], data: st.DataObject) -> None:
    file, rows = found
    names = list(rows[0])
    number = data.draw(st.integers(0, len(rows) - 1))
    tied = {"TYPE"} if file.shared else set()  # another type is a fault of other cells, too
    column = data.draw(st.sampled_from([each for each in file.columns if each.name in names and each.name not in tied]))
    wrong = ["no such choice"] if column.choices else WRONG[column.type]
    rows[number][column.name] = data.draw(st.sampled_from([*wrong, " "] if column.is_filled else wrong))

    with pytest.raises(FaultsError) as caught:
        arrived(file, rows)

    line = 2 + sum(1 + sum(text.count("\n") for text in row.values()) for row in rows[:number])
    (fault,) = caught.value.faults
    assert (fault.line, fault.position, fault.column) == (line, names.index(column.name) + 1, column.name)


@given(files(), st.data())
def test_a_repeated_row_is_found(found: tuple[File, list[Cells]], data: st.DataObject) -> None:
    file, rows = found
    rows.append(data.draw(st.sampled_from(rows)))
    with pytest.raises(FaultsError, match="delete one of them"):
        arrived(file, rows)

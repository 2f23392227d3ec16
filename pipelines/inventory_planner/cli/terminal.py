"""Print reports on the terminal, as rich tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:  # these import dlt, which takes a second, and `status` does without it
    from inventory_planner.marts.published import Report

NO_DATA: Final = "-"
MAX_WIDTH: Final = 100_000  # more than all columns of a mart need
FRAME_WIDTH: Final = 2
GAP_WIDTH: Final = 1  # between columns
MAX_TEXT_SHARE: Final = 0.2  # of the line; longer names are cut, so that figures fit beside them
WIDTH_WITHOUT_TERMINAL: Final = 120

# Values are formatted by type, except in columns whose names end like this.
PERCENTAGES: Final = ("_rate", "_share", "_ratio")  # shown as 98.8%
NUMERALS: Final = "_number"  # shown without separators, like the year 2026
IDS: Final = "_id"  # shown last
NAMES: Final = ("vendor_name", "warehouse_name", "spend_name", "title")  # cut if they are long
WRAPPED: Final = (
    "error",
    "outcome",
    "description",
    "definition",
    "change",
    "before",
    "after",
)  # the long texts of our own reports


def print_mart(report: Report) -> None:
    """Print a mart, with as many columns as fit unless some were chosen, and how to see the rest."""
    console = _console()
    names = [column.name for column in report.columns]
    rows = [dict(zip(names, row, strict=True)) for row in report.rows]
    if not rows:
        console.print(table(report.title, rows))
        return
    chosen, max_text = names, None
    if not report.options.columns:
        chosen, max_text = _by_priority(names, report), int(console.width * MAX_TEXT_SHARE)
        chosen = _fitting(chosen, rows, console.width, max_text)
    mart = _grid([{name: row[name] for name in chosen} for row in rows], wrap_names=True, max_text=max_text)
    if report.options.columns:
        whole = console.measure(mart, options=console.options.update(width=MAX_WIDTH)).maximum
        console.width = max(console.width, whole)  # chosen columns are never cut
    console.print(Text(report.title, style="bold"), mart, sep="\n")
    if hint := _hint(report, len(rows), len(chosen)):
        console.print(Text(hint))


def table(title: str, rows: Sequence[Mapping[str, Any]], *, wrap_names: bool = False) -> RenderableType:
    """Rows under the names of their columns; numbers are right-aligned, missing values are dashes."""
    if not rows:
        return Text(f"{title}: none\n")
    # rich would wrap a title of its own at the width of the table
    return Group(Text(title, style="bold"), _grid(rows, wrap_names=wrap_names))


def _grid(rows: Sequence[Mapping[str, Any]], *, wrap_names: bool = False, max_text: int | None = None) -> Table:
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0)
    for name in rows[0]:
        is_number = any(isinstance(row[name], (int, float, Decimal)) for row in rows)
        heading = "\n".join(_heading(name, rows)) if wrap_names else name.replace("_", " ")
        shown.add_column(
            heading,
            justify="right" if is_number else "left",
            no_wrap=name not in WRAPPED,
            max_width=max_text if name.endswith(NAMES) else None,
        )
    for row in rows:
        cells = (Text(printable(_cell(name, value))) for name, value in row.items())  # Text, so that `[` is no markup
        shown.add_row(*cells)
    return shown


def printable(text: str) -> str:
    """The text without control characters, which could move the cursor or hide what is shown."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


def print_report(report: RenderableType, *, err: bool = False) -> None:
    """Print to standard output, or to standard error."""
    _console(err=err).print(report)


def print_fitting(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows, with as many of the first columns as fit."""
    console = _console()
    names = _fitting(sorted(rows[0] if rows else [], key=lambda name: name.endswith(IDS)), rows, console.width)
    console.print(table(title, [{name: row[name] for name in names} for row in rows], wrap_names=True))


def _console(*, err: bool = False) -> Console:
    console = _Console(stderr=err)
    if not console.is_terminal:
        console.width = WIDTH_WITHOUT_TERMINAL
    return console


class _Console(Console):
    """A console that leaves a closed pipe to the command."""

    def on_broken_pipe(self) -> None:
        """Raise the error; by default, rich exits with status 1."""
        raise  # noqa: PLE0704 (rich calls this while it handles the BrokenPipeError)


def _by_priority(names: Sequence[str], report: Report) -> list[str]:
    """The column to sort by, then the most important ones, the others in their order, and ids."""
    place = {name: number for number, name in enumerate(report.lead)}
    place |= {report.options.sort.removeprefix("-"): -1}
    return sorted(names, key=lambda name: (place.get(name, len(place)), name.endswith(IDS)))


def _fitting(
    names: Sequence[str], rows: Sequence[Mapping[str, Any]], width: int, max_text: int | None = None
) -> list[str]:
    """The first columns that fit beside each other; at least one."""
    left = width - FRAME_WIDTH
    fitting: list[str] = []
    for name in names:
        left -= _width(name, rows, max_text) + GAP_WIDTH
        if fitting and left < -GAP_WIDTH:
            break
        fitting.append(name)
    return fitting


def _width(name: str, rows: Sequence[Mapping[str, Any]], max_text: int | None) -> int:
    heading = max(map(cell_len, _heading(name, rows)))
    longest = 0 if name in WRAPPED else max(map(cell_len, _cells(name, rows)))
    return max(heading, min(longest, max_text) if max_text and name.endswith(NAMES) else longest)


def _heading(name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The name, wrapped to the width of the values below it."""
    words = name.split("_")
    return wrap(" ".join(words), max(map(len, [*words, *_cells(name, rows)])))


def _cells(name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [_cell(name, row[name]) for row in rows]


def _hint(report: Report, rows: int, columns: int) -> str:
    hints = []
    if rows < report.count:
        hints.append(f"{rows:,} of {report.count:,} rows; --limit 0 shows all.")
    if rows and columns < len(report.columns):
        hints.append(f"{columns} of {len(report.columns)} columns; --columns all shows all, --describe explains them.")
    return " ".join(hints)


def _cell(name: str, value: Any) -> str:
    match value:
        case None:
            return NO_DATA
        case bool():
            return str(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case int() if not name.endswith(NUMERALS):
            return f"{value:,}"
        case float() | Decimal():
            return _fraction(name, value)
    return str(value)


def _fraction(name: str, value: float | Decimal) -> str:
    if name.endswith(PERCENTAGES):
        return f"{value:.1%}"
    if value and -1 < value < 1:
        return f"{float(value):.4g}"  # a unit cost of 0.003125
    return f"{value:,.2f}".removesuffix(".00")

"""Print reports on the terminal, as rich tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:  # these import dlt, which takes a second, and `status` does without it
    from inventory_planner.data_folder import DataFolder
    from inventory_planner.demo import DemoReport
    from inventory_planner.marts.published import Report
    from inventory_planner.monitor.status import Status

BEST_AND_WORST: Final = 3
MOST_OVERDUE: Final = 8
NO_DATA: Final = "-"
MAX_WIDTH: Final = 100_000  # more than all columns of a mart need
FRAME_WIDTH: Final = 2
GAP_WIDTH: Final = 1  # between columns
WIDTH_WITHOUT_TERMINAL: Final = 120

# Values are formatted by type, except in columns whose names end like this.
PERCENTAGES: Final = ("_rate", "_share", "_ratio")  # shown as 98.8%
NUMERALS: Final = "_number"  # shown without separators, like the year 2026
IDS: Final = "_id"  # shown last
WRAPPED: Final = ("error", "outcome", "description", "change", "before", "after")  # the long texts of our own reports


def demo_report(report: DemoReport, folder: DataFolder) -> RenderableType:
    """What the demo did, what its reports show, and where its files are."""
    vendors = report.vendors
    shown = vendors if len(vendors) <= 2 * BEST_AND_WORST else vendors[:BEST_AND_WORST] + vendors[-BEST_AND_WORST:]
    happened = ", ".join(f"{count} {kind}" for kind, count in sorted(report.happened.items()))
    overdue = f"Overdue: {len(report.overdue)} vendor orders; the {MOST_OVERDUE} with the highest open value"
    return Group(
        Text(f"\nFirst load: {report.first.summary}"),
        Text(f"Two days of business: {happened}."),
        Text(f"Then:       {report.second.summary}"),
        Text(f"Sweep:      {report.swept.summary}\n" if report.swept else ""),
        table("Received against ordered, vendor orders", report.received_vs_ordered),
        table(f"Vendors by OTIF: the best {BEST_AND_WORST} and the worst {BEST_AND_WORST}", shown),
        table(overdue, report.overdue[:MOST_OVERDUE]),
        Text(f"\nFor readers, at any time: {folder.analytics}\nFor this tool only:       {folder.warehouse}"),
    )


def status_report(status: Status) -> RenderableType:
    """How old the data is, and how the last syncs went."""
    age = "never loaded" if status.age_seconds is None else f"{timedelta(seconds=round(status.age_seconds))} old"
    published = f"{status.published_at:%Y-%m-%d %H:%M} UTC" if status.published_at else "never"
    at_work = f" {status.at_work} is running; this is the data published before it." if status.at_work else ""
    columns = (
        "started_at",
        "_account_id",
        "outcome",
        "sync_kind",
        "requests",
        "orders",
        "deleted",
        "quarantined",
        "error",
    )
    return Group(
        Text(f"{status.folder}: data {age}, published {published}.{at_work}"),
        *([Text(f"Warning: {status.problem}")] if status.problem else []),
        table("Rows", [{"table": name, "rows": count} for name, count in status.rows.items()]),
        table("Last syncs (UTC)", [{name: sync[name] for name in columns} for sync in status.syncs]),
        *([table("Last changes of the account (UTC)", list(map(_write, status.writes)))] if status.writes else []),
    )


def _write(write: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "recorded_at": write["recorded_at"],
        "command": write["command"],
        "order_or_variant": write["purchase_order_number"] or write["target"],
        **{name: write[name] for name in ("state", "user_name")},
        "outcome": write["message"],
    }


def print_mart(report: Report) -> None:
    """Print a mart, with as many columns as fit unless some were chosen, and how to see the rest."""
    console = _console()
    names = [column.name for column in report.columns]
    rows = [dict(zip(names, row, strict=True)) for row in report.rows]
    chosen = names if report.options.columns else _fitting(names, rows, report.options.sort, console.width)
    mart = table(report.title, [{name: row[name] for name in chosen} for row in rows], wrap_names=True)
    if report.options.columns:
        whole = console.measure(mart, options=console.options.update(width=MAX_WIDTH)).maximum
        console.width = max(console.width, whole)  # chosen columns are never cut
    console.print(mart)
    if hint := _hint(report, len(rows), len(chosen)):
        console.print(Text(hint))


def table(title: str, rows: Sequence[Mapping[str, Any]], *, wrap_names: bool = False) -> RenderableType:
    """Rows under the names of their columns; numbers are right-aligned, missing values are dashes."""
    if not rows:
        return Text(f"{title}: none\n")
    shown = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False, padding=0)
    for name in rows[0]:
        is_number = any(isinstance(row[name], (int, float, Decimal)) for row in rows)
        heading = "\n".join(_heading(name, rows)) if wrap_names else name.replace("_", " ")
        shown.add_column(heading, justify="right" if is_number else "left", no_wrap=name not in WRAPPED)
    for row in rows:
        cells = (Text(_printable(_cell(name, value))) for name, value in row.items())  # Text, so that `[` is no markup
        shown.add_row(*cells)
    return shown


def _printable(text: str) -> str:
    """The text without control characters, which could move the cursor or hide what is shown."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


def print_report(report: RenderableType, *, err: bool = False) -> None:
    """Print to standard output, or to standard error."""
    _console(err=err).print(report)


def print_fitting(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows, with as many of the first columns as fit."""
    console = _console()
    names = _fitting(list(rows[0]) if rows else [], rows, "", console.width)
    console.print(table(title, [{name: row[name] for name in names} for row in rows], wrap_names=True))


def _console(*, err: bool = False) -> Console:
    console = Console(stderr=err)
    if not console.is_terminal:
        console.width = WIDTH_WITHOUT_TERMINAL
    return console


def _fitting(names: Sequence[str], rows: Sequence[Mapping[str, Any]], sort: str, width: int) -> list[str]:
    """The first columns that fit beside each other: the one sorted by, the others in their order, ids."""
    sorted_by = sort.removeprefix("-")
    left = width - FRAME_WIDTH
    fitting: list[str] = []
    for name in sorted(names, key=lambda name: (name != sorted_by, name.endswith(IDS))):
        left -= _width(name, rows) + GAP_WIDTH
        if fitting and left < 0:
            break
        fitting.append(name)
    return fitting


def _width(name: str, rows: Sequence[Mapping[str, Any]]) -> int:
    return max(map(cell_len, [*_heading(name, rows), *([] if name in WRAPPED else _cells(name, rows))]))


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

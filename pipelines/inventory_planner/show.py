"""Reports for the terminal, as rich tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:  # they would bring dlt with them, and `status` is quick without
    from inventory_planner.demo import DemoReport
    from inventory_planner.folder import Folder
    from inventory_planner.status import Status

BEST_AND_WORST: Final = 3
MOST_OVERDUE: Final = 8
NO_DATA: Final = "-"
WIDTH_WITHOUT_TERMINAL: Final = 120  # a file has no width of its own
RATES: Final = ("fill_rate", "otif")
MONEY: Final = ("spend", "open_value")


def demo_report(report: DemoReport, folder: Folder) -> RenderableType:
    """What the demo did, what its reports say, and where the files are."""
    vendors = report.vendors
    shown = vendors if len(vendors) <= 2 * BEST_AND_WORST else vendors[:BEST_AND_WORST] + vendors[-BEST_AND_WORST:]
    happened = ", ".join(f"{count} {kind}" for kind, count in sorted(report.happened.items()))
    overdue = f"Overdue: {len(report.overdue)} vendor orders; the {MOST_OVERDUE} with most at stake"
    return Group(
        Text(f"\nFirst load: {report.first.summary}"),
        Text(f"Two days of business: {happened}."),
        Text(f"Then:       {report.second.summary}"),
        Text(f"Sweep:      {report.swept.summary}\n" if report.swept else ""),
        table("Received against ordered, vendor orders", report.received_vs_ordered),
        table(f"Vendors by OTIF: the best {BEST_AND_WORST} and the worst {BEST_AND_WORST}", shown),
        table(overdue, report.overdue[:MOST_OVERDUE]),
        Text(f"\nFor readers, at any moment: {folder.analytics}\nThe writer's own:           {folder.warehouse}"),
    )


def status_report(status: Status) -> RenderableType:
    """How current the data is, and how the last syncs went."""
    age = "never loaded" if status.age_seconds is None else f"{timedelta(seconds=round(status.age_seconds))} old"
    published = f"{status.published_at:%Y-%m-%d %H:%M} UTC" if status.published_at else "never"
    columns = ("started_at", "_account_id", "outcome", "way", "requests", "orders", "deleted", "quarantined", "error")
    syncs = [{name: sync[name] for name in columns} for sync in status.syncs]
    at_work = f" {status.at_work} is at work; this is what was published before." if status.at_work else ""
    return Group(
        Text(f"{status.folder}: data {age}, published {published}.{at_work}"),
        table("Rows", [{"table": name, "rows": count} for name, count in status.rows.items()]),
        table("The last syncs (UTC)", syncs),
    )


def table(title: str, rows: Sequence[Mapping[str, Any]]) -> RenderableType:
    """Rows under their column names; numbers to the right, a dash for no data."""
    if not rows:
        return Text(f"{title}: none\n")
    shown = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False, padding=0)
    for name in rows[0]:
        is_number = any(isinstance(row[name], (int, float, Decimal)) for row in rows)
        shown.add_column(name.replace("_", " "), justify="right" if is_number else "left", no_wrap=name != "error")
    for row in rows:
        shown.add_row(*(Text(_cell(name, value)) for name, value in row.items()))  # as text, a `[` is no markup
    return shown


def print_report(report: RenderableType) -> None:
    """To standard output."""
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH_WITHOUT_TERMINAL
    console.print(report)


def _cell(name: str, value: Any) -> str:
    if value is None:
        return NO_DATA
    if name in RATES:
        return f"{value:.1%}"
    if isinstance(value, Decimal):
        return f"{value:,.0f}" if name in MONEY else f"{value.normalize():,f}"
    return _formats[type(value)](value) if type(value) in _formats else str(value)


_formats: dict[type, Callable[[Any], str]] = {
    float: "{:,.1f}".format,
    int: "{:,}".format,
    datetime: "{:%Y-%m-%d %H:%M:%S}".format,
}

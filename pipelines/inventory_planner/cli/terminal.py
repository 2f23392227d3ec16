"""Reports for the terminal, as rich tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:  # they would bring dlt with them, and `status` is quick without
    from inventory_planner.data_folder import DataFolder
    from inventory_planner.demo import DemoReport
    from inventory_planner.marts.published import Report
    from inventory_planner.monitor.status import Status

BEST_AND_WORST: Final = 3
MOST_OVERDUE: Final = 8
NO_DATA: Final = "-"
WIDEST: Final = 100_000  # more than a table with all columns of a mart takes
FRAME: Final = 2  # what a table takes of the width
GAP: Final = 1  # and each of its columns
WIDTH_WITHOUT_TERMINAL: Final = 120  # a file has no width of its own
RATES: Final = ("_rate", "_ratio", "_share", "otif")  # how names of shares end; they are read as percentages
MONEY: Final = (
    "_value",
    "_total",
    "_stake",
    "_variance",
    "_baseline",
)  # and of sums of money, where nobody reads cents
COSTS: Final = "_cost"  # and of prices, where cents are the least
INDEXES: Final = ("_cv", "hhi")  # and of numbers that say all behind the point
NUMERALS: Final = "_number"  # and of what is no amount, such as the year 2026
WRAPPED: Final = ("error", "description")
IDS: Final = ("_id", "as_of_date")  # names that end so tell people nothing
TELLS_NOTHING: Final = (3, 0)  # the rank of those
EVERY_ACCOUNT: Final = "account_id"  # but this one, where there are several
TELLING: Final = (  # the columns that come first where a mart has more than fit beside each other
    *("exception_rule", "severity", "check_name", "spend_by", "spend_name", "period", "report_month", "week_start"),
    *("receipt_date", "report_date", "purchase_order_number", "sent_date", "vendor_name", "last_vendor_name"),
    *("warehouse_name", "sku", "component_sku", "currency_code", "last_currency_code", "status_type", "count_orders"),
    *("count_checked", "count_found", "quantity_ordered", "quantity_received", "quantity_built", "quantity_expected"),
    *("quantity_needed", "quantity_used", "quantity_open", "fill_rate", "otif_line_rate", "on_time_rate"),
    *("lead_time_median_days", "lead_time_p90_days", "safety_days_95", "days_overdue", "recommended_action"),
    *("promise_date", "completion_date", "unit_cost", "previous_unit_cost", "price_change_rate", "last_unit_cost"),
    *("open_value", "overdue_value", "received_value", "ordered_value", "value_at_stake", "spend_share", "abc_class"),
)


def demo_report(report: DemoReport, folder: DataFolder) -> RenderableType:
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


def print_mart(found: Report) -> None:
    """A mart to standard output, as many columns as fit unless some are named, and what there is more of it."""
    console = _console()
    rows = [dict(zip((column.name for column in found.columns), row, strict=True)) for row in found.rows]
    names = [column.name for column in found.columns]
    shown = names if found.wanted.columns else _fitting(names, rows, found.wanted.sort, console.width)
    mart = table(found.title, [{name: row[name] for name in shown} for row in rows], wrap_names=True)
    if found.wanted.columns:
        whole = console.measure(mart, options=console.options.update(width=WIDEST)).maximum
        console.width = max(console.width, whole)  # what is asked for is not cut
    console.print(mart)
    if more := _more(found, len(rows), len(shown)):
        console.print(Text(more))


def table(title: str, rows: Sequence[Mapping[str, Any]], *, wrap_names: bool = False) -> RenderableType:
    """Rows under their column names; numbers to the right, a dash for no data."""
    if not rows:
        return Text(f"{title}: none\n")
    shown = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False, padding=0)
    for name in rows[0]:
        is_number = any(isinstance(row[name], (int, float, Decimal)) for row in rows)
        heading = "\n".join(_heading(name, rows)) if wrap_names else name.replace("_", " ")
        shown.add_column(heading, justify="right" if is_number else "left", no_wrap=name not in WRAPPED)
    for row in rows:
        shown.add_row(*(Text(_cell(name, value)) for name, value in row.items()))  # as text, a `[` is no markup
    return shown


def print_report(report: RenderableType) -> None:
    """To standard output."""
    _console().print(report)


def _console() -> Console:
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH_WITHOUT_TERMINAL
    return console


def _fitting(names: Sequence[str], rows: Sequence[Mapping[str, Any]], sort: str, width: int) -> list[str]:
    """The columns that fit in this width, the most telling first."""
    ranks = {name: _rank(name, [row[name] for row in rows], sort) for name in names}
    fitting: list[str] = []
    left = width - FRAME
    for name in sorted(names, key=ranks.__getitem__):
        needed = _width(name, rows) + GAP
        if not fitting or (needed <= left and ranks[name] < TELLS_NOTHING):
            fitting.append(name)
            left -= needed
    return fitting


def _rank(name: str, values: Sequence[Any], sort: str) -> tuple[int, int]:
    """What sorts before the others tells more."""
    if name == sort.removeprefix("-") or (name == EVERY_ACCOUNT and len(set(values)) > 1):
        return 0, 0
    if name in TELLING and any(value is not None for value in values):
        return 1, TELLING.index(name)
    return TELLS_NOTHING if name.endswith(IDS) else (2, 0)


def _width(name: str, rows: Sequence[Mapping[str, Any]]) -> int:
    return max(map(cell_len, [*_heading(name, rows), *([] if name in WRAPPED else _cells(name, rows))]))


def _heading(name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The name on as many lines as keep it no wider than what stands under it."""
    words = name.split("_")
    return wrap(" ".join(words), max(map(len, [*words, *_cells(name, rows)])))


def _cells(name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [_cell(name, row[name]) for row in rows]


def _more(found: Report, rows: int, columns: int) -> str:
    hints = []
    if rows < found.count:
        hints.append(f"{rows:,} of {found.count:,} rows; --limit 0 shows all.")
    if rows and columns < len(found.columns):
        hints.append(f"{columns} of {len(found.columns)} columns; --columns all shows all, --describe what they mean.")
    return " ".join(hints)


def _cell(name: str, value: Any) -> str:
    if value is None:
        return NO_DATA
    if isinstance(value, (float, Decimal)):
        return _fraction(name, value)
    if name.endswith(NUMERALS):
        return str(value)
    return _formats[type(value)](value) if type(value) in _formats else str(value)


def _fraction(name: str, value: float | Decimal) -> str:
    if name.endswith(RATES):
        return f"{value:.1%}"
    if name.endswith(INDEXES):
        return f"{value:.3f}"
    if isinstance(value, float):
        return f"{value:,.1f}"
    if name.endswith(MONEY):
        return f"{value:,.0f}"
    exact = f"{value.normalize():,f}"
    return max(f"{value:,.2f}", exact, key=len) if name.endswith(COSTS) else exact


_formats: dict[type, Callable[[Any], str]] = {
    int: "{:,}".format,
    datetime: "{:%Y-%m-%d %H:%M:%S}".format,
}

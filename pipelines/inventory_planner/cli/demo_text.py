"""Show what the demo did, for a terminal."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Final

from rich.console import Group, RenderableType
from rich.text import Text

from inventory_planner.cli.terminal import table

if TYPE_CHECKING:
    from pathlib import Path

    from inventory_planner.data_folder import DataFolder
    from inventory_planner.demo import DemoReport

BEST_AND_WORST: Final = 3
MOST_OVERDUE: Final = 8


def demo_report(report: DemoReport, folder: DataFolder, data: Path) -> RenderableType:
    """What the demo did, what its reports show, where its files are, and the next command, for the folder `data`."""
    vendors = report.vendors
    shown = vendors if len(vendors) <= 2 * BEST_AND_WORST else vendors[:BEST_AND_WORST] + vendors[-BEST_AND_WORST:]
    happened = ", ".join(f"{count} {kind}" for kind, count in sorted(report.happened.items()))
    overdue = f"Overdue: {len(report.overdue)} vendor orders; the {MOST_OVERDUE} with the highest open value"
    return Group(
        Text(f"\nFirst load: {report.first.summary}"),
        Text(f"Two days of business: {happened}."),
        Text(f"Then:       {report.second.summary}"),
        Text(f"Sweep:      {report.swept.summary}\n" if report.swept else ""),
        table("Received against ordered, vendor orders", report.received_vs_ordered, wrap_names=True),
        table(f"Vendors by OTIF: the best {BEST_AND_WORST} and the worst {BEST_AND_WORST}", shown, wrap_names=True),
        table(overdue, report.overdue[:MOST_OVERDUE], wrap_names=True),
        Text(f"For readers, at any time: {folder.analytics}\nFor this tool only:       {folder.warehouse}\n"),
        Text(f"Next: inventory-planner dashboard --data {quote(str(data))}"),
    )

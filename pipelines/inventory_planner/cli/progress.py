"""Progress bars on a terminal: one while orders are read, one while the marts are built."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from inventory_planner.cli.log import FIELDS, console, is_progress_wanted

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from inventory_planner.sync.load import Progress

DBT_LOGGER = "inventory_planner.marts.dbt"  # logs each node that was built, at the level DEBUG


@contextmanager
def show_progress() -> Iterator[Progress]:
    """Show progress on a terminal; elsewhere, log lines are enough."""
    if not is_progress_wanted():
        yield lambda _read, _total: None
        return
    from rich.progress import Progress as Bar

    logger = logging.getLogger(DBT_LOGGER)
    with Bar(console=console(), transient=True) as bar:
        bars = _Bars(bar)
        logger.addHandler(bars)
        try:
            yield bars.read
        finally:
            logger.removeHandler(bars)


class _Bars(logging.Handler):
    """Two bars, of which only the one updated last is shown; dbt's log records update the second."""

    def __init__(self, bar: Bar) -> None:
        super().__init__()
        self._bar = bar
        self._reading = bar.add_task("Reading orders", total=None)
        self._building = bar.add_task("Building the marts", total=None, visible=False)

    def read(self, orders: int, total: int) -> None:
        """Show how many orders were read."""
        self._bar.update(self._reading, completed=orders, total=total, visible=True)
        self._bar.update(self._building, visible=False)

    def emit(self, record: logging.LogRecord) -> None:
        """Show how many nodes and marts were built."""
        fields = getattr(record, FIELDS, {})
        if "node" not in fields:
            return
        self._bar.update(
            self._building,
            completed=fields["done"],
            total=fields["total"],
            description=f"Building: marts {fields['marts']} of {fields['all_marts']}",
            visible=True,
        )
        self._bar.update(self._reading, visible=False)

"""The command that undoes what another command changed in the account."""

from __future__ import annotations

import click

from inventory_planner.cli.asking import Asking, changing
from inventory_planner.cli.help import Commands


@click.group(cls=Commands)
def writes() -> None:
    """Undo changes to the account."""


@writes.command()
@changing
@click.argument("run")
def undo(asking: Asking, run: str) -> None:
    """Undo what RUN changed: settings and vendors of variants, fields and received quantities of orders.

    RUN is the id that the command printed, or the beginning of it; `report writes --columns
    job_id,command,recorded_at` lists all. Values that somebody has changed since are skipped and reported, as are new
    orders, stock pushes and connections. An undo can be undone as well.
    """
    from inventory_planner import writes

    asking.send("writes undo", lambda account, how: writes.undo(account, run, how))

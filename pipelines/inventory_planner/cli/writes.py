"""The command that takes back what another one changed in the account."""

from __future__ import annotations

import click

from inventory_planner.cli.asking import Asking, changing


@click.group()
def writes() -> None:
    """Take back changes of the account."""


@writes.command()
@changing
@click.argument("run")
def undo(asking: Asking, run: str) -> None:
    """Take back what RUN changed: settings and vendors of variants, fields and received quantities of orders.

    RUN is the id that the command printed, or how it begins; `report writes --columns job_id,command,recorded_at` lists
    all. A value that somebody has changed since is skipped, and named, like new orders, stock pushes and connections.
    Undoing an undo works, too.
    """
    from inventory_planner import writes

    asking.send("writes undo", lambda account, how: writes.undo(account, run, how))

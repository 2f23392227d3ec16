"""The options of commands that change the account: show first, ask, send."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from inventory_planner.cli.options import data_option
from inventory_planner.data_folder import DataFolder

if TYPE_CHECKING:
    from inventory_planner.orders import Outcome, Sending
    from inventory_planner.sync.load import Job
    from inventory_planner.writeback.change import Change

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@dataclass(frozen=True, slots=True)
class Asking:
    """Where a command works, whether it asks, and how it prints what became of the changes."""

    folder: DataFolder
    yes: bool
    dry_run: bool
    as_json: bool

    @contextmanager
    def open_account(self, command: str, *, again: bool = False) -> Iterator[tuple[Job, Sending]]:
        """The account, and how changes are sent; with `--dry-run`, the block ends where it would send."""
        from inventory_planner import orders

        with orders.open_account(self.folder, command) as account, _show_progress() as progress:

            def confirm(changes: Sequence[Change]) -> bool:
                return self._confirm(changes, account.settings.account_id)

            try:
                yield account, orders.Sending(confirm, again, progress)
            except _DryRun:
                return

    def _confirm(self, changes: Sequence[Change], account_id: str) -> bool:
        from inventory_planner.cli.orders_text import count, print_changes

        if self.dry_run:
            print_changes(changes, as_json=self.as_json)
            raise _DryRun
        if self.yes or not changes:
            return True
        if not sys.stdin.isatty():
            raise click.UsageError("Nobody can be asked here. Look with --dry-run, then use --yes.")
        print_changes(changes, as_json=False)
        return click.confirm(f"Send {count(len(changes), 'change')} to account {account_id}?")


def changing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a command that changes the account; it takes them as its first argument, an `Asking`."""

    @wraps(command)
    def wrapper(*, folder: DataFolder, yes: bool, dry_run: bool, as_json: bool, **others: Any) -> Any:
        return command(Asking(folder, yes, dry_run, as_json), **others)

    wrapped: Callable[..., Any] = wrapper
    for option in (
        json_option,
        click.option("--dry-run", is_flag=True, help="Show what would be sent, and send nothing."),
        click.option("--yes", is_flag=True, help="Don't ask before sending."),
        data_option,
    ):
        wrapped = option(wrapped)
    return wrapped


class _DryRun(Exception):  # noqa: N818 (it ends the block, and is no error)
    """The changes were shown, and nothing is to be sent."""


@contextmanager
def _show_progress() -> Iterator[Callable[[Outcome], None]]:
    """A counter on a terminal; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import MofNCompleteColumn, Progress, TextColumn

    with Progress(TextColumn("Changes sent:"), MofNCompleteColumn(), transient=True) as bar:
        task = bar.add_task("", total=None, visible=False)
        yield lambda _: bar.update(task, advance=1, visible=True)

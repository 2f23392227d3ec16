"""The options of commands that change the account: show first, ask, send."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Self

import click

from inventory_planner.cli.log import console, is_progress_wanted
from inventory_planner.cli.options import account_option, data_option
from inventory_planner.data_folder import DataFolder

if TYPE_CHECKING:
    from rich.progress import Progress

    from inventory_planner.orders import Outcome, Sending
    from inventory_planner.settings import Settings
    from inventory_planner.sync.load import Job
    from inventory_planner.writeback.change import Change, Skipped

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class _DryRun(Exception):  # noqa: N818 (it ends the command, and is no error)
    """The changes were shown, and nothing is to be sent."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Where a command works, whether it asks, and how it prints what became of the changes."""

    folder: DataFolder
    yes: bool
    dry_run: bool
    as_json: bool
    account_name: str | None = None

    def send(
        self,
        command: str,
        change: Callable[[Job, Sending], Sequence[Outcome]],
        *,
        again: bool = False,
        show: Callable[[Sequence[Change]], None] | None = None,
    ) -> None:
        """Change the account and print the outcomes; with `--dry-run`, only print what would be sent.

        `show` prints what would be sent, in place of the table of values before and after.
        """
        from inventory_planner import orders
        from inventory_planner.cli.orders_text import print_outcomes, print_skipped

        shown: list[Change] = []
        skipped: list[Skipped] = []

        def skip(left_out: Sequence[Skipped]) -> None:
            skipped.extend(left_out)
            if not self.as_json:
                print_skipped(left_out)

        with suppress(_DryRun):
            with orders.open_account(self.folder, command, name=self.account_name) as account, _Counter() as counter:

                def confirm(changes: Sequence[Change]) -> bool:
                    shown.extend(changes)
                    is_confirmed = self._confirm(changes, skipped, account.settings, show)
                    counter.start(len(changes))
                    return is_confirmed

                sending = orders.Sending(confirm, again, counter.advance, only_shown=not self.yes, skip=skip)
                outcomes = change(account, sending)
            print_outcomes(outcomes, shown, skipped, as_json=self.as_json)

    def _confirm(
        self,
        changes: Sequence[Change],
        skipped: Sequence[Skipped],
        settings: Settings,
        show: Callable[[Sequence[Change]], None] | None,
    ) -> bool:
        from inventory_planner.cli.orders_text import print_changes
        from inventory_planner.writeback.comparison import count

        if self.dry_run:
            if show and changes and not self.as_json:
                show(changes)
            else:
                print_changes(changes, skipped, as_json=self.as_json)
            raise _DryRun
        if not changes:
            return True
        return self.ask(
            f"Send {count(len(changes), 'change')} to account {settings.title}?",
            lambda: (show or partial(print_changes, as_json=False, err=self.as_json))(changes),
        )

    def ask(self, question: str, show: Callable[[], None]) -> bool:
        """Show what is to be sent, and ask on the terminal; with `--yes`, neither."""
        if self.yes:
            return True
        if not sys.stdin.isatty():
            raise click.UsageError("There is no terminal to confirm on. Preview with --dry-run, then pass --yes.")
        show()
        return click.confirm(question, err=self.as_json)


class _Counter:
    """Counts the changes that were sent, on a terminal; it starts after the question, which needs the line."""

    def __init__(self) -> None:
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def start(self, total: int) -> None:
        """Show that so many changes are to be sent."""
        if not (total and is_progress_wanted()):
            return
        from rich.progress import MofNCompleteColumn, Progress, TextColumn

        self._bar = Progress(TextColumn("Changes sent:"), MofNCompleteColumn(), console=console(), transient=True)
        self._bar.add_task("", total=total)
        self._bar.start()

    def advance(self, _: Outcome) -> None:
        """Count one more."""
        if self._bar:
            self._bar.update(self._bar.task_ids[0], advance=1)


def changing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a command that changes the account; it takes them as its first argument, an `Asking`."""

    @wraps(command)
    def wrapper(
        *, folder: DataFolder, account_name: str | None, yes: bool, dry_run: bool, as_json: bool, **others: Any
    ) -> Any:
        return command(Asking(folder, yes, dry_run, as_json, account_name), **others)

    wrapped: Callable[..., Any] = wrapper
    for option in (
        json_option,
        click.option("--dry-run", is_flag=True, help="Show what would be sent, and send nothing."),
        click.option("--yes", is_flag=True, help="Don't ask before sending."),
        account_option,
        data_option,
    ):
        wrapped = option(wrapped)
    return wrapped

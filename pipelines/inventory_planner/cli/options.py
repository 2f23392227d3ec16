"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

from inventory_planner.data_folder import DataFolder, data_folder, folder_at
from inventory_planner.errors import ConfigurationError

Command = TypeVar("Command", bound=Callable[..., Any])


def data_option(command: Command) -> Command:
    """`--data` for a command that writes: the folder is created if it is missing."""
    return _folder_option(data_folder)(command)


def read_only_data_option(command: Command) -> Command:
    """`--data` for a command that only reads: the folder may be missing."""
    return _folder_option(folder_at)(command)


def account_option(command: Command) -> Command:
    """`--account` for a command that works on an account."""
    return click.option(
        "--account",
        "account_name",
        metavar="NAME",
        shell_complete=_complete_account,
        help="The account, by its name or id, if several are configured.",
    )(command)


def _complete_account(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The names of the accounts; none if the settings can't be read."""
    from inventory_planner.settings import account_names

    try:
        return [name for name in account_names() if name.startswith(incomplete)]
    except ConfigurationError:
        return []


def as_of_option(command: Command) -> Command:
    """`--as-of` for a command that builds marts."""
    return click.option(
        "--as-of",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="DATE",
        help="Build the reports as of this date, for example 2026-01-31; today by default.",
        callback=lambda _context, _parameter, day: _past_day(day),
    )(command)


def _past_day(day: datetime | None) -> datetime | None:
    """The day, which may have begun somewhere on earth; nobody knows what a later one will bring.

    Raises:
        BadParameter: it is in the future.
    """
    tomorrow = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    if day and day > tomorrow:
        raise click.BadParameter(f"{day.date()} is in the future. Give a past day, or leave it out for today.")
    return day


def dbt_variables(as_of: datetime | None) -> dict[str, Any]:
    """The configured dbt vars, with the names of the accounts, and with the date of `--as-of`."""
    from inventory_planner.accounts import variables

    return {**variables(), **({"as_of_date": as_of.date().isoformat()} if as_of else {})}


def _folder_option(open_folder: Callable[[Path], DataFolder]) -> Callable[[Command], Command]:
    return click.option(
        "--data",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("data"),
        envvar="INVENTORY_PLANNER_DATA",
        show_default=True,
        show_envvar=True,
        help="The data folder, the only folder written to.",
        # while the shell completes a command, nothing is created
        callback=lambda context, _parameter, path: folder_at(path) if context.resilient_parsing else open_folder(path),
    )

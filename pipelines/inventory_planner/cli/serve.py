"""Commands that serve over HTTP until Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from inventory_planner.cli.options import data_option, dbt_variables, read_only_data_option
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError, InventoryPlannerError

EMULATOR_PORT: Final = 8765
DASHBOARD_PORT: Final = 8766
TOUR_PORT: Final = 8767

_Command = TypeVar("_Command", bound=Callable[..., Any])


@click.command()
@click.option(
    "--data",
    "orders",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file of orders, one JSON object per line.",
)
@click.option(
    "--sftp",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Import delivered files from this folder, which your SFTP server (such as sshd) writes to. Files are read at"
    " 02:00 in `account_timezone`, or immediately on POST /emulator/night.",
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=EMULATOR_PORT, show_default=True, help="0 for any free port.")
@click.option("--api-key", default="demo-key", show_default=True, help="The API key to accept.")
@click.option("--account", "account_id", default="a1000", show_default=True, help="The account id to accept.")
def emulate(orders: Path | None, sftp: Path | None, host: str, port: int, **access: str) -> None:
    """Serve an emulated account, with the demo's orders or yours."""
    import inventory_planner_emulator as emulator
    from inventory_planner.marts.dbt_vars import account_timezone

    zone = account_timezone(dbt_variables(None))

    try:
        today = datetime.now(UTC).date()
        account = emulator.Account(emulator.read_orders(orders)) if orders else emulator.demo_account(today)
        account.account_id, account.api_key = access["account_id"], access["api_key"]

        def ready(url: str) -> None:
            click.echo(f"Account {account.account_id} at {url} (press Ctrl-C to stop)")
            click.echo(f"Neuro: neuro_url {url}, neuro_plugin {account.plugin}, neuro_token {account.neuro_token}")
            if account.inbox:
                click.echo(_inbox(account.inbox.folder, emulator.DIRECTORIES, url, zone.key))

        account.inbox = emulator.Inbox(sftp) if sftp else None
        emulator.run(account, host, port, ready=ready, zone=zone)
    except (OSError, OverflowError, ValueError) as error:
        raise ConfigurationError(
            f"Can't serve the account: {error}. Choose another --port, --data or --sftp."
        ) from error


def _inbox(folder: Path, directories: Sequence[str], url: str, zone: str) -> str:
    return (
        f"Files: {folder.absolute()}, with the directories {', '.join(directories)}. Let an SFTP server write there;"
        f" they are read at 02:00 ({zone}), or now with: curl -X POST {url}/emulator/night"
    )


def _address_option(kind: str, fields: str) -> Callable[[_Command], _Command]:
    """The option for the URL of an order, a variant or a vendor in Inventory Planner."""
    return click.option(
        f"--{kind}-url",
        kind,
        metavar="URL",
        envvar=f"INVENTORY_PLANNER_{kind.upper()}_URL",
        callback=_checked_pattern,
        help=f"Link each {kind} to this URL in Inventory Planner, after replacing {fields}; or set"
        f" INVENTORY_PLANNER_{kind.upper()}_URL.",
    )


def _checked_pattern(_context: click.Context, parameter: click.Parameter, pattern: str | None) -> str | None:
    from inventory_planner_dashboard.account_links import pattern_fault

    if pattern and (fault := pattern_fault(str(parameter.name), pattern)):
        raise click.BadParameter(fault)
    return pattern


@click.command()
@read_only_data_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=DASHBOARD_PORT, show_default=True, help="0 for any free port.")
@click.option("--browser/--no-browser", default=True, help="Whether to open the dashboard in a browser.")
@click.option(
    "--max-age",
    type=click.FloatRange(min=0, min_open=True),
    default=24,
    show_default=True,
    metavar="HOURS",
    envvar="INVENTORY_PLANNER_MAX_AGE",
    help="Warn if the account was last read more than HOURS ago; also INVENTORY_PLANNER_MAX_AGE.",
)
@_address_option("order", "{id}, {number} and {account}")
@_address_option("variant", "{id}, {sku} and {account}")
@_address_option("vendor", "{id}, {name} and {account}")
@click.option(
    "--allow-writes",
    is_flag=True,
    help="Offer to receive, re-date and close orders on the pages. Only this machine can then open the dashboard, with"
    " the printed address, which contains a token.",
)
def dashboard(folder: DataFolder, *, browser: bool, max_age: float, allow_writes: bool, **others: Any) -> None:
    """Serve the dashboard. It shows newly published data without a restart.

    With --allow-writes, pages can change the account, as the `orders` commands do: each change is shown first, must be
    confirmed, and is recorded in the table _writes with the name of the user who started the dashboard.
    """
    click.echo("Starting the dashboard …", err=True)  # the libraries for pages and charts take seconds to import

    from inventory_planner.accounts import all_accounts
    from inventory_planner.cli.following import follow_published
    from inventory_planner.data_folder import data_folder
    from inventory_planner_dashboard.account_links import set_patterns
    from inventory_planner_dashboard.server import WhenOld
    from inventory_planner_dashboard.server import run as serve_dashboard

    if allow_writes:  # fail now, not at the first change
        all_accounts()
        folder = data_folder(folder.root)

    follow_published(folder)

    def ready(url: str) -> None:
        click.echo(f"Dashboard of {folder.analytics} at {url} (press Ctrl-C to stop)")
        if allow_writes:  # all users of the machine can see the address that a browser is started with
            click.echo("Pages can change the account. Open the address in your browser, and share it with nobody.")
        elif browser:
            click.launch(url)

    address = (others.pop("host"), others.pop("port"))
    set_patterns({kind: pattern for kind, pattern in others.items() if pattern})
    when_old = WhenOld(timedelta(hours=max_age), lambda: _why_old(folder))
    serve_dashboard(folder, address, ready=ready, when_old=when_old, allow_writes=allow_writes)


@click.command()
@data_option
@click.option("--port", default=TOUR_PORT, show_default=True)
@click.option("--browser/--no-browser", default=True, help="Whether to open the tour in a browser.")
def tour(folder: DataFolder, port: int, browser: bool) -> None:
    """Open a notebook with ten questions, answered in SQL that you can edit.

    The notebook is your own copy, `notebooks/tour.py` in the data folder. Delete it to get the original back.
    """
    from inventory_planner.cli.following import follow_published
    from inventory_planner_dashboard.tour import open_tour

    follow_published(folder)
    sys.exit(open_tour(folder, port, browser=browser))


def _why_old(folder: DataFolder) -> str:
    """What readers of old data can do about it, by the published sync log: to open the warehouse would fail a run."""
    from inventory_planner.monitor.status import last_published_sync
    from inventory_planner.warehouse.engines import engine_of
    from inventory_planner.warehouse.sync_log import SUCCEEDED

    try:
        last = last_published_sync(engine_of(folder))
    except InventoryPlannerError as error:
        return str(error)
    if last is None:
        return "Ask whoever publishes the file."
    began = f"{last['started_at']:%Y-%m-%d %H:%M} UTC"
    result = "succeeded" if last["outcome"] == SUCCEEDED else f"failed: {last['error'] or 'unknown'}"
    return (
        f"The last {last['sync_kind'] or 'reading'} in it, of {began}, {result.rstrip('.')}. If runs have failed since,"
        " `inventory-planner status` shows why; else start `inventory-planner run`, or check its schedule."
    )

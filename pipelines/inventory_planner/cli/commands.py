"""The command `inventory-planner`: each subcommand reads its options, makes one call, and says what came of it.

What a subcommand needs is imported in it: dlt alone takes a second, and `status` does without.
"""

from __future__ import annotations

import atexit
import gc
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import click

from inventory_planner import __version__
from inventory_planner.cli.log import explain, start_logging
from inventory_planner.data_folder import DataFolder, data_folder, folder_at
from inventory_planner.errors import ConfigurationError, InventoryPlannerError

if TYPE_CHECKING:
    from inventory_planner.api.client import Client
    from inventory_planner.marts.published import Form
    from inventory_planner.settings import Settings
    from inventory_planner.sync.load import Job, Progress
    from inventory_planner.warehouse.warehouse import Warehouse

INTERRUPTED: Final = 130  # what shells report for Ctrl-C
TERMINATED: Final = 143  # and for SIGTERM
EMULATOR_PORT: Final = 8765
DASHBOARD_PORT: Final = 8766
MOST_ROWS: Final = 2**63 - 1  # that DuckDB counts to
GARBAGE: Final = 10_000  # new objects, when it is collected; at 700 a fifth of a run without news would go into that

Command = TypeVar("Command", bound=Callable[..., Any])
log = logging.getLogger(__name__)


class TerminatedError(KeyboardInterrupt):
    """SIGTERM came: the command ends as with Ctrl-C."""


def main() -> None:
    """Run the command line, and leave with its exit status."""
    gc.set_threshold(GARBAGE)
    atexit.register(gc.freeze)  # or the end of the process looks through all that was imported
    signal.signal(signal.SIGTERM, _terminate)
    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")  # dlt starts it before it can be told by other means
    try:
        commands.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except InventoryPlannerError as error:
        explain(f"Error: {error}")
        sys.exit(error.exit_status)
    except (click.Abort, KeyboardInterrupt) as error:
        click.echo("Stopped. What is committed is kept; the next run goes on from there.", err=True)
        sys.exit(TERMINATED if isinstance(error.__cause__ or error, TerminatedError) else INTERRUPTED)


def _terminate(_signal: int, _frame: object) -> NoReturn:
    raise TerminatedError


def _data_option(command: Command) -> Command:
    return _folder_option(data_folder)(command)


def _folder_option(folder_of: Callable[[Path], DataFolder]) -> Callable[[Command], Command]:
    return click.option(
        "--data",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("data"),
        envvar="INVENTORY_PLANNER_DATA",
        show_default=True,
        show_envvar=True,
        help="The folder that everything is written to.",
        callback=lambda _context, _parameter, path: folder_of(path),
    )


def _as_of_option(command: Command) -> Command:
    return click.option(
        "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day that the reports look from; today if not given."
    )(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", help="How log lines are written.")
@click.option("--verbose", is_flag=True, help="Log more.")
def commands(log_format: str, verbose: bool) -> None:  # noqa: FBT001 (click passes it by name)
    """Inventory Planner purchase orders, kept exact and current in DuckDB.

    Exit status: 0 done; 1 failed; 2 wrong usage or configuration; 75 try again later; 77 key or account refused; 130 or
    143 stopped.
    """
    start_logging(log_format, verbose=verbose)


@commands.command()
@_data_option
def demo(folder: DataFolder) -> None:
    """Show the whole path on a made-up account: no key, no network, a minute."""
    from inventory_planner.cli.terminal import demo_report, print_report
    from inventory_planner.demo import run_demo

    demo_folder = data_folder(folder.root / "demo")
    with _progress() as progress:
        report = run_demo(demo_folder, progress)
    print_report(demo_report(report, demo_folder))


@commands.command()
@_data_option
@_as_of_option
def run(folder: DataFolder, as_of: datetime | None) -> None:
    """Load what changed, build the marts, publish them. This is the command to schedule."""
    from inventory_planner.run import run as run_job

    with _job(folder, "run") as job:
        run_job(job, _variables(as_of))


@commands.command()
@_data_option
@click.option("--full", is_flag=True, help="Read and load all orders again.")
@click.option("--since", metavar="INSTANT", help="Read again what changed since then, such as 2026-01-31T08:00:00Z.")
@click.option("--dry-run", is_flag=True, help="Only say what would be loaded.")
def load(folder: DataFolder, full: bool, since: str | None, dry_run: bool) -> None:  # noqa: FBT001 (click passes it by name)
    """Load what changed into the warehouse, and stop there."""
    from inventory_planner.sync.load import load as load_changes
    from inventory_planner.sync.load import preview

    if full and since:
        raise click.UsageError("--full reads everything: it leaves nothing for --since.")
    with _job(folder, "load", full=full, since=_instant(since)) as job:
        report = preview(job) if dry_run else load_changes(job)
        log.info("%s%s", "Would load: " if dry_run else "", report.summary)


@commands.command()
@_data_option
@click.option("--force", is_flag=True, help="Believe that orders are gone, however many.")
def sweep(folder: DataFolder, force: bool) -> None:  # noqa: FBT001 (click passes it by name)
    """Compare the whole account with the warehouse: find deleted orders, and changes that did not show."""
    from inventory_planner.sync.sweep import sweep as sweep_account

    with _job(folder, "sweep") as job:
        sweep_account(job, force=force)


@commands.command()
@_data_option
def replay(folder: DataFolder) -> None:
    """Decode the quarantined records again, after an update of this program."""
    from inventory_planner.sync.replay import replay as replay_quarantine

    with _job(folder, "replay") as job:
        replay_quarantine(job)


@commands.command(context_settings={"ignore_unknown_options": True})
@_data_option
@_as_of_option
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def transform(folder: DataFolder, as_of: datetime | None, arguments: tuple[str, ...]) -> None:
    """Build and test the marts; after `--` another dbt command, such as `-- test --select vendor_scorecard`."""
    from inventory_planner.marts.build import build, run_any_dbt

    with _warehouse(folder, "transform") as warehouse:
        if arguments:
            click.echo(run_any_dbt(warehouse, _variables(as_of), arguments))
        else:
            build(warehouse, _variables(as_of))


@commands.command()
@_data_option
def publish(folder: DataFolder) -> None:
    """Copy the warehouse to the readers' file, if its marts are built and tested."""
    from inventory_planner.marts.build import publish as publish_marts

    with _warehouse(folder, "publish") as warehouse:
        publish_marts(warehouse)
    log.info("Published %s.", folder.analytics)


@commands.command()
def check() -> None:
    """Try the key and the account, and say what they show."""
    from inventory_planner.monitor.check import check as check_account

    with _account() as (_, client):
        click.echo(check_account(client).summary)


@commands.command()
@_folder_option(folder_at)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def status(folder: DataFolder, as_json: bool) -> None:  # noqa: FBT001 (click passes it by name)
    """Show how current the data is, and how the last syncs went."""
    from inventory_planner.cli.terminal import print_report, status_report
    from inventory_planner.monitor.status import status as status_of
    from inventory_planner.warehouse.engines import engine_of

    found = status_of(engine_of(folder), folder)
    if as_json:
        click.echo(json.dumps(asdict(found), default=_json_value, indent=2))
    else:
        print_report(status_report(found))


@commands.command(epilog="Such as: inventory-planner report open_lines --vendor acme --sort -open_value")
@_folder_option(folder_at)
@click.argument("name", required=False)
@click.option("--vendor", help="Only rows whose vendor's name or id contains this, in capitals or not.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    callback=lambda _context, _parameter, since: since and since.date(),
    help="Only rows of that day or later. They go by the first of receipt_date, sent_date, report_date, report_month,"
    " date_day, week_start and last_sent_date that the mart has.",
)
@click.option(
    "--columns",
    default="",
    metavar="A,B,C",
    callback=lambda _context, _parameter, names: tuple(name.strip() for name in names.split(",") if name.strip()),
    help="Only these columns, or `all` of them. As a table, if not given, those that fit and tell most.",
)
@click.option("--sort", default="", metavar="COLUMN", help="By that column; with `-` before it the highest first.")
@click.option(
    "--limit", type=click.IntRange(0, MOST_ROWS), help="Rows, at most; 0 is all. If not given, 20 as a table, else all."
)
@click.option("--describe", "described", is_flag=True, help="Instead of rows, what each column means.")
@click.option("--csv", "form", flag_value="csv", help="As CSV with a header, each value as stored.")
@click.option("--json", "form", flag_value="json", help="As a JSON array with an object a line.")
def report(folder: DataFolder, name: str | None, form: Form | None, **wanted: Any) -> None:
    """Print the mart NAME from the published file; without a NAME, what marts there are."""
    from inventory_planner.cli.terminal import print_mart
    from inventory_planner.marts.published import Wanted, written
    from inventory_planner.marts.published import report as report_of

    with report_of(folder, name, Wanted(**wanted), form or "text") as found:
        if form:
            for text in written(found, form):
                click.echo(text, nl=False)
        else:
            print_mart(found)


@commands.command()
@click.option(
    "--data", "orders", type=click.Path(path_type=Path, dir_okay=False), help="Orders, one JSON object a line."
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=EMULATOR_PORT, show_default=True)
@click.option("--api-key", default="demo-key", show_default=True, help="The key that it accepts.")
@click.option("--account", "account_id", default="a1000", show_default=True, help="The account id that it accepts.")
def emulate(orders: Path | None, host: str, port: int, api_key: str, account_id: str) -> None:
    """Serve an Inventory Planner account over HTTP: these orders, or the demo's."""
    from datetime import UTC

    import inventory_planner_emulator as emulator

    today = datetime.now(UTC).date()
    try:
        held = emulator.read_orders(orders) if orders else emulator.demo_account(today).orders()
        account = emulator.Account(held, account_id=account_id, api_key=api_key)
        emulator.run(
            account, host, port, ready=lambda url: click.echo(f"Account {account_id} at {url} (Ctrl-C ends it)")
        )
    except (OSError, OverflowError, ValueError) as error:
        raise ConfigurationError(f"Can't serve the account: {error}") from error


@commands.command()
@_folder_option(folder_at)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=DASHBOARD_PORT, show_default=True, help="0 for any free one.")
@click.option("--browser/--no-browser", default=True, help="Whether to open the page in a browser.")
def dashboard(folder: DataFolder, host: str, port: int, browser: bool) -> None:  # noqa: FBT001 (click passes it by name)
    """Look at the reports in a web page; it follows what is published."""
    from inventory_planner.dashboard import run as serve

    def ready(url: str) -> None:
        click.echo(f"Dashboard over {folder.analytics} at {url} (Ctrl-C ends it)")
        if browser:
            click.launch(url)

    serve(folder, host, port, ready=ready)


def _json_value(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


@contextmanager
def _account() -> Iterator[tuple[Settings, Client]]:
    from inventory_planner.api.client import Client
    from inventory_planner.settings import settings as read_settings

    settings = read_settings()
    with Client(settings.base_url, settings.api_key, settings.account_id, settings.requests_per_second) as client:
        yield settings, client


@contextmanager
def _warehouse(folder: DataFolder, command: str) -> Iterator[Warehouse]:
    from inventory_planner.warehouse.engines import engine_of
    from inventory_planner.warehouse.warehouse import open_warehouse

    with open_warehouse(engine_of(folder), folder, command) as warehouse:
        yield warehouse


@contextmanager
def _job(folder: DataFolder, command: str, *, full: bool = False, since: datetime | None = None) -> Iterator[Job]:
    from inventory_planner.sync.load import Job

    with _warehouse(folder, command) as warehouse, _account() as (settings, client), _progress() as progress:
        yield Job(client, settings, warehouse, full=full, since=since, progress=progress)


def _variables(as_of: datetime | None) -> dict[str, Any]:
    from inventory_planner.settings import variables

    return {**variables(), **({"as_of_date": as_of.date().isoformat()} if as_of else {})}


def _instant(text: str | None) -> datetime | None:
    from inventory_planner.settings import parse_instant

    try:
        return parse_instant(text) if text else None
    except ValueError as error:
        raise click.BadParameter("write it as 2026-01-31T08:00:00Z", param_hint="--since") from error


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on a terminal; elsewhere the log says enough."""
    if not sys.stderr.isatty():
        yield lambda _read, _total: None
        return
    from rich.progress import Progress as Bar

    with Bar(transient=True) as bar:
        task = bar.add_task("Reading orders", total=None)
        yield lambda read, total: bar.update(task, completed=read, total=total)

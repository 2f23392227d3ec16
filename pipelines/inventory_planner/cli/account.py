"""Commands that read an account."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inventory_planner.cli.options import (
    account_option,
    as_of_option,
    data_option,
    dbt_variables,
    read_only_data_option,
)
from inventory_planner.cli.progress import show_progress
from inventory_planner.data_folder import DataFolder, data_folder

if TYPE_CHECKING:
    from inventory_planner.sync.load import Job

log = logging.getLogger(__name__)


@click.command()
@data_option
def demo(folder: DataFolder) -> None:
    """Try everything on a made-up account, without an API key.

    The demo needs no network and takes one to three minutes.
    """
    from inventory_planner.cli.demo_text import demo_report
    from inventory_planner.cli.terminal import print_report
    from inventory_planner.demo import run_demo

    demo_folder = data_folder(folder.root / "demo")
    here = Path.cwd()
    shown = demo_folder.root.relative_to(here) if demo_folder.root.is_relative_to(here) else demo_folder.root
    with show_progress() as progress:
        report = run_demo(demo_folder, progress)
    print_report(demo_report(report, demo_folder, shown))


@click.command()
@data_option
@account_option
@as_of_option
def run(folder: DataFolder, account_name: str | None, as_of: datetime | None) -> None:
    """Load changes, build the marts and publish them. Schedule this command.

    Several accounts are loaded one after the other, even if one fails. With the setting `acknowledge_status`, it then
    sets this status for the orders that it has imported.
    """
    from inventory_planner.run import run_all

    with _open_jobs(folder, "run", account_name) as jobs:
        run_all(jobs, dbt_variables(as_of))


@click.command()
@data_option
@account_option
@click.option("--full", is_flag=True, help="Re-read and reload all orders.")
@click.option(
    "--since", metavar="INSTANT", help="Re-read changes since this instant, for example 2026-01-31T08:00:00Z."
)
@click.option("--dry-run", is_flag=True, help="Show what would be loaded, and load nothing.")
@click.option("--catalog", is_flag=True, help="Also read the catalog, as the first `run` of a day does.")
def load(folder: DataFolder, account_name: str | None, since: str | None, dry_run: bool, **options: bool) -> None:
    """Load changes into the warehouse, without building the marts."""
    from inventory_planner.marts.dbt_vars import start_of_day
    from inventory_planner.run import for_each
    from inventory_planner.sync.catalog import load_catalog
    from inventory_planner.sync.load import load as load_changes
    from inventory_planner.sync.load import preview

    full, catalog = options["full"], options["catalog"]
    if full and since:
        raise click.UsageError("--full already reads all orders. Leave out --since.")
    if dry_run and catalog:
        raise click.UsageError("--dry-run shows what changed in the orders only. Leave out --catalog.")

    def load_account(job: Job) -> None:
        report = preview(job) if dry_run else load_changes(job)
        log.info("%s%s", "Would load: " if dry_run else "", report.summary, extra={"fields": report.log_fields})
        if catalog:
            load_catalog(job, start_of_day(dbt_variables(None), job.settings.account_id).date())

    with _open_jobs(folder, "load", account_name, full=full, since=_parse_since(since)) as jobs:
        for_each(jobs, load_account)


@click.command()
@data_option
@account_option
@click.option("--force", is_flag=True, help="Mark missing orders as deleted, however many there are.")
def sweep(folder: DataFolder, account_name: str | None, force: bool) -> None:
    """Find deleted orders and silent changes.

    A sweep compares all orders of the account with the warehouse.
    """
    from inventory_planner.run import for_each
    from inventory_planner.sync.sweep import sweep as sweep_account

    with _open_jobs(folder, "sweep", account_name) as jobs:
        for_each(jobs, lambda job: sweep_account(job, force=force))


@click.command()
@data_option
@account_option
def replay(folder: DataFolder, account_name: str | None) -> None:
    """Decode the quarantined records again.

    Run this after an update: a newer version may be able to read what an older one could not.
    """
    from inventory_planner.run import for_each
    from inventory_planner.sync.replay import replay as replay_quarantine

    with _open_jobs(folder, "replay", account_name) as jobs:
        for_each(jobs, replay_quarantine)


@click.command()
@data_option
@click.option("--to", type=click.Choice(["postgres"]), required=True, help="The engine to move to.")
def move(folder: DataFolder, to: str) -> None:
    """Copy the warehouse of the data folder to another engine.

    Copies the raw tables, snapshots, logs and the state of reading, and compares each table row by row. The DuckDB
    files stay as they are. You can run it again after it was interrupted; it never replaces orders of another
    warehouse.
    """
    from inventory_planner.warehouse.engines import VARIABLE, duckdb_of, postgres_of
    from inventory_planner.warehouse.moving import move as move_warehouse

    counts = move_warehouse(
        duckdb_of(folder), postgres_of(folder), lambda name, count: click.echo(f"  {name}: {count:,} rows")
    )
    click.echo(
        f"Moved {sum(counts.values()):,} rows in {len(counts)} tables; every table has the same rows. Now set"
        f" {VARIABLE}={to}, and run `inventory-planner run`."
    )


@click.command()
@read_only_data_option
@account_option
def check(folder: DataFolder, account_name: str | None) -> None:
    """Test the API key and the SFTP server, and summarize the account.

    Put the API key and the account id in `.dlt/secrets.toml`, as in `.dlt/example.secrets.toml`, or in the environment
    variables SOURCES__INVENTORY_PLANNER__API_KEY and SOURCES__INVENTORY_PLANNER__ACCOUNT_ID. Several accounts are
    tested one after the other, until one fails.
    """
    from inventory_planner.accounts import chosen_accounts
    from inventory_planner.cli.deliver_text import warn
    from inventory_planner.delivery.connection import probe
    from inventory_planner.delivery.files import FILES
    from inventory_planner.delivery.keys import exposure
    from inventory_planner.monitor.check import check as check_account
    from inventory_planner.settings import delivery_settings
    from inventory_planner.sync.account_client import open_client

    kinds = [file.name for file in FILES.values()]
    warn(exposure(folder))
    for settings in chosen_accounts(account_name):
        with open_client(settings) as client:
            click.echo(check_account(client).summary)
        click.echo(probe(delivery_settings(kinds, settings.name), folder))


def _parse_since(text: str | None) -> datetime | None:
    from inventory_planner.configuration import parse_instant

    try:
        return parse_instant(text) if text else None
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is not an instant such as 2026-01-31T08:00:00Z", param_hint="--since"
        ) from error


@contextmanager
def _open_jobs(
    folder: DataFolder, command: str, account_name: str | None, *, full: bool = False, since: datetime | None = None
) -> Iterator[list[Job]]:
    """The chosen account, or all of them, and the warehouse."""
    from inventory_planner.accounts import chosen_accounts
    from inventory_planner.sync.account_client import open_client
    from inventory_planner.sync.load import Job
    from inventory_planner.warehouse.engines import engine_of
    from inventory_planner.warehouse.warehouse import open_warehouse

    accounts = chosen_accounts(account_name)
    with (
        ExitStack() as clients,
        open_warehouse(engine_of(folder), folder, command) as warehouse,
        show_progress() as progress,
    ):
        yield [
            Job(clients.enter_context(open_client(settings)), settings, warehouse, full, since, progress)
            for settings in accounts
        ]

"""Commands that deliver files to the account by SFTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from inventory_planner.cli.asking import Asking, changing, json_option
from inventory_planner.cli.deliver_help import help_of
from inventory_planner.cli.help import Commands
from inventory_planner.cli.options import account_option, data_option, read_only_data_option
from inventory_planner.data_folder import DataFolder
from inventory_planner.delivery.files import FILES, File
from inventory_planner.errors import (
    AnotherRunError,
    ApiError,
    ConfigurationError,
    InventoryPlannerError,
    RejectedError,
)

if TYPE_CHECKING:
    from inventory_planner.cli.deliver_text import DeliveryLog
    from inventory_planner.delivery.planning import Clock, Plan
    from inventory_planner.delivery.tables import Table
    from inventory_planner.settings import Settings

LAST_DELIVERIES: Final = 20
LOST: Final = (
    "Deliver the stock again, with --full. If it does not arrive then, compare its directory and columns with what your"
    " Advanced CSV connection expects, and check that its variants and warehouses were delivered."
)


@click.group(cls=Commands)
def deliver() -> None:
    """Deliver CSV files to Inventory Planner's Advanced CSV connector, by SFTP.

    The whole file is validated before anything is sent. Only rows that are new or changed since the last delivery are
    sent; a row whose only difference is UPDATED_AT counts as unchanged. If a delivery is interrupted, the next one
    finishes it or sends its rows again.
    """


def _add(file: File) -> None:
    @deliver.command(file.kind, help=help_of(file))
    @changing
    @click.argument("csv_file", metavar="FILE.csv", type=click.Path(path_type=Path, dir_okay=False), required=False)
    @click.option(
        "--query",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE.sql",
        help="Deliver the result of this query on the published marts or raw tables, in place of a file.",
    )
    @click.option("--full", is_flag=True, help="Send all rows, not only those that are new or changed.")
    def command(asking: Asking, csv_file: Path | None, query: Path | None, full: bool) -> None:
        if (csv_file is None) == (query is None):
            raise click.UsageError("Give either FILE.csv or --query FILE.sql.")
        _deliver(asking, file, csv_file, query, full=full)


for _file in FILES.values():
    _add(_file)


@deliver.command("key")
@data_option
def show_key(folder: DataFolder) -> None:
    """Print the public SSH key to paste into Inventory Planner. Creates the key pair if there is none.

    The private key stays in the data folder, readable only by you.
    """
    from inventory_planner.cli.deliver_text import warn
    from inventory_planner.delivery.keys import ensure_key, exposure

    public, is_new = ensure_key(folder)
    warn(exposure(folder))
    made = "Made a new key pair. " if is_new else ""
    click.echo(f"{made}Paste this line where you create the Advanced CSV connection in Inventory Planner:", err=True)
    click.echo(public)


@deliver.command("status")
@read_only_data_option
@account_option
@json_option
@click.option("--now", "is_early", is_flag=True, help="Compare now, for example after you started a sync by hand.")
def show_status(folder: DataFolder, account_name: str | None, as_json: bool, is_early: bool) -> None:
    """List recent deliveries, the nightly sync that reads each one, and whether they arrived.

    After that sync, a sample of the delivered stock is compared with the account. Exit status: 1 if a delivery did not
    arrive.
    """
    from inventory_planner.cli.deliver_text import print_deliveries
    from inventory_planner.delivery.confirmation import is_waiting, lost_deliveries

    accounts, unknown = _accounts(account_name)
    chosen: list[Settings | None] = [*accounts] or [None]
    logs = [_read_log(folder, settings, is_early=is_early) for settings in chosen]
    print_deliveries(logs, as_json=as_json)
    for log in logs:
        problem = unknown or log.problem
        if problem and (is_early or any(is_waiting(each, log.clock) for each in log.deliveries)):
            if isinstance(problem, ApiError):
                raise problem
            click.echo(f"Could not check whether deliveries arrived: {problem}", err=True)
    if lost := [each for log in logs for each in lost_deliveries(log.deliveries)]:
        raise RejectedError(f"{len(lost)} of these deliveries did not arrive. {LOST}")


def _accounts(account_name: str | None) -> tuple[list[Settings], ConfigurationError | None]:
    """The accounts, or why they are not known: the log of all can be shown all the same, but not that of one."""
    from inventory_planner.accounts import chosen_accounts

    try:
        return chosen_accounts(account_name), None
    except ConfigurationError as error:
        if account_name:
            raise
        return [], error


def _read_log(folder: DataFolder, settings: Settings | None, *, is_early: bool) -> DeliveryLog:
    """The log of an account, after its deliveries were compared with the account; without one, that of all."""
    from inventory_planner.cli.deliver_text import DeliveryLog
    from inventory_planner.cli.options import dbt_variables
    from inventory_planner.delivery.planning import Clock
    from inventory_planner.delivery.status import read_deliveries
    from inventory_planner.marts.dbt_vars import account_timezone
    from inventory_planner.warehouse.engines import engine_of

    account_id = settings.account_id if settings else None
    clock = Clock(account_timezone(dbt_variables(None), account_id))
    problem = _confirm(folder, settings, clock, is_early=is_early) if settings else None
    deliveries = read_deliveries(engine_of(folder), LAST_DELIVERIES, account_id)
    return DeliveryLog(settings.title if settings else None, clock, deliveries, problem)


def _confirm(folder: DataFolder, settings: Settings, clock: Clock, *, is_early: bool) -> InventoryPlannerError | None:
    """Compare deliveries with the account; the reason why that was not possible."""
    from inventory_planner.delivery.status import confirm_deliveries
    from inventory_planner.sync.account_client import open_client

    try:
        confirm_deliveries(folder, settings, open_client, clock, is_early=is_early)
    except (ConfigurationError, AnotherRunError, ApiError) as error:
        return error
    return None


def _deliver(asking: Asking, file: File, csv_file: Path | None, query: Path | None, *, full: bool) -> None:
    from inventory_planner.accounts import one_account
    from inventory_planner.cli.deliver_text import print_plan, print_report, print_settled, warn
    from inventory_planner.cli.options import dbt_variables
    from inventory_planner.delivery import connection
    from inventory_planner.delivery.deliver import deliver as deliver_table
    from inventory_planner.delivery.deliver import settle
    from inventory_planner.delivery.keys import exposure
    from inventory_planner.delivery.planning import Clock, DeliveryJob, plan_delivery
    from inventory_planner.marts.dbt_vars import account_timezone
    from inventory_planner.settings import delivery_settings
    from inventory_planner.warehouse.engines import engine_of
    from inventory_planner.warehouse.warehouse import open_warehouse

    account_settings = one_account(asking.account_name)
    settings = delivery_settings([file.name], account_settings.name)
    job = DeliveryJob(
        file=file,
        destination=connection.destination_of(settings, file, asking.folder),
        settings=settings,
        clock=Clock(account_timezone(dbt_variables(None), account_settings.account_id)),
        is_full=full,
    )
    if not asking.dry_run:
        connection.require_destination(settings, file, asking.folder)
    table = _read(asking.folder, csv_file, query)
    warn(exposure(asking.folder))
    warn(table.remark)

    def confirm(plan: Plan) -> bool:
        where = f"{plan.destination.endpoint}, {plan.destination.directory}"
        question = f"Send {len(plan.rows):,} rows to {where} of account {account_settings.title}?"
        return asking.ask(question, lambda: print_plan(plan, err=asking.as_json))

    with open_warehouse(engine_of(asking.folder), asking.folder, f"deliver {file.kind}") as warehouse:
        account = warehouse.account(account_settings.account_id)
        if asking.dry_run:
            print_plan(plan_delivery(account, job, table), as_json=asking.as_json)
        else:
            print_settled(settle(account, job.destination, job.clock))  # at once: what follows may fail
            print_report(deliver_table(account, job, table, confirm), as_json=asking.as_json)


def _read(folder: DataFolder, csv_file: Path | None, query: Path | None) -> Table:
    from inventory_planner.delivery.tables import read_csv, read_query
    from inventory_planner.warehouse.engines import engine_of

    if query:
        return read_query(engine_of(folder), folder, query)
    assert csv_file  # noqa: S101 (one of them is given)
    return read_csv(csv_file)

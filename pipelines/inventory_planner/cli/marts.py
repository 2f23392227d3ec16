"""Commands that build the marts, and commands that show what the data folder holds."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click

from inventory_planner.cli.broken_pipe import end_on_broken_pipe
from inventory_planner.cli.options import (
    account_option,
    as_of_option,
    data_option,
    dbt_variables,
    read_only_data_option,
)
from inventory_planner.data_folder import DataFolder

if TYPE_CHECKING:
    from inventory_planner.cli.export import OutputFormat

ROWS_OF_A_TABLE: Final = 20  # about a screenful
MAX_LIMIT: Final = 2**63 - 1  # the largest that DuckDB accepts

log = logging.getLogger(__name__)


@click.command(context_settings={"ignore_unknown_options": True})
@data_option
@as_of_option
@click.argument("dbt_arguments", nargs=-1, type=click.UNPROCESSED)
def transform(folder: DataFolder, as_of: datetime | None, dbt_arguments: tuple[str, ...]) -> None:
    """Build and test the marts, or run another dbt command.

    For example: inventory-planner transform -- test --select vendor_scorecard
    """
    from inventory_planner.marts.build import build, run_any_dbt
    from inventory_planner.warehouse.engines import engine_of
    from inventory_planner.warehouse.warehouse import open_warehouse

    with open_warehouse(engine_of(folder), folder, "transform") as warehouse:
        if dbt_arguments:
            click.echo(run_any_dbt(warehouse, dbt_variables(as_of), dbt_arguments))
        else:
            build(warehouse, dbt_variables(as_of))


@click.command()
@data_option
def publish(folder: DataFolder) -> None:
    """Publish the marts to readers, if they are built and tested."""
    from inventory_planner.marts.build import publish as publish_marts
    from inventory_planner.warehouse.engines import engine_of
    from inventory_planner.warehouse.warehouse import open_warehouse

    with open_warehouse(engine_of(folder), folder, "publish") as warehouse:
        publish_marts(warehouse)
    log.info("Published %s.", warehouse.engine.published_name)


@click.command()
@read_only_data_option
@account_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@end_on_broken_pipe
def status(folder: DataFolder, account_name: str | None, as_json: bool) -> None:
    """Show how old the data is, and how the last syncs went."""
    from inventory_planner.cli.status_text import status_report
    from inventory_planner.cli.terminal import print_report
    from inventory_planner.monitor.status import status as read_status
    from inventory_planner.warehouse.engines import engine_of

    current = read_status(engine_of(folder), folder, account_id=_account_id_of(account_name))
    if as_json:
        click.echo(json.dumps(asdict(current), default=_json_value, indent=2))
    else:
        print_report(status_report(current))


def _account_id_of(account_name: str | None) -> str | None:
    """The id of the account; without a name, dlt is not imported, which takes a second."""
    if account_name is None:
        return None
    from inventory_planner.accounts import account_id_of

    return account_id_of(account_name)


def _complete_mart(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The names of the published marts, or of those of this version if nothing is published."""
    from inventory_planner.marts.published import mart_names
    from inventory_planner.warehouse.engines import engine_of

    folder = context.params["folder"]
    return [name for name in mart_names(engine_of(folder), folder) if name.startswith(incomplete)]


@click.command(epilog="For example: inventory-planner report open_lines --where 'days_overdue > 30' --sort -open_value")
@read_only_data_option
@click.argument("mart", required=False, shell_complete=_complete_mart)
@click.option("--where", metavar="SQL", help="Only rows that match this SQL condition, for example \"sku like 'A%'\".")
@click.option(
    "--columns",
    default="",
    metavar="A,B",
    callback=lambda _context, _parameter, names: tuple(name.strip() for name in names.split(",") if name.strip()),
    help="Only these columns, or `all`. By default a table shows the most important that fit; CSV and JSON have all.",
)
@click.option("--sort", default="", metavar="[-]COLUMN", help="Sort by this column; with `-` descending.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    metavar="ROWS",
    help=f"The maximum number of rows, 0 for all. The default is {ROWS_OF_A_TABLE} for a table, all for CSV and JSON.",
)
@click.option("--describe", is_flag=True, help="Show the type and the description of each column instead of rows.")
@click.option("--csv", "output_format", flag_value="csv", help="Print CSV with a header and exact numbers.")
@click.option("--json", "output_format", flag_value="json", help="Print a JSON array with one object per line.")
@click.option(
    "--raw", is_flag=True, help="In CSV, don't put ' before text that a spreadsheet would run, such as =1+1 or -X."
)
@end_on_broken_pipe
def report(
    folder: DataFolder,
    mart: str | None,
    limit: int | None,
    output_format: OutputFormat | None,
    raw: bool,
    **options: Any,
) -> None:
    """Print a mart, or list the marts.

    Reads the published data, even during a run.
    """
    from inventory_planner.cli.export import render
    from inventory_planner.cli.terminal import print_mart
    from inventory_planner.marts.published import ReportOptions, open_report
    from inventory_planner.warehouse.engines import engine_of

    limit = min(limit, MAX_LIMIT) if limit is not None else 0 if output_format else ROWS_OF_A_TABLE
    wanted = ReportOptions(limit=limit, as_text=output_format == "csv", **options)
    with open_report(engine_of(folder), folder, mart, wanted) as found:
        if output_format is None:
            print_mart(found)
        else:
            for text in render(found, output_format, raw=raw):
                click.echo(text, nl=False)


def _json_value(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)

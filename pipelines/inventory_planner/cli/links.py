"""The command that shows which open lines another system can't match."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from inventory_planner.cli.help import Commands
from inventory_planner.cli.options import account_option, read_only_data_option
from inventory_planner.data_folder import DataFolder

if TYPE_CHECKING:
    from inventory_planner.monitor.links import LinkReport

_MAX_ROWS: Final = 40  # of the table of lines; a catalog that is not linked at all concerns thousands
_SHOWN: Final = (  # the first ones fit into 80 columns
    *("reason", "purchase_order_number", "sku", "quantity_open", "open_value", "currency_code", "days_open"),
    *("vendor_name", "title", "variant_id"),
)


@click.group(cls=Commands)
def links() -> None:
    """Show whether another system can match the account's products."""


@links.command()
@read_only_data_option
@account_option
@click.option(
    "--products",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help="The other system's product list: a column sku and, optionally, linked (yes or no).",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(folder: DataFolder, account_name: str | None, products: Path | None, as_json: bool) -> None:
    """List open lines whose product the other system can't match.

    A line is listed for each reason: its variant is not in the catalog, was removed, has no SKU, or shares its SKU with
    another variant. With a product list, also if the list does not have the SKU, or says that it is not linked. Reads
    the published data. Exit status: 0 no line is listed; 1 some are.
    """
    from inventory_planner.accounts import account_id_of
    from inventory_planner.monitor.links import check_links
    from inventory_planner.monitor.product_list import read_products
    from inventory_planner.warehouse.engines import engine_of

    known = read_products(products) if products else None
    account_id = account_id_of(account_name) if account_name else None
    report = check_links(engine_of(folder), folder, known, account_id)
    for account_id in report.without_catalog:
        click.echo(
            f"The catalog of account {account_id} has not been read yet. Run `inventory-planner run` to read it, or"
            " pass --products.",
            err=True,
        )
    _print(report, as_json=as_json)
    sys.exit(1 if report.lines else 0)


def _print(report: LinkReport, *, as_json: bool) -> None:
    from inventory_planner.cli.orders_text import print_json
    from inventory_planner.cli.terminal import print_fitting, print_report, table

    if as_json:
        print_json(report.as_dict())
        return
    if not report.lines:
        click.echo("No unlinked open lines found.")
        return
    rows = [{name: getattr(line, name) for name in _SHOWN} for line in report.lines]
    print_fitting("Open lines that can't be matched", rows[:_MAX_ROWS])
    if len(rows) > _MAX_ROWS:
        click.echo(f"{_MAX_ROWS} of {len(rows):,} rows; --json shows all.\n")
    print_report(table("By reason", [asdict(each) for each in report.reasons]))

"""Commands that show the account's variants live, and change their settings and vendors."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

import click

from inventory_planner.cli.asking import Asking, changing, json_option
from inventory_planner.cli.broken_pipe import end_on_broken_pipe
from inventory_planner.cli.help import Commands
from inventory_planner.cli.options import account_option, read_only_data_option
from inventory_planner.data_folder import DataFolder

if TYPE_CHECKING:
    from inventory_planner.orders import Outcome, Sending
    from inventory_planner.sync.load import Job


@click.group(cls=Commands)
def variants() -> None:
    """Show the account's variants live, and change their settings and vendors.

    VARIANT is an id or an unambiguous SKU; VENDOR is an id, which is the vendor's name in lower case. A command shows
    what it will send, asks for confirmation, and records it in the table _writes; `writes undo` undoes it.
    """


@variants.command("list")
@read_only_data_option
@account_option
@click.option("--sku", help="Only variants with this SKU.")
@click.option("--vendor", help="Only variants of the vendor with this id.")
@click.option("--removed", is_flag=True, help="Include removed variants.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Maximum number of variants.")
@click.option("--format", "output_format", type=click.Choice(["table", "json", "csv"]), default="table")
@json_option
@end_on_broken_pipe
def list_variants(
    folder: DataFolder,
    account_name: str | None,
    limit: int,
    output_format: Literal["table", "json", "csv"],
    as_json: bool,
    **filters: Any,
) -> None:
    """List variants by id, with a row for each warehouse if the account breaks figures down by warehouse."""
    from inventory_planner import orders, variants
    from inventory_planner.cli.variant_tables import print_variants

    with orders.open_account(folder, "variants list", read_only=True, name=account_name) as account:
        found = list(islice(variants.list_variants(account, **filters), limit + 1))
    print_variants(found[:limit], "json" if as_json else output_format)
    if len(found) > limit:
        click.echo("There are more variants; raise --limit to see them.", err=True)


@variants.command("show")
@read_only_data_option
@account_option
@click.argument("variant")
@json_option
@end_on_broken_pipe
def show_variant(folder: DataFolder, account_name: str | None, variant: str, as_json: bool) -> None:
    """Show a variant's settings and stock, and its vendors with their costs."""
    from inventory_planner import orders, variants
    from inventory_planner.api.variant import list_vendors
    from inventory_planner.cli.variant_tables import print_variant

    with orders.open_account(folder, "variants show", read_only=True, name=account_name) as account:
        found = variants.get_variant(account, variant)
        vendors = list_vendors(account.client, found.variant_id)
    print_variant(found, vendors, as_json=as_json)


@variants.command("set")
@changing
@click.argument("variant", required=False)
@click.option("--lead-time", type=int, metavar="DAYS", help="Days from placing an order to receiving it.")
@click.option("--days-of-stock", "review_period", type=int, metavar="DAYS", help="Days of stock that an order covers.")
@click.option(
    "--from",
    "mart",
    type=click.Choice(["lead_time_settings"]),
    help="Set the lead times that this mart proposes, as of the last build.",
)
@click.option("--vendor", help="With --from: only variants of this vendor, by name or id.")
@click.option("--limit", type=click.IntRange(min=1), help="With --from: maximum number of variants to set.")
def set_variant(asking: Asking, variant: str | None, mart: str | None, **options: Any) -> None:
    """Set a variant's lead time and days of stock, or the lead times that a mart proposes.

    The API sets one lead time for all warehouses of a variant, so the longest one that any of them needs is sent. A
    proposal is skipped and reported if the account's setting has changed since the proposal was made.
    """
    from inventory_planner import variants

    given = {name: options.pop(name) for name in ("lead_time", "review_period")}
    wanted = {name: days for name, days in given.items() if days is not None}
    if mart:
        if variant or wanted:
            raise click.UsageError("--from chooses the variants and lead times. Leave out VARIANT and the days.")
        _set_proposals(asking, **options)
        return
    if any(options.values()):
        raise click.UsageError("--vendor and --limit choose proposals. Use them with --from.")
    if not (variant and wanted):
        raise click.UsageError("Nothing to change. Give VARIANT with --lead-time or --days-of-stock, or --from.")
    asking.send("variants set", lambda account, how: variants.set_settings(account, variant, wanted, how))


def _set_proposals(asking: Asking, vendor: str | None, limit: int | None) -> None:
    from inventory_planner import variants
    from inventory_planner.cli.variant_tables import print_proposals

    proposals: list[variants.VariantProposal] = []

    def send(account: Job, how: Sending) -> list[Outcome]:
        proposals.extend(variants.list_proposals(account, vendor))
        if vendor and not proposals:
            click.echo(f"No lead time is proposed for a vendor {vendor!r}. Check its name or id.", err=True)
        return variants.set_lead_times(account, proposals, how, vendor=vendor, limit=limit)

    asking.send("variants set", send, show=lambda changes: print_proposals(proposals, changes, err=not asking.dry_run))


@variants.command("vendor")
@changing
@click.argument("variant")
@click.argument("vendor")
@click.option("--cost-price", metavar="AMOUNT", help="The vendor's price per unit.")
@click.option("--landed-cost-price", "landing_cost_price", metavar="AMOUNT", help="The same with freight and duties.")
@click.option("--reference", "vendor_reference", help="The vendor's SKU.")
@click.option("--name", "vendor_name", help="The product's name at the vendor.")
@click.option("--packaging", "vendor_packaging", metavar="QTY", help="The minimum order quantity.")
@click.option("--uom", "uom_ordering", metavar="QTY", help="The units in one unit of measure.")
@click.option("--remove", is_flag=True, help="Remove the vendor and its data from the variant.")
def set_vendor(asking: Asking, variant: str, vendor: str, remove: bool, **fields: str | None) -> None:
    """Set a vendor's data for a variant; assign the vendor if the variant does not have it."""
    from inventory_planner import variants

    wanted = {name: value for name, value in fields.items() if value is not None}
    if remove and wanted:
        raise click.UsageError("--remove removes the vendor and its data. Leave out the other options.")
    if remove:
        asking.send(
            "variants vendor --remove", lambda account, how: variants.remove_vendor(account, variant, vendor, how)
        )
        return
    if not wanted:
        raise click.UsageError("Nothing to change. Use an option such as --cost-price, or --remove.")
    asking.send("variants vendor", lambda account, how: variants.set_vendor(account, variant, vendor, wanted, how))

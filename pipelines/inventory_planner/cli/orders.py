"""Commands that show the account's orders live, and change them."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any, Literal

import click

from inventory_planner.cli.asking import Asking, changing, json_option
from inventory_planner.cli.broken_pipe import end_on_broken_pipe
from inventory_planner.cli.help import Commands
from inventory_planner.cli.options import account_option, read_only_data_option
from inventory_planner.cli.order_arguments import field, instant, new_order, pair, read_json, unique
from inventory_planner.data_folder import DataFolder

recalculate_option = click.option(
    "--recalculate", is_flag=True, help="Let forecasts take the change into account now, not after the next night."
)


@click.group(cls=Commands)
def orders() -> None:
    """Show the account's orders, live, and change them.

    ORDER is an id or an unambiguous reference, VARIANT an id or an unambiguous SKU. What will be sent is shown first
    and confirmed, and recorded in the table _writes. A command that was interrupted finishes when you run it again.
    """


@orders.command("list")
@read_only_data_option
@account_option
@click.option("--status", help="Only orders in this status.")
@click.option("--vendor", help="Only orders of this vendor id.")
@click.option("--warehouse", help="Only orders for this warehouse id.")
@click.option(
    "--modified-since",
    "last_modified_gte",
    metavar="INSTANT",
    callback=lambda _context, _parameter, text: instant(text),
    help="Only orders modified since then, for example 2026-01-31T08:00:00Z.",
)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="The most orders to show.")
@click.option("--format", "output_format", type=click.Choice(["table", "json", "csv"]), default="table")
@json_option
@end_on_broken_pipe
def list_orders(
    folder: DataFolder,
    account_name: str | None,
    limit: int,
    output_format: Literal["table", "json", "csv"],
    as_json: bool,
    **filters: str | None,
) -> None:
    """List orders, the newest first."""
    from inventory_planner import orders as api
    from inventory_planner.cli.order_tables import print_orders

    chosen = {name: value for name, value in filters.items() if value}
    with api.open_account(folder, "orders list", read_only=True, name=account_name) as account:
        found = list(islice(api.list_orders(account, **chosen), limit + 1))
    print_orders(found[:limit], "json" if as_json else output_format)
    if len(found) > limit:
        click.echo("There are more orders; --limit shows them.", err=True)


@orders.command("show")
@read_only_data_option
@account_option
@click.argument("order")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print the lines as CSV, a file that `orders receive` takes.")
@end_on_broken_pipe
def show_order(folder: DataFolder, account_name: str | None, order: str, as_json: bool, as_csv: bool) -> None:
    """Show an order and its lines."""
    from inventory_planner import orders as api
    from inventory_planner.cli.order_tables import print_order

    with api.open_account(folder, "orders show", read_only=True, name=account_name) as account:
        found = api.get_order(account, order)
    print_order(found, "json" if as_json else "csv" if as_csv else "table")


@orders.command("create")
@changing
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=False)
@click.option("--again", is_flag=True, help="Create it although the file was applied, or the reference is taken.")
@click.option("--vendor", help="The vendor's id.")
@click.option("--warehouse", help="The warehouse that the goods are for.")
@click.option("--source-warehouse", help="The warehouse that they come from, for a transfer or an assembly order.")
@click.option("--type", "type", type=click.Choice(["po", "transfer", "assembly"]))
@click.option("--status")
@click.option("--reference", help="Made up if you give none.")
@click.option("--expected", "expected_date", metavar="DATE", help="For example 2026-01-31.")
@click.option("--item", "items", multiple=True, metavar="VARIANT=QTY", help="A variant's id (no SKU), and how many.")
@click.option("--variants-filter", multiple=True, metavar="FIELD=VALUE", help="For example replenishment_gt=3.")
@click.option("--connection", "connections", multiple=True, metavar="NAME", help="A connected system to save it to.")
def create_order(asking: Asking, file: Path | None, again: bool, **options: Any) -> None:
    r"""Create a purchase order, a transfer or an assembly order.

    FILE holds the order as JSON, with the API's names of its fields; or describe the order with options.

    \b
    {"type": "po", "vendor": "v_1", "warehouse": "c9_1001", "expected_date": "2026-01-31",
     "items": [{"id": "c9_5001", "replenishment": 20}]}
    """
    from inventory_planner import orders as api

    given = {name: value for name, value in options.items() if value}
    if file and given:
        raise click.UsageError("FILE describes the whole order. Leave out the options, or the file.")
    body = read_json(file) if file else new_order(**given)
    asking.send("orders create", lambda account, how: api.create(account, body, how, is_file=bool(file)), again=again)


@orders.command("update")
@changing
@click.argument("order", metavar="ORDER|FILE.csv")
@click.option("--status")
@click.option("--reference")
@click.option("--expected", "expected_date", metavar="DATE", help="For example 2026-01-31.")
@click.option("--notes")
@click.option("--set", "others", multiple=True, metavar="FIELD=VALUE", help="Any other field, as the API names it.")
@recalculate_option
def update_order(asking: Asking, order: str, others: tuple[str, ...], recalculate: bool, **fields: str | None) -> None:
    """Set fields of an order, or of the orders in a file.

    Give an order and options, or a CSV file with the column order and one or more of expected, status, reference and
    notes. Other columns are ignored, and an empty cell changes nothing.
    """
    from inventory_planner import orders as api

    wanted = {name: value for name, value in fields.items() if value is not None} | unique(map(field, others))
    is_file = order.lower().endswith(".csv") and not wanted
    if not (wanted or is_file):
        raise click.UsageError("Nothing to change. Use --status, --expected or another option, or give a FILE.csv.")
    if is_file:
        path = Path(order)
        asking.send("orders update", lambda account, how: api.update_file(account, path, how, recalculate=recalculate))
        return
    asking.send("orders update", lambda account, how: api.update(account, order, wanted, how, recalculate=recalculate))


@orders.command("close")
@changing
@click.argument("names", metavar="ORDER...", nargs=-1, required=True)
def close_orders(asking: Asking, names: tuple[str, ...]) -> None:
    """Close orders: nothing more is expected of them."""
    from inventory_planner import orders as api

    asking.send("orders close", lambda account, how: api.close(account, names, how))


@orders.command("receive")
@changing
@click.argument("order", metavar="ORDER|FILE.csv")
@click.argument("quantities", nargs=-1, metavar="[VARIANT=QTY...]")
@click.option("--add", is_flag=True, help="Add to what was received before; otherwise the quantities are totals.")
@click.option("--allow-over", is_flag=True, help="Allow more than was ordered.")
@click.option("--allow-lower", is_flag=True, help="Allow totals below what was received before, to correct it.")
@click.option("--line", type=int, help="The line meant, if a variant is on several; the API can only change the first.")
@click.option("--again", is_flag=True, help="Send what an earlier run of this command has applied already.")
@recalculate_option
def receive_goods(
    asking: Asking, order: str, quantities: tuple[str, ...], again: bool, recalculate: bool, **how: Any
) -> None:
    """Set the total received of each line.

    Give an order and VARIANT=QTY, or a CSV file with the columns order, variant (an id or a SKU) and received.
    """
    from inventory_planner import orders as api
    from inventory_planner.writeback.orders import Receiving

    is_file = order.lower().endswith(".csv") and not quantities
    if not (quantities or is_file):
        raise click.UsageError("Nothing to receive. Give VARIANT=QTY, or a file whose name ends in .csv.")
    receiving = Receiving(how["add"], how["allow_over"], how["line"], recalculate, how["allow_lower"])
    if is_file:
        path = Path(order)
        asking.send("orders receive", lambda account, how: api.receive_file(account, path, receiving, how), again=again)
    else:
        wanted = unique(map(pair, quantities))
        asking.send(
            "orders receive", lambda account, how: api.receive(account, order, wanted, receiving, how), again=again
        )


@click.command()
@changing
def acknowledge(asking: Asking) -> None:
    """Set `acknowledge_status` on imported orders that are in a configured `status`.

    Each order is acknowledged once, as it was loaded; `run` does the same without asking. An order that changed after
    it was loaded is skipped; a change in the last five seconds can go unnoticed.
    """
    from inventory_planner import orders as api

    asking.send("acknowledge", api.acknowledge)


@orders.command("connections")
@read_only_data_option
@account_option
@click.argument("order")
@json_option
@end_on_broken_pipe
def show_connections(folder: DataFolder, account_name: str | None, order: str, as_json: bool) -> None:
    """Show the connected systems of an order."""
    from inventory_planner import orders as api
    from inventory_planner.cli.order_tables import print_connections

    with api.open_account(folder, "orders connections", read_only=True, name=account_name) as account:
        found = api.connections(account, order)
    print_connections(found, as_json=as_json)


@orders.command("connect")
@changing
@click.argument("order")
@click.argument("name")
def connect_order(asking: Asking, order: str, name: str) -> None:
    """Save an order to the connected system NAME."""
    from inventory_planner import orders as api

    asking.send("orders connect", lambda account, how: api.connect(account, order, name, how))


@orders.command("stock")
@changing
@click.argument("order")
@click.option("--source", is_flag=True, help="The source of a transfer; otherwise the destination.")
@click.option("--push", is_flag=True, help="Push it to the connected store.")
def update_stock(asking: Asking, order: str, source: bool, push: bool) -> None:
    """Show what was received and not pushed to the store's stock yet; with --push, push it."""
    from inventory_planner import orders as api
    from inventory_planner.cli.order_tables import print_stock

    if push:
        asking.send("orders stock", lambda account, how: api.push_stock(account, order, how, from_source=source))
        return
    with api.open_account(asking.folder, "orders stock", read_only=True, name=asking.account_name) as account:
        pending = api.pending_stock(account, order, from_source=source)
    print_stock(pending, as_json=asking.as_json)

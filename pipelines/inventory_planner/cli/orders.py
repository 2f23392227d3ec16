"""Commands that show the account's orders live, and change them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import click
import msgspec

from inventory_planner.cli.asking import Asking, changing, json_option
from inventory_planner.cli.options import data_option
from inventory_planner.data_folder import DataFolder

recalculate_option = click.option(
    "--recalculate", is_flag=True, help="Let forecasts take the change into account now, not after the next night."
)


@click.group()
def orders() -> None:
    """Show the account's orders, live, and change them.

    ORDER is an id or an unambiguous reference, VARIANT an id or an unambiguous SKU. What will be sent is shown first
    and confirmed, and recorded in the table _writes. A command that was interrupted finishes when you run it again.
    """


@orders.command("list")
@data_option
@click.option("--status", help="Only orders in this status.")
@click.option("--vendor", help="Only orders of this vendor id.")
@click.option("--warehouse", help="Only orders for this warehouse id.")
@click.option(
    "--modified-since",
    "last_modified_gte",
    metavar="INSTANT",
    help="Only orders modified since then, for example 2026-01-31T08:00:00Z.",
)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="The most orders to show.")
@click.option("--format", "output_format", type=click.Choice(["table", "json", "csv"]), default="table")
def list_orders(
    folder: DataFolder, limit: int, output_format: Literal["table", "json", "csv"], **filters: str | None
) -> None:
    """List orders."""
    from inventory_planner import orders as api
    from inventory_planner.cli.orders_text import print_orders

    chosen = {name: value for name, value in filters.items() if value}
    with api.open_account(folder, "orders list") as account:
        found = list(islice(api.listed(account, **chosen), limit))
    print_orders(found, output_format)


@orders.command("show")
@data_option
@click.argument("order")
@json_option
def show_order(folder: DataFolder, order: str, as_json: bool) -> None:
    """Show an order and its lines."""
    from inventory_planner import orders as api
    from inventory_planner.cli.orders_text import line_row, order_row, print_json, print_orders, print_rows

    with api.open_account(folder, "orders show") as account:
        found = api.show(account, order)
    lines = [line_row(each) for each in found.items or ()]
    if as_json:
        print_json({**order_row(found), "items": lines})
    else:
        print_orders([found])
        print_rows("Lines", lines)


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
@click.option("--item", "items", multiple=True, metavar="VARIANT=QTY", help="A variant's id and the quantity.")
@click.option("--variants-filter", multiple=True, metavar="FIELD=VALUE", help="For example replenishment_gt=3.")
@click.option("--connection", "connections", multiple=True, metavar="NAME", help="A connected system to save it to.")
def create_order(asking: Asking, file: Path | None, again: bool, **options: Any) -> None:
    """Create a purchase order, a transfer or an assembly order.

    FILE holds the order as JSON, as the API documents it; or describe the order with options.
    """
    from inventory_planner import orders as api
    from inventory_planner.cli.orders_text import print_outcomes

    given = {name: value for name, value in options.items() if value}
    if file and given:
        raise click.UsageError("FILE describes the whole order. Leave out the options, or the file.")
    body = _read_json(file) if file else _new_order(**given)
    with asking.open_account("orders create", again=again) as (account, sending):
        print_outcomes(api.create(account, body, sending, is_file=bool(file)), as_json=asking.as_json)


@orders.command("update")
@changing
@click.argument("order")
@click.option("--status")
@click.option("--reference")
@click.option("--expected", "expected_date", metavar="DATE", help="For example 2026-01-31.")
@click.option("--notes")
@click.option("--set", "others", multiple=True, metavar="FIELD=VALUE", help="Any other field, as the API names it.")
@recalculate_option
def update_order(asking: Asking, order: str, others: tuple[str, ...], recalculate: bool, **fields: str | None) -> None:
    """Set fields of an order."""
    from inventory_planner import orders as api
    from inventory_planner.cli.orders_text import print_outcomes

    wanted = {name: value for name, value in fields.items() if value is not None} | dict(map(_pair, others))
    if not wanted:
        raise click.UsageError("Nothing to change. Use --status, --reference, --expected, --notes or --set.")
    with asking.open_account("orders update") as (account, sending):
        outcomes = api.update(account, order, wanted, sending, skip_jobs=False if recalculate else None)
        print_outcomes(outcomes, as_json=asking.as_json)


@orders.command("close")
@changing
@click.argument("names", metavar="ORDER...", nargs=-1, required=True)
def close_orders(asking: Asking, names: tuple[str, ...]) -> None:
    """Close orders: nothing more is expected of them."""
    from inventory_planner import orders as api
    from inventory_planner.cli.orders_text import print_outcomes

    with asking.open_account("orders close") as (account, sending):
        print_outcomes(api.close(account, names, sending), as_json=asking.as_json)


@orders.command("receive")
@changing
@click.argument("order", metavar="ORDER|FILE.csv")
@click.argument("quantities", nargs=-1, metavar="[VARIANT=QTY...]")
@click.option("--add", is_flag=True, help="Add to what was received before; otherwise the quantities are totals.")
@click.option("--allow-over", is_flag=True, help="Allow more than was ordered.")
@click.option("--line", type=int, help="The line meant, if a variant is on several; the API can only change the first.")
@click.option("--again", is_flag=True, help="Apply a file once more that was applied in full.")
@recalculate_option
def receive_goods(
    asking: Asking, order: str, quantities: tuple[str, ...], again: bool, recalculate: bool, **how: Any
) -> None:
    """Set what was received in all of an order's lines.

    Give an order and VARIANT=QTY, or a CSV file with the columns order, variant and received.
    """
    from inventory_planner import orders as api
    from inventory_planner.cli.orders_text import print_outcomes
    from inventory_planner.writeback.orders import Receiving

    is_file = order.lower().endswith(".csv") and not quantities
    if not (quantities or is_file):
        raise click.UsageError("Nothing to receive. Give VARIANT=QTY, or a file whose name ends in .csv.")
    receiving = Receiving(how["add"], how["allow_over"], how["line"], False if recalculate else None)
    with asking.open_account("orders receive", again=again) as (account, sending):
        if is_file:
            outcomes = api.receive_file(account, Path(order), receiving, sending)
        else:
            outcomes = api.receive(account, order, dict(map(_pair, quantities)), receiving, sending)
        print_outcomes(outcomes, as_json=asking.as_json)


@orders.command("connections")
@data_option
@click.argument("order")
@json_option
def show_connections(folder: DataFolder, order: str, as_json: bool) -> None:
    """Show the connected systems of an order."""
    from inventory_planner import orders as api
    from inventory_planner.cli.orders_text import print_rows

    with api.open_account(folder, "orders connections") as account:
        rows = [msgspec.structs.asdict(each) for each in api.connections(account, order)]
    print_rows("Connections", rows, "json" if as_json else "table")


@orders.command("connect")
@changing
@click.argument("order")
@click.argument("name")
def connect_order(asking: Asking, order: str, name: str) -> None:
    """Save an order to the connected system NAME."""
    from inventory_planner import orders as api
    from inventory_planner.cli.orders_text import print_outcomes

    with asking.open_account("orders connect") as (account, sending):
        print_outcomes(api.connect(account, order, name, sending), as_json=asking.as_json)


@orders.command("stock")
@changing
@click.argument("order")
@click.option("--source", is_flag=True, help="The source of a transfer; otherwise the destination.")
@click.option("--push", is_flag=True, help="Push it to the connected store.")
def update_stock(asking: Asking, order: str, source: bool, push: bool) -> None:
    """Show what was received and not pushed to the store's stock yet; with --push, push it."""
    from inventory_planner import orders as api
    from inventory_planner.cli.orders_text import print_outcomes, print_rows

    with asking.open_account("orders stock") as (account, sending):
        if push:
            outcomes = api.push_stock(account, order, sending, from_source=source)
            print_outcomes(outcomes, as_json=asking.as_json)
            return
        pending = api.pending_stock(account, order, from_source=source)
    rows = [{"variant": each.id, "delta": each.delta, "stock_before": each.stock_before} for each in pending.items]
    print_rows("Not pushed yet", rows, "json" if asking.as_json else "table")


def _new_order(
    items: tuple[str, ...] = (),
    variants_filter: tuple[str, ...] = (),
    connections: tuple[str, ...] = (),
    **fields: Any,
) -> dict[str, Any]:
    """The body of a new order from the options."""
    if items:
        fields["items"] = [{"id": name, "replenishment": _quantity(value)} for name, value in map(_pair, items)]
    if variants_filter:
        fields["variants_filter"] = dict(map(_pair, variants_filter))
    if connections:
        fields["connections"] = [{"connection": name, "save_po": True} for name in connections]
    return fields


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode(path.read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path} is not a JSON object: {error}.") from error


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.rpartition("=")
    if not (separator and name.strip()):
        raise click.UsageError(f"{text!r} is not NAME=VALUE.")
    return name.strip(), value.strip()


def _quantity(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise click.UsageError(f"{text!r} is no quantity.") from error

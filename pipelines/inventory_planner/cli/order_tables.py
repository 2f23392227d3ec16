"""Print orders, their lines, connections and stock, as they were read from the account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias

import click
from msgspec.structs import asdict

from inventory_planner.api.order_parts import StockChanges
from inventory_planner.api.orders import Connection, Line, Order
from inventory_planner.cli.export import csv_lines
from inventory_planner.cli.orders_text import print_json
from inventory_planner.cli.terminal import print_fitting, print_report, table
from inventory_planner.formulas import disarm

Format = Literal["table", "json", "csv"]
Row: TypeAlias = dict[str, Any]

ORDER_FIELDS: Final = (
    *("id", "reference", "status", "type", "vendor", "source", "warehouse", "created_date", "expected_date"),
    *("total_ordered", "total_received", "last_modified"),
)
SHOWN_FIELDS: Final = (  # the first ones fit into 80 columns
    *("reference", "status", "source", "warehouse", "expected_date", "total_ordered", "total_received"),
    *("id", "created_date", "type"),
)
LINE_FIELDS: Final = ("id", "sku", "title", "replenishment", "received", "cost_price")
SHOWN_LINE_FIELDS: Final = {
    "id": "variant",
    "sku": "sku",
    "replenishment": "ordered",
    "received": "received",
    "cost_price": "cost_price",
    "title": "title",
}
RECEIPT_FIELDS: Final = ("order", "variant", "sku", "title", "ordered", "received")  # `orders receive` takes these


def print_orders(orders: Sequence[Order], output_format: Format = "table", title: str = "Orders") -> None:
    """Print orders; a table has the fields that fit."""
    rows = [_row(each, ORDER_FIELDS) for each in orders]
    if output_format == "json":
        print_json(rows)
    elif output_format == "csv":
        click.echo(_csv(rows, ORDER_FIELDS), nl=False)
    else:
        print_fitting(title, [_row(each, SHOWN_FIELDS) for each in orders])


def print_order(order: Order, output_format: Format = "table") -> None:
    """Print an order and its lines; CSV has the lines only, with what was received of each."""
    lines = order.items or []
    shown = [
        {"line": number, **{name: getattr(each, field) for field, name in SHOWN_LINE_FIELDS.items()}}
        for number, each in enumerate(lines, start=1)
    ]
    shown = [{**row, "received": row["received"] or 0} for row in shown]
    if output_format == "json":
        print_json({**_row(order, ORDER_FIELDS), "items": [_row(each, LINE_FIELDS) for each in lines]})
    elif output_format == "csv":
        rows = [{"order": order.id, **{name: row[name] for name in RECEIPT_FIELDS[1:]}} for row in shown]
        click.echo(_csv(rows, RECEIPT_FIELDS), nl=False)
    else:
        print_orders([order], title="Order")
        print_fitting("Lines", shown)


def print_connections(connections: Sequence[Connection], *, as_json: bool) -> None:
    """Print the connected systems of an order."""
    rows = [asdict(each) for each in connections]
    if as_json:
        print_json(rows)
        return
    shown = [
        {
            "system": row["connection"],
            "saved": "yes" if row["save_po"] else "no",
            "status": row["status"],
            "reference there": row["reference"],
            "id there": row["id"],
        }
        for row in rows
    ]
    print_report(table("Connections", shown))


def print_stock(pending: StockChanges, *, as_json: bool) -> None:
    """Print what was received and not pushed yet."""
    rows = [{"variant": each.id, "delta": each.delta, "stock_before": each.stock_before} for each in pending.items]
    if as_json:
        print_json(rows)
    else:
        where = f" to {pending.warehouse}" if pending.warehouse else ""
        print_report(table(f"Not pushed{where}", rows))


def _row(record: Order | Line, names: Sequence[str]) -> Row:
    return {name: getattr(record, name) for name in names}


def _csv(rows: Sequence[Row], names: Sequence[str]) -> str:
    values = ([row[name] for name in names] for row in rows)
    return csv_lines([names, *([disarm(each) if isinstance(each, str) else each for each in row] for row in values)])

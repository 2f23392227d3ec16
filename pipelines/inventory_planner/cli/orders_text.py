"""Print orders, changes, and what became of them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any, Literal

import click
import msgspec

from inventory_planner.api.orders import Line, Order
from inventory_planner.cli.terminal import print_report, table
from inventory_planner.errors import InventoryPlannerError
from inventory_planner.formulas import disarm
from inventory_planner.writeback.change import Change
from inventory_planner.writeback.journal import Outcome

Format = Literal["table", "json", "csv"]
ORDER_FIELDS = (
    *("id", "reference", "status", "type", "vendor", "warehouse", "created_date", "expected_date"),
    *("total_ordered", "total_received", "last_modified"),
)
SHOWN_FIELDS = ("reference", "status", "vendor", "warehouse", "expected_date", "total_ordered", "total_received", "id")
LINE_FIELDS = ("id", "sku", "title", "replenishment", "received", "cost_price")


def print_outcomes(outcomes: Sequence[Outcome], *, as_json: bool) -> None:
    """Print what became of the changes.

    Raises:
        InventoryPlannerError: not all of them are done.
    """
    if as_json:
        print_json([_outcome(each) for each in outcomes])
    else:
        print_rows("Changes", [_shown(each) for each in outcomes], "table")
    failed = [each for each in outcomes if not each.is_done]
    if failed:
        raise InventoryPlannerError(f"{count(len(failed), 'change')} of {len(outcomes)} not applied; see above.")


def print_changes(changes: Sequence[Change], *, as_json: bool) -> None:
    """Print what would be sent."""
    if as_json:
        print_json([{"state": "planned", **_values(each)} for each in changes])
    elif changes:
        print_rows("To be sent", [{"order": _name(each), "change": _difference(each)} for each in changes], "table")
    else:
        click.echo("Nothing to change.")


def _shown(outcome: Outcome) -> dict[str, Any]:
    return {
        "order": _name(outcome),
        "change": _difference(outcome),
        "state": str(outcome.state),
        "description": outcome.message,
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    rows = {"file_rows": outcome.file_rows} if outcome.file_rows else {}
    return {"state": str(outcome.state), "message": outcome.message, **_values(outcome), **rows}


def _values(change: Change | Outcome) -> dict[str, Any]:
    return {
        "action": str(change.action),
        "order_id": change.order_id,
        "reference": change.reference,
        **({"target": change.target} if change.target else {}),
        "before": dict(change.before),
        "after": dict(change.after),
    }


def _name(change: Change | Outcome) -> str:
    return change.reference or change.order_id or ""


def _difference(change: Change | Outcome) -> str:
    """The values before and after, as one text."""
    target = f" ({change.target})" if change.target else ""
    if change.action == "create":
        return "new: " + ", ".join(f"{name} {_text(value)}" for name, value in change.after.items())
    values = (f"{name}: {_text(change.before.get(name))} -> {_text(value)}" for name, value in change.after.items())
    return f"{change.action}{target} {', '.join(values)}".strip()


def _text(value: Any) -> str:
    if value is None or value == "":
        return "-"
    return f"{len(value)} lines" if isinstance(value, list) else str(value)


def order_row(order: Order) -> dict[str, Any]:
    """An order as a row."""
    return {name: getattr(order, name) for name in ORDER_FIELDS}


def print_orders(orders: Sequence[Order], output_format: Format = "table") -> None:
    """Print orders; a table has the fields that fit."""
    names = SHOWN_FIELDS if output_format == "table" else ORDER_FIELDS
    print_rows("Orders", [{name: getattr(order, name) for name in names} for order in orders], output_format)


def line_row(line: Line) -> dict[str, Any]:
    """A line as a row."""
    return {name: getattr(line, name) for name in LINE_FIELDS}


def print_rows(title: str, rows: Sequence[dict[str, Any]], output_format: Format = "table") -> None:
    """Print rows as a table, or for programs."""
    if output_format == "json":
        print_json(rows)
    elif output_format == "csv":
        click.echo(_csv(rows), nl=False)
    else:
        print_report(table(title, rows))


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    file = StringIO()
    writer = csv.DictWriter(file, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: disarm(value) if isinstance(value, str) else value for name, value in row.items()} for row in rows
    )
    return file.getvalue()


def print_json(value: Any) -> None:
    """Print JSON; decimals keep all their digits."""
    encoded = msgspec.json.Encoder(decimal_format="number").encode(value)
    click.echo(msgspec.json.format(encoded, indent=2).decode())


def count(number: int, noun: str) -> str:
    """A number of things, such as `2 changes`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"

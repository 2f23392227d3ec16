"""Read a CSV file of received quantities, and check all of it before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from inventory_planner.errors import ChangeError
from inventory_planner.formulas import restore_name
from inventory_planner.writeback.change import Intention
from inventory_planner.writeback.change_file import read_cells
from inventory_planner.writeback.faults import raise_faults
from inventory_planner.writeback.lookup import Found, found_order
from inventory_planner.writeback.orders import Receiving, plan_receipt, variant_of
from inventory_planner.writeback.quantities import RULE, is_ambiguous, parse_quantity

COLUMNS: Final = ("order", "variant", "received")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file; `number` is its line in the file."""

    number: int
    order: str
    variant: str
    received: Decimal


def read_receipts(path: Path) -> list[Row]:
    """The rows of a file with the columns order, variant and received, as spreadsheets save it.

    Semicolons or tabs may separate the columns; decimal commas are then understood.

    Raises:
        ChangeError: the file can't be read, or a row is no received quantity; the message names each line.
    """
    cells = read_cells(path, COLUMNS)
    read = [_row(number, values, has_decimal_commas=cells.has_decimal_commas) for number, values in cells.rows]
    rows = [each for each in read if isinstance(each, Row)]
    faults = [*cells.faults, *(each for each in read if isinstance(each, str))]
    raise_faults(f"{path} was not applied:", sorted(faults, key=_line_number))
    if not rows:
        raise ChangeError(f"{path} has no rows.")
    return rows


def receipts(path: Path, rows: list[Row], orders: Found, receiving: Receiving) -> list[Intention]:
    """What the rows of a file ask for, one intention for each order, in the order of the file.

    Raises:
        ChangeError: an order or a variant is not known, or a line has two rows; the message names each line.
    """
    by_order: dict[str, dict[str, Row]] = {}
    faults: list[str] = []
    for row in rows:
        try:
            order_id, variant_id = _line_of(row, orders)
        except ChangeError as error:
            faults.append(f"line {row.number}: {error}")
            continue
        first = by_order.setdefault(order_id, {}).setdefault(variant_id, row)
        if first is not row:
            faults.append(
                f"line {row.number}: {row.variant} of {row.order} is on line {first.number}, too; delete one of them."
            )
    raise_faults(f"{path} was not applied:", faults)
    return [_intention(order_id, by_variant, receiving) for order_id, by_variant in by_order.items()]


def _intention(order_id: str, rows: dict[str, Row], receiving: Receiving) -> Intention:
    quantities = {variant_id: row.received for variant_id, row in rows.items()}
    return plan_receipt(order_id, quantities, receiving, tuple(row.number for row in rows.values()))


def _line_of(row: Row, orders: Found) -> tuple[str, str]:
    found = found_order(orders, row.order)
    return found.order_id, variant_of(found.order, row.variant)


def _line_number(fault: str) -> int:
    return int(fault.removeprefix("line ").partition(":")[0])


def _row(number: int, values: dict[str, str], *, has_decimal_commas: bool) -> Row | str:
    order, variant, text = restore_name(values["order"]), restore_name(values["variant"]), values["received"]
    if not order or not variant:
        return f"line {number}: the {'variant' if order else 'order'} is missing."
    if has_decimal_commas and is_ambiguous(text):
        return f"line {number}: received is {text!r}, which can be two numbers; write it without a point."
    quantity = parse_quantity(text.replace(",", ".") if has_decimal_commas else text)
    if quantity is None:
        return f"line {number}: received is {text!r}; {RULE}."
    return Row(number, order, variant, quantity)

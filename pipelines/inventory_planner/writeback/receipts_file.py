"""Read a CSV file of received quantities, and check all of it before anything is sent."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Final

from inventory_planner.errors import ChangeError
from inventory_planner.formulas import rearm
from inventory_planner.spreadsheets import decode_text
from inventory_planner.writeback.change import Intention
from inventory_planner.writeback.faults import raise_faults
from inventory_planner.writeback.lookup import Found
from inventory_planner.writeback.orders import Receiving, plan_receipt, variant_of
from inventory_planner.writeback.quantities import RULE, is_ambiguous, parse_quantity

COLUMNS: Final = ("order", "variant", "received")
SEPARATORS: Final = ",;\t"


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
    text = _decode(path)
    header = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=header.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise ChangeError(f"{path}, line {reader.line_num}: {error}. Save it as CSV UTF-8.") from error
    filled = (each for each in lines if any(each[1]))
    _, names = next(filled, (0, []))
    rows, faults = _read_rows(filled, _places(path, names), len(names), has_decimal_commas=separator != ",")
    raise_faults(f"{path} was not applied:", faults)
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
    found = orders[row.order]
    if isinstance(found, ChangeError):
        raise found
    return found.order_id, variant_of(found.order, row.variant)


def _places(path: Path, names: list[str]) -> list[int]:
    """Where the columns are.

    Raises:
        ChangeError: one is missing, or is there twice.
    """
    found = [name.casefold() for name in names]
    count = Counter(found)
    needed = f"it needs one column each for {', '.join(COLUMNS)}."
    if missing := [name for name in COLUMNS if not count[name]]:
        raise ChangeError(f"{path} has no column {', '.join(missing)}; {needed}")
    if repeated := [name for name in COLUMNS if count[name] > 1]:
        raise ChangeError(f"{path} has several columns {', '.join(repeated)}; {needed}")
    return [found.index(name) for name in COLUMNS]


def _read_rows(
    lines: Iterator[tuple[int, list[str]]], places: list[int], width: int, *, has_decimal_commas: bool
) -> tuple[list[Row], list[str]]:
    """The rows, and what is wrong with the others."""
    rows: list[Row] = []
    faults: list[str] = []
    for number, cells in lines:
        if any(cells[width:]):
            faults.append(f"line {number}: it has more cells than the first line has columns.")
            continue
        values = [cells[place] if place < len(cells) else "" for place in places]
        found = _row(number, values, has_decimal_commas=has_decimal_commas)
        rows.append(found) if isinstance(found, Row) else faults.append(found)
    return rows, faults


def _row(number: int, values: list[str], *, has_decimal_commas: bool) -> Row | str:
    order, variant, text = values[0], rearm(values[1]), values[2]
    if not order or not variant:
        return f"line {number}: the {'variant' if order else 'order'} is missing."
    if has_decimal_commas and is_ambiguous(text):
        return f"line {number}: received is {text!r}, which can be two numbers; write it without a point."
    quantity = parse_quantity(text.replace(",", ".") if has_decimal_commas else text)
    if quantity is None:
        return f"line {number}: received is {text!r}; {RULE}."
    return Row(number, order, variant, quantity)


def _decode(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ChangeError(f"Can't read {path}: {error.strerror}.") from error
    text = decode_text(content)
    if text is None:
        raise ChangeError(f"{path} is not text in UTF-8 or Windows-1252. Save it as CSV UTF-8.")
    return text

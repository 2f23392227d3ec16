"""Read a CSV file of received quantities, and check all of it before anything is sent."""

from __future__ import annotations

import csv
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from io import StringIO
from pathlib import Path
from typing import Final

from inventory_planner.errors import ChangeError
from inventory_planner.writeback.change import Intention
from inventory_planner.writeback.lookup import Found
from inventory_planner.writeback.orders import Receiving, received, variant_of

COLUMNS: Final = ("order", "variant", "received")
ENCODINGS: Final = ("utf-8-sig", "cp1252")  # the second is what spreadsheets on Windows save as plain CSV
MAX_SHOWN: Final = 20  # faults in one message


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file; `number` is its line in the file."""

    number: int
    order: str
    variant: str
    received: Decimal


def read_receipts(path: Path) -> list[Row]:
    """The rows of a file with the columns order, variant and received, separated by commas or semicolons.

    Raises:
        ChangeError: the file can't be read, or a row is no received quantity; the message names each line.
    """
    text = _decode(path)
    separator = ";" if text.partition("\n")[0].count(";") else ","
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=separator)
    names = {name.strip().casefold(): name for name in reader.fieldnames or ()}
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise ChangeError(f"{path} has no column {', '.join(missing)}; it needs {', '.join(COLUMNS)}.")
    rows: list[Row] = []
    faults: list[str] = []
    for fields in reader:
        values = [str(fields[names[name]] or "").strip() for name in COLUMNS]
        if any(values):
            found = _row(reader.line_num, values, has_decimal_commas=separator == ";")
            rows.append(found) if isinstance(found, Row) else faults.append(found)
    _raise_faults(path, faults)
    if not rows:
        raise ChangeError(f"{path} has no rows.")
    return rows


def receipts(path: Path, rows: list[Row], orders: Found, receiving: Receiving) -> list[Intention]:
    """What the rows of a file ask for, one intention for each order, in the order of the file.

    Raises:
        ChangeError: an order or a variant is not known, or a line has two rows; the message names each line.
    """
    quantities: dict[str, dict[str, Decimal]] = {}
    numbers: dict[str, dict[str, int]] = {}
    faults: list[str] = []
    for row in rows:
        try:
            order_id, variant_id = _line_of(row, orders)
        except ChangeError as error:
            faults.append(f"line {row.number}: {error}")
            continue
        if variant_id in quantities.setdefault(order_id, {}):
            first = numbers[order_id][variant_id]
            faults.append(
                f"line {row.number}: {row.variant} of {row.order} is on line {first}, too; delete one of them."
            )
            continue
        quantities[order_id][variant_id] = row.received
        numbers.setdefault(order_id, {})[variant_id] = row.number
    _raise_faults(path, faults)
    return [received(each, quantities[each], receiving, tuple(numbers[each].values())) for each in quantities]


def _line_of(row: Row, orders: Found) -> tuple[str, str]:
    found = orders[row.order]
    if isinstance(found, ChangeError):
        raise found
    return found.order_id, variant_of(found.order, row.variant)


def _row(number: int, values: list[str], *, has_decimal_commas: bool) -> Row | str:
    order, variant, quantity = values
    if not order or not variant:
        return f"line {number}: the {'variant' if order else 'order'} is missing."
    text = quantity.replace(",", ".") if has_decimal_commas and quantity.count(",") == 1 else quantity
    with suppress(InvalidOperation):
        value = Decimal(text)
        if value.is_finite() and value >= 0:
            return Row(number, order, variant, value)
    return f"line {number}: received is {quantity!r}; it must be a number of at least 0."


def _raise_faults(path: Path, faults: list[str]) -> None:
    if faults:
        more = [f"and {len(faults) - MAX_SHOWN} more"] if len(faults) > MAX_SHOWN else []
        lines = "\n".join(f"  {fault}" for fault in [*faults[:MAX_SHOWN], *more])
        raise ChangeError(f"{path} was not applied:\n{lines}")


def _decode(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ChangeError(f"Can't read {path}: {error.strerror}.") from error
    for encoding in ENCODINGS:
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise ChangeError(f"{path} is not text in UTF-8 or Windows-1252. Save it as CSV UTF-8.")

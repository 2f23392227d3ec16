"""Read a CSV file of new values for orders, and check all of it before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from inventory_planner.errors import ChangeError
from inventory_planner.formulas import rearm, restore_name
from inventory_planner.writeback.change import Intention
from inventory_planner.writeback.change_file import Rows, read_cells
from inventory_planner.writeback.faults import raise_faults
from inventory_planner.writeback.local_dates import is_day_first, iso_date
from inventory_planner.writeback.lookup import Found, found_order
from inventory_planner.writeback.orders import plan_update

FIELDS: Final = {"expected": "expected_date", "status": "status", "reference": "reference", "notes": "notes"}
"""The columns besides `order`, named like the options of the command, and the fields of the API that they set."""


@dataclass(frozen=True, slots=True)
class Update:
    """A row of the file with at least one value; `number` is its line in the file."""

    number: int
    order: str
    fields: dict[str, str]


def read_updates(path: Path) -> list[Update]:
    """The rows of a file with the column order and one or more of expected, status, reference and notes.

    An empty cell leaves the field as it is. Dates may be written as spreadsheets save them.

    Raises:
        ChangeError: the file can't be read, a row names no order, or a date is ambiguous; the message names each line.
    """
    cells = read_cells(path, ["order"], list(FIELDS))
    dates, ambiguous = _dates(cells.rows)
    read = [
        Update(number, restore_name(each["order"]), _fields({**each, **dates[number]})) for number, each in cells.rows
    ]
    rows = [each for each in read if each.fields]
    nameless = [f"line {each.number}: the order is missing." for each in rows if not each.order]
    raise_faults(f"{path} was not applied:", [*cells.faults, *nameless, *ambiguous])
    if not rows:
        raise ChangeError(f"{path} changes nothing; fill in at least one of the columns {', '.join(FIELDS)}.")
    return rows


def updates(
    path: Path, rows: list[Update], orders: Found, statuses: Iterable[str] = (), *, recalculate: bool = False
) -> list[Intention]:
    """What the rows of a file ask for, one intention for each order, in the order of the file.

    Raises:
        ChangeError: an order is not known or has two rows, or a value can't be set; the message names each line.
    """
    known, numbers, intentions, faults = list(statuses), dict[str, int](), list[Intention](), list[str]()
    for row in rows:
        try:
            intention = plan_update(found_order(orders, row.order).order_id, row.fields, known, recalculate=recalculate)
        except ChangeError as error:
            faults.append(f"line {row.number}: {error}")
            continue
        if (first := numbers.setdefault(intention.order_id or "", row.number)) != row.number:
            faults.append(f"line {row.number}: {row.order} is on line {first}, too; delete one of them.")
        intentions.append(replace(intention, file_rows=(row.number,)))
    raise_faults(f"{path} was not applied:", faults)
    return intentions


def _dates(rows: Rows) -> tuple[dict[int, dict[str, str]], list[str]]:
    """The expected date of each row as the API takes it, by line, and the faults of ambiguous ones."""
    written = {number: rearm(values.get("expected", "")) for number, values in rows}
    day_first = is_day_first(written.values())
    found = {number: iso_date(text, day_first=day_first) for number, text in written.items()}
    faults = [
        f"line {number}: expected is {written[number]!r}, which can be read as two dates; write it like 2026-01-31."
        for number, text in found.items()
        if text is None
    ]
    return {number: {"expected": text or ""} for number, text in found.items()}, faults


def _fields(values: dict[str, str]) -> dict[str, str]:
    return {field: rearm(values[name]) for name, field in FIELDS.items() if values.get(name)}

"""The folder behind the SFTP endpoint, as the documents of the Advanced CSV connector describe it.

Each kind of file has a directory. A file in another one, with a column that is missing or unknown, or with a value of
another type is silently skipped. The documents leave open what becomes of a bad row: here, its whole file is
skipped, as a bulk load would.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

Row = dict[str, Any]
Key = tuple[str, ...]

_SECONDS = 10  # of two files with the same name that arrive within "seconds", only the newest is read
_MAX_CHARACTERS = 256  # VARCHAR(256)
_FLAGS = {"true": True, "false": False}


class _Kind(NamedTuple):
    """A kind of file: the columns that it must have, the first of which identify a row, and those that it may have."""

    key_length: int
    required: str
    optional: str = ""

    @property
    def key(self) -> list[str]:
        return self.required.split()[: self.key_length]

    @property
    def columns(self) -> tuple[set[str], set[str]]:
        """The columns that must be there, and all that may be."""
        required = {*self.required.split(), "REMOVED", "UPDATED_AT"}
        return required, required | {*self.optional.split()}


KINDS = {  # by directory, in the order in which they depend on each other
    "warehouse": _Kind(1, "WAREHOUSE_ID DISPLAY_NAME", "CURRENCY BILLING_ADDRESS SHIPPING_ADDRESS"),
    "vendor": _Kind(1, "VENDOR_ID DISPLAY_NAME CURRENCY", "DISCOUNT TAX EMAIL VENDOR_ADDRESS"),
    "stock_order_status": _Kind(1, "NAME STATUS_TYPE"),
    "variant": _Kind(1, "VARIANT_ID SKU TITLE BARCODE PRODUCT_ID PRICE CREATED_AT", "TYPE IMAGE HANDLE"),
    "variant_warehouse": _Kind(2, "VARIANT_ID WAREHOUSE_ID IN_STOCK", "MIN_STOCK MAX_STOCK MAX_ORDER TRANSFER_UOM"),
    "variant_vendor": _Kind(
        2, "VARIANT_ID VENDOR_ID", "COST_PRICE LANDING_COST_PRICE VENDOR_REFERENCE VENDOR_NAME MOQ UOM"
    ),
    "variant_component": _Kind(2, "VARIANT_ID COMPONENT_VARIANT_ID QUANTITY", "PRICE"),
    "sales_order": _Kind(
        1,
        "ORDER_ID ID VARIANT_ID WAREHOUSE CURRENCY QUANTITY PRICE CREATED_AT",
        "REFERENCE REFERENCE2 ORIGINAL_COST_PRICE CUSTOMER DISCOUNT TAX SHIPPING SHIPPING_TAX TAX_INCLUDED CANCELLED",
    ),
    "stock_order": _Kind(
        2,
        "ID LINE_ITEM_ID REFERENCE STATUS WAREHOUSE VENDOR SOURCE_WAREHOUSE CURRENCY CREATED_DATE VARIANT_ID SKU"
        " BARCODE TITLE REPLENISHMENT RECEIVED RECEIVED_DATE COST_PRICE",
        "TYPE REFERENCE2 EXPECTED_DATE LAST_MODIFIED SHIPMENT_DATE",
    ),
}
DIRECTORIES = tuple(KINDS)
_TYPES = {
    "BOOLEAN": "REMOVED TAX_INCLUDED CANCELLED",
    "TIMESTAMP_NTZ": "UPDATED_AT CREATED_AT CREATED_DATE RECEIVED_DATE EXPECTED_DATE LAST_MODIFIED SHIPMENT_DATE",
    "FLOAT": "DISCOUNT TAX PRICE IN_STOCK MIN_STOCK MAX_STOCK MAX_ORDER TRANSFER_UOM COST_PRICE LANDING_COST_PRICE MOQ"
    " UOM QUANTITY ORIGINAL_COST_PRICE SHIPPING SHIPPING_TAX REPLENISHMENT RECEIVED",
    "CHAR(3)": "CURRENCY",
}
_TYPE_OF = {name: type_ for type_, names in _TYPES.items() for name in names.split()}  # all others are VARCHAR(256)
_CHOICES: dict[str, tuple[str, set[str | None]]] = {
    "variant": ("TYPE", {None, "simple", "bundle", "assembly"}),
    "stock_order": ("TYPE", {None, "po", "transfer", "assembly"}),
    "stock_order_status": ("STATUS_TYPE", {"draft", "active", "closed", "cancelled"}),
}


@dataclass(frozen=True)
class _File:
    """A file as it arrived."""

    kind: str
    path: Path
    arrived: datetime
    content: bytes


@dataclass
class Inbox:
    """The folder, with a directory for each kind of file; files stay in it after they were read.

    Names that begin with a dot are of files that are still being written.
    """

    folder: Path
    _seen: set[tuple[Path, int, int]] = field(default_factory=set)
    _waiting: list[_File] = field(default_factory=list)

    def __post_init__(self) -> None:
        for kind in KINDS:
            (self.folder / kind).mkdir(parents=True, exist_ok=True)

    def collect(self) -> None:
        """Note which files have arrived. One that replaces another within seconds takes its place."""
        for path in self.folder.glob("*/[!.]*"):
            if path.parent.name in KINDS and path.is_file():
                with suppress(OSError):  # gone meanwhile
                    self._collect(path)

    def _collect(self, path: Path) -> None:
        found = path.stat()
        identity = (path, found.st_mtime_ns, found.st_size)
        if identity in self._seen:
            return
        file = _File(path.parent.name, path, datetime.fromtimestamp(found.st_mtime, UTC), path.read_bytes())
        self._seen.add(identity)
        self._waiting = [each for each in self._waiting if not _is_replaced(each, file)]
        self._waiting.append(file)

    def take(self, until: datetime | None) -> Iterator[tuple[str, dict[Key, Row]]]:
        """The rows of each good file that arrived until then, by key: by kind, then oldest to newest."""
        self.collect()
        taken = [file for file in self._waiting if until is None or file.arrived <= until]
        self._waiting = [file for file in self._waiting if file not in taken]
        order = list(KINDS)
        for file in sorted(taken, key=lambda each: (order.index(each.kind), each.arrived, each.path.name)):
            rows = read_rows(file.kind, file.content)
            if rows is not None:
                yield file.kind, rows


def _is_replaced(earlier: _File, later: _File) -> bool:
    passed = (later.arrived - earlier.arrived).total_seconds()
    return earlier.path == later.path and passed < _SECONDS


def read_rows(kind: str, content: bytes) -> dict[Key, Row] | None:
    """Return the rows of a file by key; None if it is to be skipped. Of two rows with the same key, the last counts."""
    required, allowed = KINDS[kind].columns
    try:
        header, *lines = csv.reader(StringIO(content.decode(), newline=""), strict=True)
        if len(set(header)) < len(header) or not required <= {*header} <= allowed:
            return None
        rows = [_row(header, line) for line in lines if line]
        by_key = {_key(kind, row): row for row in rows}
        return by_key if all(_is_documented(kind, row) for row in rows) else None
    except (csv.Error, ValueError, InvalidOperation):
        return None


def _row(header: list[str], line: Iterable[str]) -> Row:
    return {name: _value(name, cell) for name, cell in zip(header, line, strict=True)}


def _is_documented(kind: str, row: Row) -> bool:
    """Whether a column that takes certain values has one of them."""
    name, choices = _CHOICES.get(kind, ("", {None}))
    return row.get(name) in choices


def _key(kind: str, row: Row) -> Key:
    key = tuple(row[name] for name in KINDS[kind].key)
    if None in key:
        raise ValueError(key)
    return key


def _value(name: str, cell: str) -> Any:
    """Return the value of a cell; None if it is blank.

    Raises:
        ValueError, InvalidOperation: it has another type than its column.
    """
    if not cell:
        return None
    match _TYPE_OF.get(name):
        case "BOOLEAN" if cell.lower() in _FLAGS:
            return _FLAGS[cell.lower()]
        case "FLOAT" if (number := Decimal(cell)).is_finite():
            return number
        case "TIMESTAMP_NTZ" if (moment := datetime.fromisoformat(cell)).tzinfo is None:
            return moment.replace(tzinfo=UTC)
        case "CHAR(3)" if len(cell) == len("EUR"):
            return cell
        case None if len(cell) <= _MAX_CHARACTERS:
            return cell
    raise ValueError(cell)

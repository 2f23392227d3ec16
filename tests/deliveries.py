"""Deliveries in tests: valid files of each kind, jobs without waiting, and what a server has received."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from inventory_planner.data_folder import DataFolder
from inventory_planner.delivery.connection import destination_of
from inventory_planner.delivery.deliver import DeliveryReport, deliver
from inventory_planner.delivery.files import FILES, File
from inventory_planner.delivery.planning import Clock, DeliveryJob
from inventory_planner.delivery.tables import read_csv
from inventory_planner.settings import DeliverySettings
from inventory_planner.warehouse.delivery_log import Delivery, last_deliveries
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.warehouse import connect_read_only, open_warehouse
from sftp_server import SftpServer

Cells = dict[str, str]

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
STATE = {"REMOVED": "false", "UPDATED_AT": "2026-01-31 08:00:00"}
VALID: dict[str, Cells] = {  # a row of each kind, with all required columns
    "warehouse": {"WAREHOUSE_ID": "w1", "DISPLAY_NAME": "Lager Köln", **STATE},
    "vendor": {"VENDOR_ID": "v1", "DISPLAY_NAME": "Acme", "CURRENCY": "EUR", **STATE},
    "stock-order-status": {"NAME": "SHIPPED", "STATUS_TYPE": "active", **STATE},
    "variant": {
        "VARIANT_ID": "a1",
        "SKU": "MUG",
        "TITLE": "Mug, blue",
        "BARCODE": "",
        "PRODUCT_ID": "p1",
        "PRICE": "9.5",
        "CREATED_AT": "2025-01-01 00:00:00",
        **STATE,
    },
    "variant-warehouse": {"VARIANT_ID": "a1", "WAREHOUSE_ID": "w1", "IN_STOCK": "-2", **STATE},
    "variant-vendor": {"VARIANT_ID": "a1", "VENDOR_ID": "v1", **STATE},
    "variant-component": {"VARIANT_ID": "a1", "COMPONENT_VARIANT_ID": "a2", "QUANTITY": "2", **STATE},
    "sales-order": {
        "ORDER_ID": "l1",
        "ID": "o1",
        "VARIANT_ID": "a1",
        "WAREHOUSE": "w1",
        "CURRENCY": "EUR",
        "QUANTITY": "-1",
        "PRICE": "9.5",
        "CREATED_AT": "2026-01-30 10:00:00",
        **STATE,
    },
    "stock-order": {
        "ID": "s1",
        "REFERENCE": "PO-1",
        "STATUS": "OPEN",
        "WAREHOUSE": "w1",
        "VENDOR": "v1",
        "SOURCE_WAREHOUSE": "",
        "CURRENCY": "EUR",
        "CREATED_DATE": "2026-01-30 10:00:00",
        "LINE_ITEM_ID": "1",
        "VARIANT_ID": "a1",
        "SKU": "MUG",
        "BARCODE": "",
        "TITLE": "Mug",
        "REPLENISHMENT": "5",
        "RECEIVED": "0",
        "RECEIVED_DATE": "",
        "COST_PRICE": "4.25",
        **STATE,
    },
}
STOCK = FILES["variant-warehouse"]


def stock(**quantities: object) -> list[Cells]:
    """Rows of stock by variant."""
    row = VALID[STOCK.kind]
    return [{**row, "VARIANT_ID": name, "IN_STOCK": str(quantity)} for name, quantity in quantities.items()]


def write(path: Path, rows: list[Cells], **options: Any) -> Path:
    """A CSV file with these rows."""
    file = StringIO()
    writer = csv.DictWriter(file, list(rows[0]), **options)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(file.getvalue().encode())
    return path


@dataclass
class Warehouseman:
    """Delivers to a server, without waiting; `now` goes on only by what a delivery waits."""

    folder: DataFolder
    server: SftpServer
    settings: DeliverySettings
    now: datetime = NOW
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)

    def job(self, file: File = STOCK, **options: Any) -> DeliveryJob:
        destination = destination_of(self.settings, file, self.folder, sleep=self.wait)
        clock = Clock(ZoneInfo("Europe/Berlin"), lambda: self.now, self.wait)
        return DeliveryJob(file, destination, self.settings, clock, **options)

    def deliver(self, rows: list[Cells], file: File = STOCK, **options: Any) -> DeliveryReport:
        """Deliver rows in a file, as a command does that is started for it."""
        path = write(self.folder.root / f"{file.name}.csv", rows)
        with open_warehouse(engine_of(self.folder), self.folder, "deliver") as warehouse:
            return deliver(warehouse.account("a1000"), self.job(file, **options), read_csv(path))

    def configure(self, **changes: Any) -> None:
        self.settings = replace(self.settings, **changes)

    def log(self) -> list[Delivery]:
        """The deliveries, oldest first."""
        connection = connect_read_only(engine_of(self.folder))
        try:
            return sorted(last_deliveries(connection, 1000), key=lambda each: each.delivery_number)
        finally:
            connection.close()

    def received(self, file: File = STOCK) -> list[list[Cells]]:
        """The rows of each file that the receiver can see, oldest first; each has to be whole."""
        return [read(path) for path in self.visible(file)]

    def visible(self, file: File = STOCK) -> list[Path]:
        """The files in a directory of the server, without drafts."""
        found = self.server.directory(file.name).iterdir()
        return sorted((path for path in found if not path.name.startswith(".")), key=_number)

    def drafts(self, file: File = STOCK) -> list[str]:
        return [path.name for path in self.server.directory(file.name).iterdir() if path.name.startswith(".")]


def read(path: Path) -> list[Cells]:
    """The rows of a file; it ends with a line end, and each row has all cells."""
    text = path.read_bytes().decode()
    assert text.endswith("\r\n"), f"{path} is half a file"
    rows = list(csv.DictReader(StringIO(text, newline="")))
    assert all(None not in row and None not in row.values() for row in rows)
    return rows


def _number(path: Path) -> int:
    return int(path.stem.rpartition("_")[2])


@contextmanager
def before_each_step(owner: type, names: tuple[str, ...], hook: Callable[[], None]) -> Iterator[None]:
    """Call the hook before each call of these methods."""
    originals = {name: getattr(owner, name) for name in names}

    def wrap(name: str) -> Callable[..., Any]:
        def method(*arguments: Any, **options: Any) -> Any:
            hook()
            return originals[name](*arguments, **options)

        return method

    for name in names:
        setattr(owner, name, wrap(name))
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(owner, name, original)

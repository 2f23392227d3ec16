"""Choose what to send of a checked table, and where."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from inventory_planner.delivery.changes import Selection, select_rows
from inventory_planner.delivery.checks import Row, check, csv_line
from inventory_planner.delivery.files import File, with_extra_columns
from inventory_planner.delivery.night import Night, night_of
from inventory_planner.delivery.sftp import Server
from inventory_planner.delivery.tables import Table
from inventory_planner.settings import DeliverySettings
from inventory_planner.warehouse.delivery_log import create_log, delivered_rows, last_delivery
from inventory_planner.warehouse.warehouse import Account


@dataclass(frozen=True, slots=True)
class Destination:
    """A directory of an endpoint, `user@host:port`, and how to open the server."""

    endpoint: str
    directory: str
    open_server: Callable[[], AbstractContextManager[Server]]


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, and how to let it pass."""

    zone: ZoneInfo
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class DeliveryJob:
    """What kind of file to deliver, where to and how; `is_full` asks for all rows."""

    file: File
    destination: Destination
    settings: DeliverySettings
    clock: Clock
    is_full: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be sent: rows under a header, as `content`. `why_full` is why all rows are sent, if they are."""

    file: File
    table: Table
    destination: Destination
    header: list[str]
    selection: Selection
    why_full: str | None
    content: bytes
    night: Night

    @property
    def rows(self) -> list[Row]:
        """The rows to send."""
        return self.selection.rows


def plan_delivery(account: Account, job: DeliveryJob, table: Table) -> Plan:
    """Check a table and choose what to send.

    Raises:
        ChangeError: something is wrong with the table; the message says where, and what to do.
        LoadError: the delivery log can't be read.
    """
    file, settings, destination = job.file, job.settings, job.destination
    columns = with_extra_columns(file, settings.extra_columns.get(file.name, ()))
    header, rows = check(table, file, columns, settings.line_ending)
    create_log(account)
    delivered = delivered_rows(account, file.kind, destination.endpoint, destination.directory)
    why_full = _why_full(account, job, delivered)
    selection = select_rows(rows, delivered, is_full=why_full is not None)
    content = "".join([csv_line(header, settings.line_ending), *(row.text for row in selection.rows)]).encode()
    night = night_of(job.clock.now(), job.clock.zone)
    return Plan(file, table, destination, header, selection, why_full, content, night)


def _why_full(account: Account, job: DeliveryJob, delivered: Mapping[int, int]) -> str | None:
    """Why all rows of the file are to be sent; None if they are not."""
    days = job.settings.full_every_days
    if job.is_full:
        return "--full"
    if not delivered:
        return "first delivery to this directory"
    if days is None:
        return None
    last = last_delivery(account, job.destination.endpoint, job.destination.directory, is_full=True)
    is_due = last is None or job.clock.now() - last.recorded_at >= timedelta(days=days)
    return f"full delivery due every {days:g} days" if is_due else None

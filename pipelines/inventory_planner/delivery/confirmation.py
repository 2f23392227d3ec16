"""Compare a sample of delivered stock with what the account says: the connector itself says nothing."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from inventory_planner.api.client import Client
from inventory_planner.api.orders import Number
from inventory_planner.api.stock import Stock, list_stock
from inventory_planner.delivery.cells import plain
from inventory_planner.delivery.checks import digest_of_cells
from inventory_planner.delivery.night import SYNC_TIME
from inventory_planner.delivery.planning import Clock
from inventory_planner.warehouse.delivery_log import (
    HAS_ARRIVED,
    Confirmation,
    Delivery,
    DeliveryState,
    create_log,
    newest_rows,
    unconfirmed_deliveries,
    update_delivery,
)
from inventory_planner.warehouse.tables import DELIVERIES
from inventory_planner.warehouse.warehouse import Account

READ_WITHIN: Final = timedelta(hours=1)  # of the sync's start; before, it may still be at work
REFRESHED_WITHIN: Final = timedelta(hours=24)  # as the documents say; until then, what is missing is looked up again

_Key: TypeAlias = tuple[str, str]  # the ids of a variant and a warehouse, as files have them

_CONNECTION_ID: Final = re.compile(r"(?P<connection>c[0-9]+)_(?P<id>.*)", re.DOTALL)


class Outcome(StrEnum):
    """What the account says of a row. `replaced`: not what was sent, but a later delivery has sent it again."""

    ARRIVED = "arrived"
    DIFFERS = "differs"
    NOT_FOUND = "not found"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Finding:
    """A row of a sample. `sent` and `now` are quantities; None if the stock is hidden."""

    variant_id: str
    warehouse_id: str
    sent: str | None
    now: str | None
    outcome: Outcome

    @property
    def text(self) -> str:
        """The row in words."""
        place = f"{self.variant_id} in {self.warehouse_id}"
        if self.outcome == Outcome.NOT_FOUND:
            return f"{place} was not found"
        return f"{place}: now {self.now or 'hidden'}, sent {self.sent or 'hidden'}"


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a sample as it was sent. `is_newest`: no later delivery has sent it again."""

    variant_id: str
    warehouse_id: str
    in_stock: str | None
    is_newest: bool


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A delivery whose night is over, and its sample."""

    delivery: Delivery
    rows: tuple[_Row, ...]


def due_at(delivery: Delivery, zone: ZoneInfo) -> datetime:
    """When the account can be asked for a delivery."""
    return _sync(delivery, zone) + READ_WITHIN


def settled_at(delivery: Delivery, zone: ZoneInfo) -> datetime:
    """When the account must have taken over a delivery."""
    return _sync(delivery, zone) + REFRESHED_WITHIN


def _sync(delivery: Delivery, zone: ZoneInfo) -> datetime:
    night = date.fromisoformat(delivery.night or "")  # every delivered file has one
    return datetime.combine(night, SYNC_TIME, zone).astimezone(UTC)


def due_deliveries(account: Account, clock: Clock, *, is_early: bool = False) -> list[Unconfirmed]:
    """The deliveries of which the account can be asked now; with `is_early`, all that are not settled.

    Raises:
        LoadError: the log can't be read.
    """
    if DELIVERIES.name not in account.warehouse.tables():
        return []
    create_log(account)  # adds the columns that an older version did not have
    return [
        Unconfirmed(delivery, tuple(_rows(account, delivery)))
        for delivery in unconfirmed_deliveries(account)
        if is_early or is_waiting(delivery, clock)
    ]


def look_up(client: Client, page_size: int, deliveries: Sequence[Unconfirmed]) -> dict[_Key, Decimal]:
    """What the account has of the rows of all samples; each page of its variants is read at most once.

    Raises:
        ConfigurationError: the account can't be asked for its variants this way.
        ApiError: a request failed.
    """
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in (row for each in deliveries for row in each.rows):
        wanted[row.variant_id].add(row.warehouse_id)
    keys = {(variant, warehouse) for variant, warehouses in wanted.items() for warehouse in warehouses}
    found: dict[_Key, Decimal] = {}
    totals: dict[_Key, Decimal] = {}
    for stock in list_stock(client, page_size):
        for connection, variant in _connections(stock):
            for warehouse in wanted.get(variant, ()):
                place = f"{connection}_{warehouse}"
                if place in stock.by_warehouse:
                    found[variant, warehouse] = _quantity(stock.by_warehouse[place])
                elif not stock.by_warehouse:
                    totals[variant, warehouse] = _quantity(stock.total)
        if found.keys() == keys:
            break
    return totals | found


def conclude(account: Account, due: Unconfirmed, found: Mapping[_Key, Decimal], clock: Clock) -> Delivery:
    """Record what became of a delivery. What is missing is settled only once the account had time to show it.

    Raises:
        LoadError: the log can't be written.
    """
    findings = [_compare(row, found.get((row.variant_id, row.warehouse_id))) for row in due.rows]
    confirmation = _confirmation({finding.outcome for finding in findings})
    is_settled = confirmation != Confirmation.MISSING or clock.now() >= settled_at(due.delivery, clock.zone)
    delivery = replace(
        due.delivery,
        confirmed_at=clock.now() if is_settled else None,
        confirmation=confirmation,
        findings=json.dumps([asdict(finding) for finding in findings]),
    )
    update_delivery(account, delivery)
    return delivery


def is_waiting(delivery: Delivery, clock: Clock) -> bool:
    """Whether the account can be asked for a delivery, and what it says is not settled."""
    is_open = delivery.state == DeliveryState.DELIVERED and delivery.sample and not delivery.confirmed_at
    return bool(is_open) and due_at(delivery, clock.zone) <= clock.now()


def findings_of(delivery: Delivery) -> list[Finding]:
    """What was recorded of the sample of a delivery."""
    found = json.loads(delivery.findings or "[]")
    return [Finding(**{**each, "outcome": Outcome(each["outcome"])}) for each in found]


def lost_deliveries(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """The deliveries that did not arrive, unless a later one with all rows of its source did."""
    return [
        each for each in deliveries if each.confirmation == Confirmation.MISSING and not _is_made_up(each, deliveries)
    ]


def _is_made_up(lost: Delivery, deliveries: Sequence[Delivery]) -> bool:
    return any(
        each.is_full
        and each.confirmation in HAS_ARRIVED
        and each.delivery_number > lost.delivery_number
        and (each.kind, each.endpoint, each.directory) == (lost.kind, lost.endpoint, lost.directory)
        for each in deliveries
    )


def _rows(account: Account, delivery: Delivery) -> Iterator[_Row]:
    newest = newest_rows(account, delivery.delivery_id)
    for row in json.loads(delivery.sample or "[]"):
        key = digest_of_cells([row["VARIANT_ID"], row["WAREHOUSE_ID"]])
        in_stock = None if row["REMOVED"] == "true" else row["IN_STOCK"]
        yield _Row(row["VARIANT_ID"], row["WAREHOUSE_ID"], in_stock, key in newest)


def _connections(stock: Stock) -> Iterator[tuple[str, str]]:
    """The ids of a variant as a file may have them, each with its connection."""
    for found in filter(None, map(_CONNECTION_ID.fullmatch, stock.ids)):
        yield found["connection"], found["id"]


def _quantity(number: Number) -> Decimal:
    return Decimal(0 if number is None else number)


def _compare(row: _Row, now: Decimal | None) -> Finding:
    sent = None if row.in_stock is None else Decimal(row.in_stock)
    if (now or 0) == (sent or 0) and (now is not None or sent is None):
        outcome = Outcome.ARRIVED  # hidden stock may still be listed, as none
    elif not row.is_newest:
        outcome = Outcome.REPLACED
    else:
        outcome = Outcome.NOT_FOUND if now is None else Outcome.DIFFERS
    return Finding(row.variant_id, row.warehouse_id, row.in_stock, None if now is None else plain(now), outcome)


def _confirmation(outcomes: set[Outcome]) -> Confirmation:
    """A file is read whole or not at all, so one row that arrived shows that it was; a sale may explain the others."""
    if Outcome.NOT_FOUND in outcomes or outcomes & {Outcome.ARRIVED, Outcome.DIFFERS} == {Outcome.DIFFERS}:
        return Confirmation.MISSING
    if Outcome.DIFFERS in outcomes:
        return Confirmation.DIFFERENCES
    return Confirmation.ARRIVED if Outcome.ARRIVED in outcomes else Confirmation.REPLACED

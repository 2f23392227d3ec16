"""What orders brought into warehouses, took out of them, and will still bring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from inventory_planner_emulator.timestamps import parse_timestamp
from inventory_planner_emulator.totals import Line, Order, is_transfer, open_quantity, to_decimal

Quantity = int | Decimal
Arrival = tuple[int, Quantity]
ItemKey = tuple[str, str]
"""A variant and a warehouse."""

OPEN_STATUSES = {"open", "active", "ordered", "sent", "partially received"}  # their lines count as on order


class _OpenLine(NamedTuple):
    """An open line of an order."""

    expected: date | None
    created: date | None
    units: Quantity

    def due(self, today: date, lead_time: int) -> Arrival:
        """Return the days until the goods are expected, and the units."""
        expected = self.expected or (self.created or today) + timedelta(days=lead_time)
        return max((expected - today).days, 0), self.units


class Flow(NamedTuple):
    """Movements and expected arrivals of a variant in a warehouse, the input of a position."""

    moved: tuple[tuple[int, Quantity], ...] = ()
    """Units in, less units out, by days since the first day."""
    arrivals: tuple[Arrival, ...] = ()
    """Expected arrivals as days from today and units, in the order of arrival."""
    lead_times: tuple[int, ...] = ()
    last_received: int | None = None


@dataclass
class Supply:
    """Movements of a variant into and out of a warehouse, and its open orders."""

    moved: dict[date, Quantity] = field(default_factory=lambda: defaultdict(int))
    """Units in, less units out, by day (UTC)."""
    lead_times: list[int] = field(default_factory=list)
    """Days from order to receipt, for each receipt that is not of a transfer."""
    last_received: int | None = None
    """In Unix seconds."""
    open_lines: list[_OpenLine] = field(default_factory=list)

    def flow(self, first_day: date, today: date, lead_time: int) -> Flow:
        """Return the movements in these days, and the expected arrivals.

        Goods that are overdue are expected today, and those without a date after the lead time.
        """
        days = {(day - first_day).days: units for day, units in self.moved.items() if first_day <= day <= today}
        return Flow(
            tuple(sorted(days.items())),
            tuple(sorted(line.due(today, lead_time) for line in self.open_lines)),
            tuple(self.lead_times),
            self.last_received,
        )


def read_supply(orders: Iterable[Order]) -> dict[ItemKey, Supply]:
    """Read the movements and promises of orders, by variant and warehouse.

    A receipt raises the stock of the order's warehouse on its day. A transfer takes the goods from the source warehouse
    on the same day, and an assembly order the components.
    """
    found: dict[ItemKey, Supply] = defaultdict(Supply)
    for order in orders:
        warehouse, created = str(order.get("warehouse")), _date(order.get("created_date"))
        is_open = str(order.get("status")).lower() in OPEN_STATUSES and not order.get("removed")
        for line in order.get("items") or []:
            supply = found[str(line.get("id")), warehouse]
            for at, day, units in _receipts(line):
                supply.moved[day] += units
                supply.last_received = max(supply.last_received or at, at)
                if created and not is_transfer(order):
                    supply.lead_times.append((day - created).days)
                for variant, used in _taken(order, line, units):
                    found[variant, str(order["source_warehouse"])].moved[day] -= used
            if is_open and (left := open_quantity(line)):
                supply.open_lines.append(_OpenLine(_date(order.get("expected_date")), created, _plain(left)))
    return dict(found)


def _receipts(line: Line) -> Iterator[tuple[int, date, Quantity]]:
    for receipt in line.get("received_history") or []:
        at = int(receipt["date"])
        yield at, datetime.fromtimestamp(at, UTC).date(), _plain(to_decimal(receipt["value"]))


def _taken(order: Order, line: Line, units: Quantity) -> Iterator[tuple[str, Quantity]]:
    """Yield what a receipt takes from the source warehouse: the goods of a transfer, or the components of a kit."""
    if not order.get("source_warehouse"):
        return
    if is_transfer(order):
        yield str(line.get("id")), units
    for component in line.get("components") or []:
        yield str(component.get("id")), _plain(to_decimal(component.get("quantity")) * units)


def _plain(value: Decimal) -> Quantity:
    """Return a whole number as an int, which is faster to calculate with."""
    return int(value) if value == value.to_integral_value() else value


def _date(value: Any) -> date | None:
    moment = parse_timestamp(value)
    return moment.date() if moment else None

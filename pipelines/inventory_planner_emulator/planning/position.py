"""The position of a variant in a warehouse: daily stock and sales, forecast, and expected arrivals."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate, pairwise
from operator import sub

from inventory_planner_emulator.planning.assortment import StockItem
from inventory_planner_emulator.planning.demand import Demand
from inventory_planner_emulator.planning.supply import Arrival, Flow, Quantity

FORECAST_MONTHS = 18  # from the current one on
CACHED_POSITIONS = 1024  # a few nights of the demo: most positions don't change when a setting does
_DAYS_AHEAD = 64  # days of demand that are calculated at once, so that the next nights can reuse them
VELOCITY_DAYS = 365  # days of sales that a forecast is based on

Month = tuple[int, int]
"""A year and a month."""


@dataclass(frozen=True, eq=False)
class Position:
    """A variant in a warehouse, or in several together, before the sales of `today`."""

    first_day: date
    today: date
    stock: Quantity
    sales: Sequence[int]
    """Units sold by day, from the first day to yesterday: the demand that was in stock."""
    stocks: Sequence[Quantity]
    """Units at the end of each of these days."""
    is_out: Sequence[bool]
    """Whether the variant was out of stock on each of these days."""
    velocity: Decimal
    """Units sold per day in stock, in the last year."""
    forecast: Sequence[Decimal]
    """Units by month, from the current one on."""
    arrivals: Sequence[Arrival]
    lead_times: Sequence[int]
    last_received: int | None

    def last(self, days: int) -> int:
        """Return the units sold in the last days."""
        return sum(self.sales[-days:])

    def by_month(self) -> dict[Month, int]:
        """Return the units sold by month."""
        return {month: sum(self.sales[days]) for month, days in months_between(self.first_day, self.today)}


@lru_cache(maxsize=CACHED_POSITIONS)
def take_position(item: StockItem, flow: Flow, first_day: date, today: date) -> Position:
    """Calculate the sales of each day from its demand and stock, and the forecast.

    What arrives on a day can be sold on it. Demand that finds no stock is lost.
    """
    days = (today - first_day).days
    sales, stocks = _sell(item, dict(flow.moved), first_day, days)
    is_out = [left + sold <= 0 for left, sold in zip(stocks, sales, strict=True)]
    stock = (stocks[-1] if stocks else item.opening_stock) + dict(flow.moved).get(days, 0)
    velocity, level = _measure(item.demand.season, sales, is_out, first_day, today)
    return Position(
        *(first_day, today, stock, sales, stocks, is_out),
        velocity=_rounded(velocity, 4),
        forecast=[
            _rounded(level * item.demand.season[month - 1] * days, 2) for (_, month), days in _months_after(today)
        ],
        arrivals=flow.arrivals,
        lead_times=flow.lead_times,
        last_received=flow.last_received,
    )


@lru_cache(maxsize=CACHED_POSITIONS)
def add_positions(parts: tuple[Position, ...]) -> Position:
    """Return the position of several warehouses together."""
    return Position(
        parts[0].first_day,
        parts[0].today,
        sum(part.stock for part in parts),
        sales=[sum(day) for day in zip(*(part.sales for part in parts), strict=True)],
        stocks=[sum(day) for day in zip(*(part.stocks for part in parts), strict=True)],
        is_out=[all(day) for day in zip(*(part.is_out for part in parts), strict=True)],
        velocity=sum((part.velocity for part in parts), Decimal(0)),
        forecast=[sum(month, Decimal(0)) for month in zip(*(part.forecast for part in parts), strict=True)],
        arrivals=sorted(arrival for part in parts for arrival in part.arrivals),
        lead_times=[days for part in parts for days in part.lead_times],
        last_received=max((part.last_received for part in parts if part.last_received), default=None),
    )


def forecast_months(today: date) -> list[Month]:
    """Return the months of a forecast made on this day."""
    return [month for month, _ in _months_after(today)]


@lru_cache(maxsize=8)  # the same for all variants of a night
def months_between(first_day: date, end: date) -> tuple[tuple[Month, slice], ...]:
    """Return each month from the first day up to, not including, the end, with its days as a slice of all days."""
    return tuple(_cut_months(first_day, end))


def _cut_months(first_day: date, end: date) -> Iterator[tuple[Month, slice]]:
    day = first_day
    while day < end:
        following = min(day + timedelta(days=monthrange(day.year, day.month)[1] - day.day + 1), end)
        yield (day.year, day.month), slice((day - first_day).days, (following - first_day).days)
        day = following


@lru_cache(maxsize=8)
def _months_after(today: date) -> tuple[tuple[Month, int], ...]:
    """Return the months of a forecast, and the number of days in each."""
    numbers = range(today.year * 12 + today.month - 1, today.year * 12 + today.month - 1 + FORECAST_MONTHS)
    months = [(number // 12, number % 12 + 1) for number in numbers]
    return tuple(((year, month), monthrange(year, month)[1]) for year, month in months)


def _sell(
    item: StockItem, moved: Mapping[int, Quantity], first_day: date, days: int
) -> tuple[list[int], list[Quantity]]:
    """Return the units sold on each day, and those left at its end."""
    stock: Quantity = item.opening_stock
    wanted = _wanted(item.demand, first_day, days - days % -_DAYS_AHEAD)[:days]
    sales: list[int] = []
    stocks: list[Quantity] = []
    edges = sorted({0, days, *(day for day in moved if day < days)})
    for start, stop in pairwise(edges):
        stock += moved.get(start, 0)
        sold = _sell_down(stock, wanted[start:stop])
        left: list[Quantity] = list(accumulate(sold, sub, initial=stock))
        sales += sold
        stocks += left[1:]
        stock = left[-1]
    return sales, stocks


def _sell_down(stock: Quantity, wanted: list[int]) -> list[int]:
    """Return what is sold on days without movements: whole units, and no more than are in stock."""
    units = max(int(stock), 0)
    if sum(wanted) <= units:
        return wanted
    before = accumulate(wanted, initial=0)
    return [max(min(each, units - earlier), 0) for each, earlier in zip(wanted, before, strict=False)]


@lru_cache(maxsize=CACHED_POSITIONS)
def _wanted(demand: Demand, first_day: date, days: int) -> list[int]:
    return demand.units(first_day, days)


def _measure(
    season: tuple[float, ...], sales: list[int], is_out: list[bool], first_day: date, today: date
) -> tuple[float, float]:
    """Return the units sold per day in stock in the last year, unadjusted and seasonally adjusted."""
    from_day = max(len(sales) - VELOCITY_DAYS, 0)
    in_stock, seasonal = 0, 0.0
    for (_, month), days in months_between(first_day, today):
        window = slice(max(days.start, from_day), days.stop)
        counted = max(window.stop - window.start, 0) - sum(is_out[window])
        in_stock += counted
        seasonal += counted * season[month - 1]
    sold = sum(sales[from_day:])
    return sold / in_stock if in_stock else 0.0, sold / seasonal if seasonal else 0.0


def _rounded(value: float, digits: int) -> Decimal:
    return Decimal(str(round(value, digits)))

"""When stock and open orders run out, if demand is as forecast."""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from inventory_planner_emulator.planning.supply import Arrival, Quantity

_ALMOST_NOTHING = 1e-6  # units; less than a float's error of a year's demand


class Needs:
    """The cumulative forecast demand by day, starting today."""

    def __init__(self, forecast: Sequence[Decimal], months: Sequence[tuple[int, int]], today: date) -> None:
        by_day: list[float] = []
        for units, (year, month) in zip(forecast, months, strict=True):
            days = monthrange(year, month)[1]
            by_day += [float(units) / days] * days
        self._sums = [0.0, *accumulate(by_day[today.day - 1 :])]
        self.horizon = len(self._sums) - 1
        """The number of days that the forecast covers."""

    def of(self, days: int) -> float:
        """Return the demand of a number of days, at most those of the forecast."""
        return self._sums[min(max(days, 0), self.horizon)]

    def days_covered(self, units: float, from_day: int = 0) -> int:
        """Return the first day, from a given one, that the units don't fully cover; the horizon if there is none."""
        return bisect_right(self._sums, self._sums[from_day] + units + _ALMOST_NOTHING) - 1


@dataclass(frozen=True)
class RunOut:
    """When stock runs out; days are counted from today, which is day 0."""

    first_gap: int | None
    """The first day with unmet demand."""
    days_of_sales: int
    """The number of days until the last one with sales, inclusive."""
    lost: float
    """Unmet demand, in units."""

    @property
    def sells_out_in(self) -> int:
        """The days until stock and open orders are sold, as the vendor counts them.

        5 units a day, 10 on hand and 20 due in 5 days are 11 days: 2 days of stock, 5 days until the order comes, and
        4 days of the order. The 5 days count from today, so the 2 before the gap count twice.
        """
        if self.first_gap is None or self.days_of_sales <= self.first_gap + 1:
            return self.days_of_sales
        return self.first_gap + self.days_of_sales


def run_out(needs: Needs, stock: Quantity, arrivals: Sequence[Arrival], days: int) -> RunOut:
    """Simulate sales from stock and arrivals for a number of days; unmet demand is lost."""
    first_gap, last_sale, lost = None, 0, 0.0
    left, day = max(float(stock), 0.0), 0
    for arrives, units in (*((min(due, days), units) for due, units in arrivals), (days, 0)):
        wanted = needs.of(arrives) - needs.of(day)
        if wanted > left + _ALMOST_NOTHING:
            gap = needs.days_covered(left, day)
            first_gap = gap if first_gap is None else first_gap
            rest = left - (needs.of(gap) - needs.of(day))
            if left > _ALMOST_NOTHING:
                last_sale = gap + (rest > _ALMOST_NOTHING)
            lost += wanted - left
            left = 0.0
        elif wanted > _ALMOST_NOTHING:
            last_sale = arrives
            left = max(left - wanted, 0.0)
        left += float(units)
        day = arrives
    return RunOut(first_gap, last_sale, lost)

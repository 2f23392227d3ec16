"""The daily demand for a variant in a warehouse."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, repeat
from operator import sub
from zlib import crc32

_CARRIED_AT_FIRST = 0.5  # of a unit, so that half of a slow seller's units are wanted before their time
_MONTHS = 12


@dataclass(frozen=True)
class Demand:
    """Demand in units per day; reading the same day again returns the same units."""

    per_day: float
    """At the beginning of the history, without season."""
    season: tuple[float, ...] = (1.0,) * _MONTHS
    """A factor for each calendar month."""
    growth: float = 0.0
    """Growth in a year, as a share."""
    noise: float = 0.0
    """The largest random variation of a month, as a share."""
    seed: str = ""

    def units(self, first_day: date, days: int) -> list[int]:
        """Return whole units for a number of days from the first one; fractions are carried over to the next day."""
        found: list[int] = []
        carried, day = _CARRIED_AT_FIRST, first_day
        age = 0
        while len(found) < days:
            days_left = monthrange(day.year, day.month)[1] - day.day + 1
            sums = list(accumulate(repeat(self._in_month(day, age), days_left), initial=carried))
            whole = list(map(int, sums))
            found += map(sub, whole[1:], whole)
            carried = sums[-1] - whole[-1]
            day += timedelta(days=days_left)
            age += 1
        return found[:days]

    def _in_month(self, day: date, age: int) -> float:
        chance = crc32(f"{self.seed} {day:%Y-%m}".encode()) / 2**32
        factor = 1 + self.noise * (2 * chance - 1)
        return max(self.per_day * self.season[day.month - 1] * (1 + self.growth * age / _MONTHS) * factor, 0.0)

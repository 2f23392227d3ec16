"""The cursor: how far an account has been read. It is stored in dlt's state, with the rows that it describes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Self

from inventory_planner.api.batches import BEGINNING

OVERLAP: Final = timedelta(minutes=10)  # a change can become visible this long after the time that it states


@dataclass(frozen=True, slots=True)
class Cursor:
    """Every change before `instant` has been read; `seen` holds the digests of the orders in the overlap, by id.

    `scope` is the order filter that it was read with: a cursor does not cover other orders.
    """

    instant: datetime | None = None
    seen: dict[str, str] = field(default_factory=dict)
    scope: str = ""

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The cursor in dlt's state."""
        instant = state.get("cursor")
        return cls(datetime.fromisoformat(instant) if instant else None, state.get("seen", {}), state.get("scope", ""))

    def to_state(self) -> dict[str, Any]:
        """The cursor as JSON."""
        instant = self.instant.isoformat() if self.instant else None
        return {"cursor": instant, "seen": self.seen, "scope": self.scope}

    @property
    def overlap_start(self) -> datetime | None:
        """Where the overlap before the instant begins; None for the beginning. `OrderFilter.start` decides on it."""
        return max(self.instant - OVERLAP, BEGINNING) if self.instant else None

    def without(self, order_ids: Collection[str]) -> Cursor:
        """The same cursor for a warehouse that holds other states of these orders than those seen."""
        return replace(self, seen={key: digest for key, digest in self.seen.items() if key not in order_ids})

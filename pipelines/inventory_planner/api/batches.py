"""Batches of orders on their way from the API to the warehouse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, Self

from inventory_planner.api.decoding import RawOrder

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)  # before any order; an order without an instant is not a change


class SyncKind(StrEnum):
    """How orders were read."""

    SEEK = "seek"
    NEWEST_FIRST = "newest first"
    EVERYTHING = "everything"
    SWEEP = "sweep"
    REPLAY = "replay"
    WRITE_BACK = "write-back"


@dataclass(frozen=True, slots=True)
class Batch:
    """The orders of one response.

    `total` is the number of orders that match the request, on all pages. With a `cursor`, every order modified before
    it has been yielded in this batch or an earlier one: once they are committed, the next reading may start there.
    """

    orders: tuple[RawOrder, ...]
    total: int
    sync_kind: SyncKind
    cursor: datetime | None

    @property
    def instants(self) -> list[datetime]:
        """When the orders were modified, in UTC and in the order of the page."""
        return [each.last_modified for each in self.orders if each.last_modified is not None]

    @property
    def is_complete(self) -> bool:
        """Whether these are all matching orders. A short page proves nothing: the API may cap the page size."""
        return not self.orders or len(self.orders) >= self.total

    def without_older(self, since: datetime) -> Self:
        """The batch without the orders that were last modified before this instant."""
        kept = (each for each in self.orders if each.last_modified is None or each.last_modified >= since)
        return replace(self, orders=tuple(kept))

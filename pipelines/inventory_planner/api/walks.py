"""Walk over numbered pages while orders move between them, until two walks agree."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from inventory_planner.api.batches import BEGINNING, Batch
from inventory_planner.errors import UnreadableAnswerError

MAX_WALKS: Final = 10  # an account too busy for an undisturbed walk in ten will not be quiet soon


@dataclass(slots=True)
class Walk:
    """The orders found by a walk over numbered pages."""

    digests: dict[str, str] = field(default_factory=dict)
    instants: set[datetime] = field(default_factory=set)
    totals: set[int] = field(default_factory=set)

    def add(self, batch: Batch) -> None:
        """Add the orders of a page."""
        self.digests.update((each.key, each.digest) for each in batch.orders)
        self.instants.update(batch.instants)
        self.totals.add(batch.total)

    @property
    def total(self) -> int:
        """The number of orders that the pages promised."""
        return max(self.totals, default=0)

    @property
    def is_undisturbed(self) -> bool:
        """Whether every page, from the first to the last, promised as many orders as were found."""
        return self.totals == {len(self.digests)}


def walk_until_equal(request_page: Callable[[int], Batch], since: datetime = BEGINNING) -> Generator[Batch, None, Walk]:
    """Walk until two walks in a row find the same orders in the same state; yield orders modified at `since` or later.

    A single walk proves nothing: if one order leaves and another comes, a third is skipped and the total stays.

    Raises:
        UnreadableAnswerError: no two walks in a row were equal.
    """
    walk = Walk()
    for _ in range(MAX_WALKS):
        known = walk.digests
        walk = yield from _walk(request_page, known, since)
        if walk.is_undisturbed and walk.digests == known:
            return walk
    raise UnreadableAnswerError(
        f"The account changed during each of {MAX_WALKS} walks over its pages, so orders may be missing. Those that"
        " were read are kept; run the command again to read the rest."
    )


def _walk(
    request_page: Callable[[int], Batch], known: Mapping[str, str], since: datetime
) -> Generator[Batch, None, Walk]:
    """Request the pages by number, and yield only orders that are not known yet in this state."""
    walk, page, read = Walk(), 0, 0
    while True:
        batch = request_page(page)
        walk.add(batch)
        read += len(batch.orders)
        changed = tuple(each for each in batch.orders if known.get(each.key) != each.digest)
        yield replace(batch, orders=changed).without_older(since)
        if not batch.orders or read >= batch.total:  # what a page after the last one holds is not documented
            return walk
        page += 1

"""Every order changed since an instant, read while the account goes on changing.

The service numbers its pages, and an order that is edited moves to another page: a walk from page to page skips
orders. So nothing here walks where it can seek: ask for what is not older than the mark, oldest first, take the newest
instant of the answer as the next mark, and ask again for its first page. Only where a whole page shares one instant are
the pages of that one instant walked, until a walk is undisturbed.

That the service filters and sorts by `last_modified` is documented but unproven, so every page is checked. One that
is not as asked makes the reading fall back: newest first until older than the mark, and where that order is not
kept either, all pages, until a walk is undisturbed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from inventory_planner.client import Client
from inventory_planner.contract import BadRecord, Page, Record, digest, record
from inventory_planner.errors import UnreadableAnswerError

PATH: Final = "/api/v1/purchase-orders"
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)  # before any order; an order without an instant is not a change
WALKS: Final = 10  # an account too busy for an undisturbed walk in ten will not have a quiet moment soon
EMPTY: Final[Mapping[str, str]] = MappingProxyType({})

log = logging.getLogger(__name__)


class Way(StrEnum):
    """How the changes were read."""

    SEEK = "seek"
    NEWEST_FIRST = "newest first"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Batch:
    """What one request brought.

    `mark` is set once everything modified before it has been handed out with this batch and the ones before:
    when all of them are committed, the next reading may start there.
    """

    records: tuple[Record | BadRecord, ...]
    total: int
    way: Way
    mark: datetime | None

    @property
    def instants(self) -> list[datetime]:
        """When its orders were modified, in the order of the answer."""
        return [each.last_modified for each in self.records if each.last_modified is not None]

    @property
    def is_whole(self) -> bool:
        """Whether the answer holds all that it promises; a page may be short only because the service caps it."""
        return not self.records or len(self.records) >= self.total


class _UnexpectedOrderError(Exception):
    """An answer is not filtered or not sorted as asked."""


Ask = Callable[..., Batch]


def changes(client: Client, since: datetime | None, page_size: int) -> Iterator[Batch]:
    """All orders modified at `since` or later (all orders, if None), in batches; the last batch always has a mark.

    An order can come more than once; its last version is the one that holds.

    Raises:
        ApiError: a request came to nothing; what was handed out so far is right, and so is its mark.
    """
    mark = since or BEGINNING
    for way, read in ((Way.SEEK, _seek), (Way.NEWEST_FIRST, _newest_first)):
        try:
            yield from read(_asking(client, page_size, way), mark)
        except _UnexpectedOrderError as error:
            log.warning("Inventory Planner did not answer as asked (%s); reading another way.", error)
        else:
            return
    yield from _everything(_asking(client, page_size, Way.EVERYTHING), mark)


def _asking(client: Client, page_size: int, way: Way) -> Ask:
    def ask(**params: str | int) -> Batch:
        page = client.get(PATH, {"limit": page_size, "page": 0, **params}, Page)
        return Batch(tuple(record(bytes(raw)) for raw in page.orders), page.meta.total, way, mark=None)

    return ask


def _seek(ask: Ask, mark: datetime) -> Iterator[Batch]:
    condition = "last_modified_gte"
    while True:
        answer = ask(**{condition: mark.isoformat()}, last_modified_sort="asc")
        newest = max(answer.instants, default=mark)
        if answer.is_whole:
            yield replace(answer, mark=max(newest, mark))
            return
        _check_filter(answer, mark)
        _check_sort(answer.instants)
        if newest > mark:
            yield replace(answer, mark=newest)
            mark, condition = newest, "last_modified_gte"
        elif condition == "last_modified_gte":
            yield from _instant(ask, mark)
            condition = "last_modified_gt"
        else:
            raise _UnexpectedOrderError(f"asked for orders modified after {mark}, got none that says so")


def _instant(ask: Ask, mark: datetime) -> Iterator[Batch]:
    """All orders modified at this very instant."""
    text = mark.isoformat()

    def ask_page(page: int) -> Batch:
        answer = ask(last_modified_gte=text, last_modified_lte=text, last_modified_sort="asc", page=page)
        if any(instant != mark for instant in answer.instants):
            raise _UnexpectedOrderError(f"asked for orders modified at {text}, got others")
        return answer

    for _ in range(WALKS):
        walk = yield from _walk(ask_page)
        if walk.is_undisturbed:  # an order that is edited leaves the instant, and the total shows it
            return
    raise _too_busy()


def _newest_first(ask: Ask, since: datetime) -> Iterator[Batch]:
    """Orders that are edited meanwhile come to the front: they are newer than the mark, and read the next time."""
    page, newest, total = 0, since, 0
    while True:
        answer = ask(last_modified_sort="desc", page=page)
        _check_sort(answer.instants[::-1])
        if answer.total < total:
            raise _UnexpectedOrderError("orders were deleted while the pages were walked")
        newest, total = max([newest, *answer.instants]) if page == 0 else newest, answer.total
        is_last = not answer.records or answer.is_whole or min(answer.instants, default=newest) < since
        yield replace(_not_before(answer, since), mark=newest if is_last else None)
        if is_last:
            return
        page += 1


def _everything(ask: Ask, since: datetime) -> Iterator[Batch]:
    """All pages, until two walks in a row find the same orders in the same state."""
    before = _Walk()
    for _ in range(WALKS):
        known = before.digests
        walk = before = yield from _walk(lambda page: ask(page=page), known, since)
        if walk.is_undisturbed and walk.digests == known:
            yield Batch((), walk.total, Way.EVERYTHING, mark=max([since, *walk.instants]))
            return
    raise _too_busy()


@dataclass(slots=True)
class _Walk:
    """What a walk over numbered pages has found."""

    digests: dict[str, str] = field(default_factory=dict)
    instants: set[datetime] = field(default_factory=set)
    totals: set[int] = field(default_factory=set)

    def add(self, answer: Batch) -> None:
        self.digests.update((each.order_id or digest(each.raw), digest(each.raw)) for each in answer.records)
        self.instants.update(answer.instants)
        self.totals.add(answer.total)

    @property
    def total(self) -> int:
        return max(self.totals, default=0)

    @property
    def is_undisturbed(self) -> bool:
        """Whether as many orders were found as the answers promised, from the first page to the last."""
        return self.totals == {len(self.digests)}


def _walk(
    ask_page: Callable[[int], Batch], known: Mapping[str, str] = EMPTY, since: datetime = BEGINNING
) -> Generator[Batch, None, _Walk]:
    """Pages by number until all that was promised has come; hands out only what is not known yet."""
    walk, page = _Walk(), 0
    while True:
        answer = ask_page(page)
        walk.add(answer)
        news = tuple(each for each in answer.records if known.get(each.order_id or "") != digest(each.raw))
        yield _not_before(replace(answer, records=news), since)
        if not answer.records or len(walk.digests) >= answer.total:
            return walk
        page += 1


def _not_before(answer: Batch, since: datetime) -> Batch:
    kept = (each for each in answer.records if each.last_modified is None or each.last_modified >= since)
    return replace(answer, records=tuple(kept))


def _check_filter(answer: Batch, mark: datetime) -> None:
    oldest = min(answer.instants, default=mark)
    if oldest < mark:
        raise _UnexpectedOrderError(f"asked for orders not older than {mark}, got one of {oldest}")


def _check_sort(instants: Sequence[datetime]) -> None:
    if any(later < earlier for earlier, later in pairwise(instants)):
        raise _UnexpectedOrderError("the orders are not sorted by last_modified")


def _too_busy() -> UnreadableAnswerError:
    return UnreadableAnswerError(
        f"The account changed during each of {WALKS} readings of its pages, so that orders may have been missed."
        " What was read is kept; the next run reads the rest."
    )

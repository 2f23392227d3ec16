"""Every order changed since an instant, read while the account goes on changing.

The service numbers its pages, and an order that is edited moves to another page: a walk from page to page skips
orders. So nothing here walks where it can seek: ask for what is not older than the mark, oldest first, take the newest
instant of the answer as the next mark, and ask again for its first page. Only where a whole page shares one instant are
the pages of that one instant walked, until two walks agree.

That the service filters and sorts by `last_modified` is documented but unproven, so every page is checked, and the
total that it promises against the next one; a reading of several pages also asks once for the newest, which must be
others. If only the filter fails, the reading falls back to newest first, until older than the mark; if the order is
not kept, to all pages, until two walks agree.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final

from inventory_planner.api.client import Client
from inventory_planner.api.decoding import RawOrder, raw_order
from inventory_planner.api.listing import list_orders
from inventory_planner.errors import UnreadableAnswerError

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)  # before any order; an order without an instant is not a change
WALKS: Final = 10  # an account too busy for an undisturbed walk in ten will not have a quiet moment soon
DOUBTS: Final = 2  # an order deleted between two answers breaks a promise too, but hardly three times in a row

log = logging.getLogger(__name__)


class Way(StrEnum):
    """How orders were read; `BUILD` is the row of a build that failed."""

    SEEK = "seek"
    NEWEST_FIRST = "newest first"
    EVERYTHING = "everything"
    SWEEP = "sweep"
    REPLAY = "replay"
    BUILD = "build"


@dataclass(frozen=True, slots=True)
class Batch:
    """What one request brought.

    `mark` is set once everything modified before it has been handed out with this batch and the ones before:
    when all of them are committed, the next reading may start there.
    """

    orders: tuple[RawOrder, ...]
    total: int
    way: Way
    mark: datetime | None

    @property
    def instants(self) -> list[datetime]:
        """When its orders were modified, in the order of the answer; in UTC, whatever offsets it is written with."""
        return [each.last_modified for each in self.orders if each.last_modified is not None]

    @property
    def is_whole(self) -> bool:
        """Whether the answer holds all that it promises; a page may be short only because the service caps it."""
        return not self.orders or len(self.orders) >= self.total


class _NotFilteredError(Exception):
    """An answer is not filtered by `last_modified` as asked, yet it may be sorted by it."""


class _NotSortedError(Exception):
    """An answer is not sorted by `last_modified` as asked, or orders are missing in it."""


Ask = Callable[..., Batch]


def changes(client: Client, since: datetime | None, page_size: int) -> Iterator[Batch]:
    """All orders modified at `since` or later (all orders, if None), in batches; the last batch always has a mark.

    An order can come more than once; its last version is the one that holds.

    Raises:
        ApiError: a request came to nothing; what was handed out so far is right, and so is its mark.
    """
    mark = since or BEGINNING
    try:
        yield from _seek(_asking(client, page_size, Way.SEEK), mark)
    except _NotFilteredError as error:
        log.warning("Inventory Planner %s; reading the newest first.", error)
    except _NotSortedError as error:
        log.warning("Inventory Planner %s; reading everything.", error)
        yield from _everything(_asking(client, page_size, Way.EVERYTHING), mark)
        return
    else:
        return
    try:
        yield from _newest_first(_asking(client, page_size, Way.NEWEST_FIRST), mark)
    except _NotSortedError as error:
        log.warning("Inventory Planner %s; reading everything.", error)
        yield from _everything(_asking(client, page_size, Way.EVERYTHING), mark)


def _asking(client: Client, page_size: int, way: Way) -> Ask:
    def ask(page: int = 0, **params: str) -> Batch:
        answer = list_orders(client, page_size=page_size, page=page, **params)
        return Batch(tuple(map(raw_order, answer.orders)), answer.meta.total, way, mark=None)

    return ask


def _seek(ask: Ask, mark: datetime) -> Iterator[Batch]:
    first = before = step = _Step(mark)
    doubts = 0
    while True:
        answer = ask(**step.filter, last_modified_sort="asc")
        if answer.total < step.promised:
            doubts += 1
            if doubts > DOUBTS:
                raise _NotSortedError(f"promised {step.promised} orders, and then {answer.total}")
            step = replace(before, promised=0)
            continue
        newest = max(answer.instants, default=step.mark)
        if answer.is_whole:
            yield replace(answer, mark=max(newest, step.mark))
            return
        _check_sort(answer.instants)
        _check_filter(answer.instants, step.mark)
        before, doubts = step, 0 if step.promised else doubts
        step = yield from _next_step(ask, step, answer, newest)
        if before == first:
            _prove_sort(ask, first, answer)


@dataclass(frozen=True, slots=True)
class _Step:
    """What to ask for next, and how many orders the answer before promised."""

    mark: datetime
    promised: int = 0
    is_after: bool = False

    @property
    def filter(self) -> dict[str, str]:
        return {f"last_modified_{'gt' if self.is_after else 'gte'}": self.mark.isoformat()}


def _prove_sort(ask: Ask, step: _Step, oldest: Batch) -> None:
    """A sort is obeyed only if it is obeyed both ways: a page may look sorted by chance, and new orders keep a promise.

    The newest orders are others than the oldest; if they are no newer, all that the first page lacks have its instant.
    """
    newest = ask(**step.filter, last_modified_sort="desc")
    _check_sort(newest.instants[::-1])
    last = max(oldest.instants, default=step.mark)
    if max(newest.instants, default=last) == last:
        others = oldest.total - sum(each.last_modified != last for each in oldest.orders)
        is_proven = ask(last_modified_gte=last.isoformat()).total >= others
    else:
        known = {each.order_id for each in oldest.orders}
        is_proven = any(each.last_modified and each.order_id not in known for each in newest.orders)
    if not is_proven:
        raise _NotSortedError("shows the same orders first, whichever way they are to be sorted")


def _next_step(ask: Ask, step: _Step, answer: Batch, newest: datetime) -> Generator[Batch, None, _Step]:
    if newest > step.mark:
        yield replace(answer, mark=step.mark)  # the next answer tells whether the page held all before its newest
        return _Step(newest, answer.total - sum(each.last_modified != newest for each in answer.orders))
    if step.is_after:
        raise _NotSortedError(f"has more orders modified after {step.mark}, and does not show when")
    count = yield from _instant(ask, step.mark)
    return _Step(step.mark, answer.total - count, is_after=True)


def _instant(ask: Ask, mark: datetime) -> Generator[Batch, None, int]:
    """All orders modified at this very instant; and how many they are."""
    text = mark.isoformat()

    def ask_page(page: int) -> Batch:
        answer = ask(last_modified_gte=text, last_modified_lte=text, last_modified_sort="asc", page=page)
        if any(instant != mark for instant in answer.instants):
            raise _NotFilteredError(f"was asked for orders modified at {text}, and shows others")
        return answer

    walk = yield from _agreeing_walks(ask_page)
    return walk.total


def _newest_first(ask: Ask, since: datetime) -> Iterator[Batch]:
    """Orders that are edited meanwhile come to the front: they are newer than the mark, and read the next time."""
    page, read, newest, total = 0, 0, since, 0
    oldest = ask(last_modified_sort="asc")
    while True:
        answer = ask(last_modified_sort="desc", page=page)
        _check_sort(answer.instants[::-1])
        if page == 0:
            _check_ends(oldest.instants, answer.instants)
        if answer.total < total:
            raise _NotSortedError("lost orders while its pages were walked")
        newest, total = max([newest, *answer.instants]) if page == 0 else newest, answer.total
        read += len(answer.orders)
        is_last = not answer.orders or read >= answer.total or min(answer.instants, default=newest) < since
        yield replace(_not_before(answer, since), mark=newest if is_last else None)
        if is_last:
            return
        page += 1


def _everything(ask: Ask, since: datetime) -> Iterator[Batch]:
    walk = yield from _agreeing_walks(lambda page: ask(page=page), since)
    yield Batch((), walk.total, Way.EVERYTHING, mark=max([since, *walk.instants]))


@dataclass(slots=True)
class _Walk:
    """What a walk over numbered pages has found."""

    digests: dict[str, str] = field(default_factory=dict)
    instants: set[datetime] = field(default_factory=set)
    totals: set[int] = field(default_factory=set)

    def add(self, answer: Batch) -> None:
        self.digests.update((each.key, each.digest) for each in answer.orders)
        self.instants.update(answer.instants)
        self.totals.add(answer.total)

    @property
    def total(self) -> int:
        return max(self.totals, default=0)

    @property
    def is_undisturbed(self) -> bool:
        """Whether as many orders were found as the answers promised, from the first page to the last."""
        return self.totals == {len(self.digests)}


def _agreeing_walks(ask_page: Callable[[int], Batch], since: datetime = BEGINNING) -> Generator[Batch, None, _Walk]:
    """Walks, until two in a row find the same orders in the same state.

    One alone proves nothing: where one order leaves and another comes, a third is skipped while the total stays.
    """
    before = _Walk()
    for _ in range(WALKS):
        known = before.digests
        walk = before = yield from _walk(ask_page, known, since)
        if walk.is_undisturbed and walk.digests == known:
            return walk
    raise _too_busy()


def _walk(ask_page: Callable[[int], Batch], known: Mapping[str, str], since: datetime) -> Generator[Batch, None, _Walk]:
    """Pages by number until all that was promised has come; hands out only what is not known yet."""
    walk, page, read = _Walk(), 0, 0
    while True:
        answer = ask_page(page)
        walk.add(answer)
        read += len(answer.orders)
        news = tuple(each for each in answer.orders if known.get(each.key) != each.digest)
        yield _not_before(replace(answer, orders=news), since)
        if not answer.orders or read >= answer.total:  # what a page after the last one holds, nobody knows
            return walk
        page += 1


def _not_before(answer: Batch, since: datetime) -> Batch:
    kept = (each for each in answer.orders if each.last_modified is None or each.last_modified >= since)
    return replace(answer, orders=tuple(kept))


def _check_filter(instants: Sequence[datetime], mark: datetime) -> None:
    oldest = min(instants, default=mark)
    if oldest < mark:
        raise _NotFilteredError(f"was asked for orders modified at {mark} or later, and shows one of {oldest}")


def _check_sort(instants: Sequence[datetime]) -> None:
    if any(later < earlier for earlier, later in pairwise(instants)):
        raise _NotSortedError("does not sort the orders by last_modified")


def _check_ends(oldest: Sequence[datetime], newest: Sequence[datetime]) -> None:
    """Orders that share an instant look sorted either way, and a sort that is ignored brings the same page twice."""
    if not (oldest and newest and max(oldest) <= min(newest) and min(oldest) < max(newest)):
        raise _NotSortedError("shows the same orders first, whichever way they are to be sorted")


def _too_busy() -> UnreadableAnswerError:
    return UnreadableAnswerError(
        f"The account changed during each of {WALKS} readings of its pages, so that orders may have been missed."
        " What was read is kept; the next run reads the rest."
    )

"""Read every order that changed since an instant, while the account keeps changing.

The API has only page numbers, and an edited order moves to another page, so a walk from page to page misses orders.
Therefore this module seeks: it requests the orders modified since the cursor, oldest first, moves the cursor to the
newest instant on the page, and requests the first page again. It walks pages only within a group of orders that share
one instant, until two walks agree.

It is documented, but not proven, that the API filters and sorts by `last_modified`. So every page is checked, and its
total is compared with the total that the page before promised; a reading of several pages also requests the newest
orders once, which must be other ones. If only the filter fails, the reading continues newest first, down to the
cursor; if the sort fails, it walks all pages until two walks agree.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Final

from inventory_planner.api.batches import BEGINNING, Batch, SyncKind
from inventory_planner.api.client import Client
from inventory_planner.api.decoding import RawOrder
from inventory_planner.api.listing import list_orders
from inventory_planner.api.walks import walk_until_equal

_MAX_BROKEN_TOTALS: Final = 2  # a deletion between two pages lowers a total too, but hardly three times in a row

log = logging.getLogger(__name__)


class _NotFilteredError(Exception):
    """A page is not filtered by `last_modified` as requested, but it may be sorted by it."""


class _NotSortedError(Exception):
    """A page is not sorted by `last_modified` as requested, or orders are missing from it."""


_Request = Callable[..., Batch]


def read_changes(client: Client, since: datetime | None, page_size: int) -> Iterator[Batch]:
    """Yield all orders modified at `since` or later (all orders, if None); the last batch always has a cursor.

    An order can come more than once; its last version counts.

    Raises:
        ApiError: a request failed. The batches until then are correct, and so are their cursors.
    """
    cursor = since or BEGINNING
    try:
        yield from _read_sorted(client, cursor, page_size)
    except _NotSortedError as error:
        log.warning("Inventory Planner %s; reading all orders instead.", error)
    else:
        return
    yield from _read_everything(_requester(client, page_size, SyncKind.EVERYTHING), cursor)


def _read_sorted(client: Client, cursor: datetime, page_size: int) -> Iterator[Batch]:
    try:
        yield from _seek(_requester(client, page_size, SyncKind.SEEK), cursor)
    except _NotFilteredError as error:
        log.warning("Inventory Planner %s; reading newest first instead.", error)
    else:
        return
    yield from _read_newest_first(_requester(client, page_size, SyncKind.NEWEST_FIRST), cursor)


def _requester(client: Client, page_size: int, sync_kind: SyncKind) -> _Request:
    def request(page: int = 0, **params: str) -> Batch:
        found = list_orders(client, page_size=page_size, page=page, **params)
        return Batch(tuple(map(RawOrder.from_json, found.orders)), found.meta.total, sync_kind, cursor=None)

    return request


@dataclass(frozen=True, slots=True)
class _Step:
    """What to request next, and how many orders the page before promised."""

    cursor: datetime
    promised: int = 0
    is_after: bool = False

    @property
    def filter(self) -> dict[str, str]:
        return {f"last_modified_{'gt' if self.is_after else 'gte'}": self.cursor.isoformat()}


def _seek(request: _Request, cursor: datetime) -> Iterator[Batch]:
    first = previous = step = _Step(cursor)
    broken_totals = 0
    while True:
        batch = request(**step.filter, last_modified_sort="asc")
        if batch.total < step.promised:
            broken_totals += 1
            if broken_totals > _MAX_BROKEN_TOTALS:
                raise _NotSortedError(f"promised {step.promised} orders, but then only {batch.total}")
            step = replace(previous, promised=0)
            continue
        newest = max(batch.instants, default=step.cursor)
        if batch.is_complete:
            yield replace(batch, cursor=max(newest, step.cursor))
            return
        _check_sort(batch.instants)
        _check_filter(batch.instants, step.cursor)
        previous, broken_totals = step, 0 if step.promised else broken_totals
        step = yield from _next_step(request, step, batch, newest)
        if previous == first:
            _prove_sort(request, first, batch)


def _next_step(request: _Request, step: _Step, batch: Batch, newest: datetime) -> Generator[Batch, None, _Step]:
    if newest > step.cursor:
        yield replace(batch, cursor=step.cursor)  # the next page shows whether this one held all before its newest
        return _Step(newest, batch.total - sum(each.last_modified != newest for each in batch.orders))
    if step.is_after:
        raise _NotSortedError(f"has more orders modified after {step.cursor}, but does not show when")
    count = yield from _read_instant(request, step.cursor)
    return _Step(step.cursor, batch.total - count, is_after=True)


def _prove_sort(request: _Request, step: _Step, oldest: Batch) -> None:
    """Check that the API sorts both ways: a page can look sorted by chance, and new orders can make up for a total.

    The newest orders must not be the oldest ones. If they are not newer, all orders beyond the first page must have the
    same instant.
    """
    newest = request(**step.filter, last_modified_sort="desc")
    _check_sort(newest.instants[::-1])
    last = max(oldest.instants, default=step.cursor)
    if max(newest.instants, default=last) == last:
        others = oldest.total - sum(each.last_modified != last for each in oldest.orders)
        is_proven = request(last_modified_gte=last.isoformat()).total >= others
    else:
        known = {each.order_id for each in oldest.orders}
        is_proven = any(each.last_modified and each.order_id not in known for each in newest.orders)
    if not is_proven:
        raise _same_both_ways()


def _read_instant(request: _Request, instant: datetime) -> Generator[Batch, None, int]:
    """Yield all orders modified at exactly this instant, and return their number."""
    text = instant.isoformat()

    def request_page(page: int) -> Batch:
        batch = request(last_modified_gte=text, last_modified_lte=text, last_modified_sort="asc", page=page)
        if any(other != instant for other in batch.instants):
            raise _NotFilteredError(f"shows other orders than those modified at {text}")
        return batch

    walk = yield from walk_until_equal(request_page)
    return walk.total


def _read_newest_first(request: _Request, since: datetime) -> Iterator[Batch]:
    """Orders edited meanwhile move to the front: they are newer than the cursor, so the next reading finds them."""
    page, read, newest, total = 0, 0, since, 0
    oldest = request(last_modified_sort="asc")
    while True:
        batch = request(last_modified_sort="desc", page=page)
        _check_sort(batch.instants[::-1])
        if page == 0:
            _check_ends(oldest.instants, batch.instants)
            newest = max([newest, *batch.instants])
        if batch.total < total:
            raise _NotSortedError("lost orders between two pages")
        total = batch.total
        read += len(batch.orders)
        is_last = not batch.orders or read >= total or min(batch.instants, default=newest) < since
        yield replace(batch.without_older(since), cursor=newest if is_last else None)
        if is_last:
            return
        page += 1


def _read_everything(request: _Request, since: datetime) -> Iterator[Batch]:
    walk = yield from walk_until_equal(lambda page: request(page=page), since)
    yield Batch((), walk.total, SyncKind.EVERYTHING, cursor=max([since, *walk.instants]))


def _check_filter(instants: Sequence[datetime], cursor: datetime) -> None:
    oldest = min(instants, default=cursor)
    if oldest < cursor:
        raise _NotFilteredError(f"was asked for orders modified at {cursor} or later, but shows one of {oldest}")


def _check_sort(instants: Sequence[datetime]) -> None:
    if any(later < earlier for earlier, later in pairwise(instants)):
        raise _NotSortedError("does not sort the orders by last_modified")


def _check_ends(oldest: Sequence[datetime], newest: Sequence[datetime]) -> None:
    """Orders that share an instant look sorted either way, and an ignored sort returns the same page twice."""
    if not (oldest and newest and max(oldest) <= min(newest) and min(oldest) < max(newest)):
        raise _same_both_ways()


def _same_both_ways() -> _NotSortedError:
    return _NotSortedError("shows the same orders first in both sort directions")

"""What is committed together: rows, and the mark up to which they reach.

A chunk holds each order in one state only: when an order comes again, changed, the chunk ends before it. What came
before and has not changed, as everything in the overlap of two readings has not, is left out.

The pages of a chunk are made when they are taken, each of a part of an answer, so that however much there is to read,
little is in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final, Self

import pyarrow as pa

from inventory_planner.api.changes import BEGINNING, Batch, Way
from inventory_planner.api.contract import BadRecord, RawOrder, Reader, Record, Summary
from inventory_planner.errors import ApiError
from inventory_planner.sync.rows import MisfitError, quarantine_rows, rows, sift
from inventory_planner.warehouse.tables import QUARANTINE

ORDERS_PER_CHUNK: Final = 20_000  # what a kill costs at most
WORTH_APPENDING: Final = 1_000  # orders; to change between merging and appending costs dlt a new schema version
OVERLAP: Final = timedelta(minutes=10)  # a change can become visible that much later than it says it was made
TEXT_AT_ONCE: Final = 2_000_000  # bytes of orders read at once: as objects they take three times that
SHORT: Final = timedelta(minutes=1)  # a reading that takes no longer costs the overlap next to nothing


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where an account has been read: every change before `instant`; and what `seen` holds from the overlap."""

    instant: datetime | None = None
    seen: dict[str, str] = field(default_factory=dict)  # order id -> digest
    scope: str = ""  # which orders were wanted; the mark says nothing of others

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The mark as dlt's state holds it."""
        instant = state.get("mark")
        return cls(datetime.fromisoformat(instant) if instant else None, state.get("seen", {}), state.get("scope", ""))

    def to_state(self) -> dict[str, Any]:
        """The mark as JSON."""
        return {"mark": self.instant.isoformat() if self.instant else None, "seen": self.seen, "scope": self.scope}

    @property
    def since(self) -> datetime | None:
        """Where the next reading starts."""
        return max(self.instant - OVERLAP, BEGINNING) if self.instant else None

    def without(self, order_ids: Collection[str]) -> Mark:
        """The same mark for a warehouse that holds other states of these orders than those seen."""
        return replace(self, seen={key: known for key, known in self.seen.items() if key not in order_ids})


@dataclass(frozen=True, slots=True)
class Sync:
    """What is the same for all rows of one sync.

    `are_new` tells of order ids that none of them is stored. With `in_one` a chunk is as long as it can be.
    """

    sync_id: str
    account_id: str
    now: Callable[[], datetime]
    is_wanted: Callable[[Summary], bool] = lambda _: True
    are_new: Callable[[Collection[str]], bool] = lambda _: False
    in_one: bool = False


Page = dict[str, pa.Table]  # by table name


@dataclass(slots=True)
class Chunk:
    """Rows, page by page, and the mark that is true once they are committed.

    The mark and the numbers are right when the pages have been taken. `is_new`: no order of the chunk was there before,
    so that its rows can be appended. `is_cut`: the next chunk has another state of an order of this one.
    """

    mark: Mark
    pages: Iterator[Page] = field(default_factory=lambda: iter(()))
    order_ids: set[str] = field(default_factory=set)
    way: Way | None = None
    pages_read: int = 0
    to_read: int = 0
    lines: int = 0
    quarantined: int = 0
    unknown: set[str] = field(default_factory=set)
    is_new: bool = False
    is_cut: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing has come yet."""
        return not (self.order_ids or self.quarantined)


def chunks(batches: Iterable[Batch], mark: Mark, sync: Sync, known: Mapping[str, str] | None = None) -> Iterator[Chunk]:
    """The batches of one reading as chunks, at least one; the last one holds the mark of the whole reading.

    Args:
        batches: what was read.
        mark: where the account has been read to before.
        sync: what is the same for all rows.
        known: digests, by order id, of states that need not be loaded again; if not given, what the mark has seen.

    Raises:
        ApiError: the reading broke off; the last chunk holds what had come until then.
    """
    reading = _Reading(sync, mark, mark.seen if known is None else known, sync.now())
    coming = _coming(reading, batches)
    while reading.is_going_on:
        chunk = Chunk(mark)
        chunk.pages = reading.pages(chunk, coming)
        yield chunk
        for _ in chunk.pages:  # what was not taken
            pass
        mark = chunk.mark
    if reading.failure:
        raise reading.failure


Found = dict[str, RawOrder]  # by id


def _coming(reading: _Reading, batches: Iterable[Batch]) -> Iterator[tuple[Batch, Found]]:
    """What the batches bring; what was read before the service failed is right, and need not be read again."""
    try:
        for batch in batches:
            yield batch, reading.news(batch)
    except ApiError as error:
        reading.failure = error


@dataclass(slots=True)
class _Reading:
    """What a reading knows of the orders that came before, and how many bad records it has met."""

    sync: Sync
    before: Mark
    known: Mapping[str, str]
    began_at: datetime
    reached: datetime | None = None
    reader: Reader = field(default_factory=Reader)
    seen: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    order_ids: set[str] = field(default_factory=set)
    quarantined: int = 0
    held: tuple[Batch, Found] | None = None  # did not fit into the chunk before
    is_going_on: bool = True
    failure: ApiError | None = None

    def news(self, batch: Batch) -> Found:
        """The orders of the batch that are wanted and not yet known in this state, by id."""
        return {
            each.key: each
            for each in batch.orders
            if not self._is_known(each) and (each.summary is None or self.sync.is_wanted(each.summary))
        }

    def pages(self, chunk: Chunk, coming: Iterator[tuple[Batch, Found]]) -> Iterator[Page]:
        """The rows of the chunk, until a batch does not fit into it or none comes any more."""
        while found := self.held or next(coming, None):
            self.held = None
            if not self._fits(chunk, found[1]):
                self.held = found
                return
            yield from self.add(chunk, *found)
        self.is_going_on = False
        if not self.failure:
            chunk.mark = self.end(chunk.mark)

    def add(self, chunk: Chunk, batch: Batch, found: Found) -> Iterator[Page]:
        """Count what was found into the chunk, and hand out its rows."""
        synced_at = self.sync.now()
        if chunk.is_empty:
            chunk.is_new = batch.total >= WORTH_APPENDING and self._are_new(found)
        for part in _parts(found.values()):
            yield from self._read(chunk, part, synced_at)
        chunk.pages_read += 1
        chunk.way, chunk.to_read = batch.way, batch.total
        chunk.unknown.update(self.reader.unknown)
        if batch.mark:
            instant = self._not_chased(self._not_after(batch, batch.mark, synced_at), synced_at)
            self._remember(batch, synced_at, since=instant - OVERLAP)
            chunk.mark = self._mark(instant)
            return
        self._remember(batch, synced_at)
        seen = chunk.mark.seen
        chunk.mark = chunk.mark.without(
            {key for key, each in found.items() if key in seen and seen[key] != each.digest}
        )

    def end(self, mark: Mark) -> Mark:
        """The mark of a whole reading: never before where it began, also when the newest order is gone since then."""
        began = self.before.instant
        if began and self.reached and self.reached < began:
            return replace(mark, instant=began, seen=self._digests(began))
        return mark

    def _fits(self, chunk: Chunk, found: Found) -> bool:
        if chunk.is_empty or not found:
            return True
        chunk.is_cut = not chunk.order_ids.isdisjoint(found)
        is_full = len(chunk.order_ids) >= ORDERS_PER_CHUNK and not self.sync.in_one
        return not (chunk.is_cut or is_full or (chunk.is_new and not self._are_new(found)))

    def _are_new(self, found: Found) -> bool:
        return self.order_ids.isdisjoint(found) and self.sync.are_new(found)

    def _read(self, chunk: Chunk, part: Iterable[RawOrder], synced_at: datetime) -> list[Page]:
        good, bad, tables = self._rows([self.reader.record(bytes(each.raw)) for each in part], synced_at)
        pages = [tables] if good else []
        if bad:
            stamp = (self.sync.account_id, synced_at)
            pages.append({QUARANTINE.name: quarantine_rows(bad, self.quarantined, self.sync.sync_id, stamp)})
        order_ids = {record.order_id for record in good}
        self.order_ids |= order_ids
        self.quarantined += len(bad)
        chunk.order_ids |= order_ids
        chunk.quarantined += len(bad)
        chunk.lines += sum(len(record.order.items or ()) for record in good)
        return pages

    def _rows(
        self, records: list[Record | BadRecord], synced_at: datetime
    ) -> tuple[list[Record], list[BadRecord], Page]:
        good = [each for each in records if isinstance(each, Record)]
        bad = [each for each in records if isinstance(each, BadRecord)]
        try:
            return good, bad, rows(good, self.sync.account_id, synced_at)
        except MisfitError:
            fit, misfits = sift(good, self.sync.account_id, synced_at)
            return fit, bad + misfits, rows(fit, self.sync.account_id, synced_at)

    def _is_known(self, order: RawOrder) -> bool:
        known = self.seen[order.key][1] if order.key in self.seen else self.known.get(order.key)
        return known is not None and known == order.digest

    def _remember(self, batch: Batch, synced_at: datetime, since: datetime | None = None) -> None:
        for each in batch.orders:
            instant = each.last_modified or synced_at
            if since is None or instant >= since:
                self.seen[each.key] = instant, each.digest
            else:
                self.seen.pop(each.key, None)

    def _not_after(self, batch: Batch, mark: datetime, now: datetime) -> datetime:
        """The mark, or the newest instant before now: an order "modified" next year must not hide any other."""
        past = [instant for instant in batch.instants if instant <= now]
        return mark if mark <= now else max(past, default=self.reached or self.before.instant or BEGINNING)

    def _not_chased(self, mark: datetime, now: datetime) -> datetime:
        """The mark, or as much earlier as the reading has taken.

        What was changed after the reading began lies in the overlap of the next one, also what became visible late: a
        reading that chases the changes of a busy account for longer than the overlap would pass it by.
        """
        taken = timedelta(seconds=ceil((now - self.began_at).total_seconds()))  # an instant has whole seconds
        return mark - taken if taken > SHORT else mark

    def _mark(self, instant: datetime) -> Mark:
        """The mark at this instant; what lies before its overlap can't come again, and is forgotten.

        Until the reading gets to where the one before has ended, that one's mark holds.
        """
        self.reached = instant
        self.seen = {key: known for key, known in self.seen.items() if known[0] >= instant - OVERLAP}
        began = self.before.instant
        if began and instant < began:
            return replace(self.before, seen={**self.before.seen, **self._digests(began)})
        return replace(self.before, instant=instant, seen=self._digests(instant))

    def _digests(self, mark: datetime) -> dict[str, str]:
        return {key: known for key, (instant, known) in self.seen.items() if instant >= mark - OVERLAP}


def _parts(orders: Iterable[RawOrder]) -> Iterator[list[RawOrder]]:
    part: list[RawOrder] = []
    size = 0
    for order in orders:
        part.append(order)
        size += len(memoryview(order.raw))
        if size >= TEXT_AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part

"""Split a reading into chunks: the rows that are committed together, and the cursor that is valid once they are.

A chunk holds only one state of each order: if an order arrives again, changed, the chunk ends before it. Orders that
were read before and have not changed, such as those in the overlap of two readings, are left out.

Row batches are created lazily, each from part of a page, so that memory use does not grow with the account.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

import pyarrow as pa

from inventory_planner.api.batches import BEGINNING, Batch
from inventory_planner.api.decoding import OrderDecoder, QuarantinedRecord, RawOrder, Record
from inventory_planner.api.misfits import drift
from inventory_planner.errors import ApiError
from inventory_planner.sync.columns import ValueOverflowError
from inventory_planner.sync.cursor import OVERLAP, Cursor
from inventory_planner.sync.order_filter import IsInScope
from inventory_planner.sync.order_rows import order_rows, quarantine_rows
from inventory_planner.sync.overflow import partition
from inventory_planner.warehouse.tables import QUARANTINE

MAX_CHUNK_ORDERS: Final = 20_000  # the most that has to be read again after a kill
MIN_ORDERS_TO_APPEND: Final = 1_000  # switching between merging and appending costs dlt a new schema version
DECODE_BYTES: Final = 2_000_000  # of orders decoded at once; the decoded objects take three times as much
SHORT_READ: Final = timedelta(minutes=1)  # a shorter reading uses up next to nothing of the overlap

RowBatch = dict[str, pa.Table]  # rows by table name


@dataclass(frozen=True, slots=True)
class Sync:
    """What all rows of one sync share.

    `are_unstored` returns whether none of the given order ids is in the warehouse. With `is_single`, a chunk is cut
    only where an order arrives again in another state.
    """

    sync_id: str
    account_id: str
    now: Callable[[], datetime]
    is_in_scope: IsInScope = lambda _: True
    are_unstored: Callable[[Collection[str]], bool] = lambda _: False
    is_single: bool = False


@dataclass(slots=True)
class Chunk:
    """Row batches, and the cursor that is valid once they are committed.

    The cursor and the counts are final once all batches have been taken. `is_new`: the warehouse holds no rows of
    these orders, so new rows can be appended. `is_cut`: the next chunk has another state of an order in this one.
    """

    cursor: Cursor
    batches: Iterator[RowBatch] = field(default_factory=lambda: iter(()))
    order_ids: set[str] = field(default_factory=set)
    sync_kind: str | None = None
    pages: int = 0
    lines: int = 0
    quarantined: int = 0
    unknown: set[str] = field(default_factory=set)
    is_new: bool = False
    is_cut: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing has arrived yet."""
        return not (self.order_ids or self.quarantined)


def split_into_chunks(
    read: Iterable[Batch], cursor: Cursor, sync: Sync, known: Mapping[str, str] | None = None
) -> Iterator[Chunk]:
    """Split the pages of one reading into chunks, at least one; the last one has the cursor of the whole reading.

    Args:
        read: the pages.
        cursor: how far the account was read before.
        sync: what all rows share.
        known: digests, by order id, of states that need not be loaded again; by default those that the cursor has seen.

    Raises:
        ApiError: a request failed; the last chunk holds what had arrived by then.
    """
    reading = _Reading(sync, cursor, cursor.seen if known is None else known, sync.now())
    changed = reading.changed_orders(read)
    while not reading.is_over:
        chunk = Chunk(cursor)
        chunk.batches = reading.fill(chunk, changed)
        yield chunk
        for _ in chunk.batches:  # those that were not taken
            pass
        cursor = chunk.cursor
    if reading.failure:
        raise reading.failure


Changed = dict[str, RawOrder]  # by id


@dataclass(slots=True)
class _Reading:
    """What a reading knows of the orders that came before, and how many records it has quarantined."""

    sync: Sync
    before: Cursor
    known: Mapping[str, str]
    began_at: datetime
    reached: datetime | None = None
    decoder: OrderDecoder = field(default_factory=OrderDecoder)
    seen: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    order_ids: set[str] = field(default_factory=set)
    quarantined: int = 0
    waiting: tuple[Batch, Changed] | None = None  # did not fit into the previous chunk
    is_over: bool = False
    failure: ApiError | None = None

    def changed_orders(self, read: Iterable[Batch]) -> Iterator[tuple[Batch, Changed]]:
        """Each page with its orders that are in scope and not yet known in this state.

        A failure is raised after the last chunk: what was read before it is valid and need not be read again.
        """
        try:
            for page in read:
                yield page, {each.key: each for each in page.orders if not self._is_known(each) and self._fits(each)}
        except ApiError as error:
            self.failure = error

    def fill(self, chunk: Chunk, changed: Iterator[tuple[Batch, Changed]]) -> Iterator[RowBatch]:
        """Yield the rows of the chunk until a page does not fit into it or there are no more pages."""
        while found := self.waiting or next(changed, None):
            self.waiting = None
            if not self._has_room(chunk, found[1]):
                self.waiting = found
                return
            yield from self._add(chunk, *found)
        self.is_over = True
        if not self.failure:
            chunk.cursor = self._final_cursor(chunk.cursor)

    def _fits(self, order: RawOrder) -> bool:
        return order.summary is None or self.sync.is_in_scope(order.summary)

    def _add(self, chunk: Chunk, page: Batch, changed: Changed) -> Iterator[RowBatch]:
        """Add the page to the counts of the chunk, and yield its rows."""
        synced_at = self.sync.now()
        if chunk.is_empty:
            chunk.is_new = page.total >= MIN_ORDERS_TO_APPEND and self._are_unstored(changed)
        for part in _parts(changed.values()):
            yield from self._decode(chunk, part, synced_at)
        chunk.pages += 1
        chunk.sync_kind = page.sync_kind
        chunk.unknown.update(self.decoder.unknown)
        chunk.cursor = self._cursor_after(chunk.cursor, page, changed, synced_at)

    def _cursor_after(self, cursor: Cursor, page: Batch, changed: Changed, synced_at: datetime) -> Cursor:
        if page.cursor:
            instant = self._back_off_for(self._clamp_to_now(page, page.cursor, synced_at), synced_at)
            self._remember(page, synced_at, since=instant - OVERLAP)
            return self._advance(instant)
        self._remember(page, synced_at)
        seen = cursor.seen
        return cursor.without({key for key, each in changed.items() if key in seen and seen[key] != each.digest})

    def _final_cursor(self, cursor: Cursor) -> Cursor:
        """The cursor of a whole reading: never earlier than where it began, even if the newest order was deleted."""
        began = self.before.instant
        if began and self.reached and self.reached < began:
            return replace(cursor, instant=began, seen=self._digests(began))
        return cursor

    def _has_room(self, chunk: Chunk, changed: Changed) -> bool:
        if chunk.is_empty or not changed:
            return True
        chunk.is_cut = not chunk.order_ids.isdisjoint(changed)
        is_full = len(chunk.order_ids) >= MAX_CHUNK_ORDERS and not self.sync.is_single
        return not (chunk.is_cut or is_full or (chunk.is_new and not self._are_unstored(changed)))

    def _are_unstored(self, changed: Changed) -> bool:
        return self.order_ids.isdisjoint(changed) and self.sync.are_unstored(changed)

    def _decode(self, chunk: Chunk, part: Iterable[RawOrder], synced_at: datetime) -> list[RowBatch]:
        records, quarantined, rows = self._rows([self.decoder.decode(bytes(each.raw)) for each in part], synced_at)
        batches = [rows] if records else []
        if quarantined:
            stamp = (self.sync.account_id, synced_at)
            table = quarantine_rows(quarantined, self.quarantined, self.sync.sync_id, stamp)
            batches.append({QUARANTINE.name: table})
        order_ids = {record.order_id for record in records}
        self.order_ids |= order_ids
        self.quarantined += len(quarantined)
        chunk.order_ids |= order_ids
        chunk.quarantined += len(quarantined)
        chunk.unknown.update(*(drift(record.misfits) for record in records if record.misfits))
        chunk.lines += sum(len(record.order.items or ()) for record in records)
        return batches

    def _rows(
        self, decoded: list[Record | QuarantinedRecord], synced_at: datetime
    ) -> tuple[list[Record], list[QuarantinedRecord], RowBatch]:
        records = [each for each in decoded if isinstance(each, Record)]
        quarantined = [each for each in decoded if isinstance(each, QuarantinedRecord)]
        try:
            return records, quarantined, order_rows(records, self.sync.account_id, synced_at)
        except ValueOverflowError:
            fitting, overflowing = partition(records, self.sync.account_id, synced_at)
            return fitting, quarantined + overflowing, order_rows(fitting, self.sync.account_id, synced_at)

    def _is_known(self, order: RawOrder) -> bool:
        known = self.seen[order.key][1] if order.key in self.seen else self.known.get(order.key)
        return known is not None and known == order.digest

    def _remember(self, page: Batch, synced_at: datetime, since: datetime | None = None) -> None:
        for each in page.orders:
            instant = each.last_modified or synced_at
            if since is None or instant >= since:
                self.seen[each.key] = instant, each.digest
            else:
                self.seen.pop(each.key, None)

    def _clamp_to_now(self, page: Batch, instant: datetime, now: datetime) -> datetime:
        """The newest instant that is not in the future: an order "modified" next year must not hide any other."""
        past = [each for each in page.instants if each <= now]
        return instant if instant <= now else max(past, default=self.reached or self.before.instant or BEGINNING)

    def _back_off_for(self, instant: datetime, now: datetime) -> datetime:
        """The instant, moved back by as long as the reading has taken.

        Changes made after the reading began then fall into the overlap of the next one, even if they became visible
        late. Otherwise a reading of a busy account that takes longer than the overlap would miss them.
        """
        taken = timedelta(seconds=ceil((now - self.began_at).total_seconds()))  # instants have whole seconds
        return instant - taken if taken > SHORT_READ else instant

    def _advance(self, instant: datetime) -> Cursor:
        """The cursor at this instant. Orders before its overlap can't arrive again, so they are forgotten.

        Until the reading reaches the point where the previous one ended, the previous cursor remains valid.
        """
        self.reached = instant
        self.seen = {key: known for key, known in self.seen.items() if known[0] >= instant - OVERLAP}
        began = self.before.instant
        if began and instant < began:
            return replace(self.before, seen={**self.before.seen, **self._digests(began)})
        return replace(self.before, instant=instant, seen=self._digests(instant))

    def _digests(self, instant: datetime) -> dict[str, str]:
        return {key: digest for key, (modified, digest) in self.seen.items() if modified >= instant - OVERLAP}


def _parts(orders: Iterable[RawOrder]) -> Iterator[list[RawOrder]]:
    part: list[RawOrder] = []
    size = 0
    for order in orders:
        part.append(order)
        size += len(memoryview(order.raw))
        if size >= DECODE_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part

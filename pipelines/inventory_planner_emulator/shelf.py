"""The orders that readers see, each encoded once and found by the instant of its last change."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from inventory_planner_emulator.instants import instant
from inventory_planner_emulator.quirks import Quirks
from inventory_planner_emulator.shapes import shaped
from inventory_planner_emulator.wire import encoded

NEVER = datetime.min.replace(tzinfo=UTC)  # an order without last_modified sorts before all others
KEPT_PROJECTIONS = 2  # an account's readers ask for one or two sets of fields, over and over
PLAIN = Quirks()
ModifiedKey = tuple[datetime, str]


class Row:
    """A record as it is served: its JSON is made once for each set of fields."""

    def __init__(self, record: dict[str, Any]) -> None:
        self.record = record
        self._encoded: bytes | None = None
        self._projections: dict[frozenset[str], bytes] = {}
        self._shape: tuple[Quirks, Row] | None = None

    def json(self, fields: frozenset[str] | None = None) -> bytes:
        """The record's JSON, with these fields only, or with all."""
        if fields is None:
            if self._encoded is None:
                self._encoded = encoded(self.record)
            return self._encoded
        if fields not in self._projections:
            self._make_room()
            self._projections[fields] = encoded({k: v for k, v in self.record.items() if k in fields})
        return self._projections[fields]

    def shaped(self, quirks: Quirks) -> Row:
        """The row as the account's quirks show it."""
        if quirks == PLAIN:
            return self
        if self._shape is None or self._shape[0] != quirks:
            self._shape = (quirks, Row(shaped(self.record, quirks)))
        return self._shape[1]

    def _make_room(self) -> None:
        if len(self._projections) >= KEPT_PROJECTIONS:
            self._projections.clear()


class Shelf:
    """Rows by key in the order of their entry, and an index of them by `last_modified`, then key."""

    def __init__(self, orders: Iterable[tuple[str, dict[str, Any]]] = ()) -> None:
        self.rows: dict[str, Row] = {}
        self._keys: dict[str, ModifiedKey] = {}
        for key, order in orders:
            self._enter(key, order)
        self._index = sorted(found for key, found in self._keys.items() if not self.is_removed(key))

    def put(self, key: str, order: dict[str, Any]) -> None:
        """Enter an order, or replace it where it stands."""
        self._unindex(key)
        self._enter(key, order)
        if not self.is_removed(key):
            insort(self._index, self._keys[key])

    def remove(self, key: str) -> None:
        """Take an order off the shelf; one that is not there is gone already."""
        self._unindex(key)
        self.rows.pop(key, None)
        self._keys.pop(key, None)

    def is_removed(self, key: str) -> bool:
        """True for an order that stands here but is marked as removed."""
        return bool(self.rows[key].record.get("removed"))

    def by_last_modified(self, low: ModifiedKey | None, high: ModifiedKey | None) -> Sequence[ModifiedKey]:
        """Index entries from `low` up to and without `high`, oldest change first, removed orders left out."""
        start = 0 if low is None else bisect_left(self._index, low)
        stop = len(self._index) if high is None else bisect_left(self._index, high)
        return self._index[start:stop]

    def _enter(self, key: str, order: dict[str, Any]) -> None:
        row = Row(order)
        row.json()  # encoded on entry, so that no read waits for it
        self.rows[key] = row
        self._keys[key] = (instant(order.get("last_modified")) or NEVER, key)

    def _unindex(self, key: str) -> None:
        if key not in self._keys:
            return
        position = bisect_right(self._index, self._keys[key]) - 1
        if position >= 0 and self._index[position] == self._keys[key]:
            del self._index[position]

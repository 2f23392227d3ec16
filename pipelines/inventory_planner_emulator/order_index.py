"""The orders that reads show: each one encoded once, and indexed by the time of its last change."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from inventory_planner_emulator.json_codec import encode
from inventory_planner_emulator.quirks import NO_QUIRKS, Quirks
from inventory_planner_emulator.response_shapes import shape_order
from inventory_planner_emulator.timestamps import parse_timestamp

NEVER = datetime.min.replace(tzinfo=UTC)  # an order without last_modified sorts before all others
ModifiedKey = tuple[datetime, str]


@dataclass(frozen=True, eq=False)
class Row:
    """A record and its JSON."""

    record: dict[str, Any]

    @cached_property
    def json(self) -> bytes:
        """The whole record as JSON."""
        return encode(self.record)

    def render(self, quirks: Quirks = NO_QUIRKS, fields: frozenset[str] | None = None) -> bytes:
        """Encode the record as the quirks show it, with these fields only or with all."""
        shaped = shape_order(self.record, quirks)
        if fields is not None:
            return encode({name: value for name, value in shaped.items() if name in fields})
        return self.json if shaped is self.record else encode(shaped)


class OrderIndex:
    """Rows by key in the order of entry, and an index of those not removed by `last_modified`, then key."""

    def __init__(self, orders: Iterable[tuple[str, dict[str, Any]]] = ()) -> None:
        self.rows: dict[str, Row] = {}
        self._index: list[ModifiedKey] = []
        for key, order in orders:
            self._add_row(key, order)
        self._index = sorted(self._modified_key(key) for key in self.rows if not self._is_removed(key))

    def put(self, key: str, order: dict[str, Any]) -> None:
        """Add an order, or replace it in place."""
        self._unindex(key)
        self._add_row(key, order)
        if not self._is_removed(key):
            insort(self._index, self._modified_key(key))

    def delete(self, key: str) -> None:
        """Delete an order if it exists."""
        self._unindex(key)
        self.rows.pop(key, None)

    def records(self) -> list[dict[str, Any]]:
        """Return every order, including removed ones, in the order of entry."""
        return [row.record for row in self.rows.values()]

    def by_last_modified(self, low: ModifiedKey | None, high: ModifiedKey | None) -> Sequence[ModifiedKey]:
        """Return index entries from `low` up to but excluding `high`, oldest change first."""
        start = 0 if low is None else bisect_left(self._index, low)
        stop = len(self._index) if high is None else bisect_left(self._index, high)
        return self._index[start:stop]

    def _add_row(self, key: str, order: dict[str, Any]) -> None:
        self.rows[key] = Row(order)
        _ = self.rows[key].json  # encoded now, so that reads are fast

    def _is_removed(self, key: str) -> bool:
        return bool(self.rows[key].record.get("removed"))

    def _modified_key(self, key: str) -> ModifiedKey:
        return parse_timestamp(self.rows[key].record.get("last_modified")) or NEVER, key

    def _unindex(self, key: str) -> None:
        if key in self.rows and not self._is_removed(key):
            del self._index[bisect_left(self._index, self._modified_key(key))]

"""Where a peer's records and our warehouse disagree, row by row and column by column."""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))
import oracle

PARTS = ("items", "connections", "received_history", "components")
IDENTITY = ("purchase_order_id", "key", "entry", "component_id", "occurrence", "connection")
FLOAT_PRECISION = sys.float_info.epsilon

Identity = tuple[str, ...]


def as_rows(records: list[oracle.Row], warehouse: Path) -> oracle.Rows:
    """The rows that the tables must hold if the account is what a peer read."""
    return oracle.expected((_with_lists(record) for record in records), oracle.column_types(warehouse))


def disagreements(ours: oracle.Rows, theirs: oracle.Rows, *, keeps_digits: bool) -> Iterator[str]:
    """A line for each row that only one of the two has, and for each value that differs."""
    for table in oracle.RENAMED:
        if not theirs[table]:
            yield f"{table}: the peer read none, so nothing is compared"
        mine, peers = _by_identity(ours[table]), _by_identity(theirs[table])
        for identity in sorted(mine.keys() | peers.keys()):
            for difference in _differences(mine[identity], peers[identity], keeps_digits=keeps_digits):
                yield f"{table} {' '.join(filter(None, identity))}: {difference}"


def _differences(mine: list[oracle.Row], peers: list[oracle.Row], *, keeps_digits: bool) -> Iterator[str]:
    if len(mine) != len(peers):
        yield f"{len(mine)} of ours, {len(peers)} of theirs"
        return
    for ours, theirs in zip(mine, peers, strict=True):
        for column, value in ours.items():
            if not _agree(value, theirs[column], keeps_digits=keeps_digits):
                yield f"{column} is {value!r} with us, {theirs[column]!r} with them"


def _agree(ours: Any, theirs: Any, *, keeps_digits: bool) -> bool:
    if keeps_digits or not (isinstance(ours, Decimal) and isinstance(theirs, Decimal)):
        return bool(ours == theirs)
    return math.isclose(ours, theirs, rel_tol=FLOAT_PRECISION)


def _by_identity(rows: list[oracle.Row]) -> defaultdict[Identity, list[oracle.Row]]:
    found: defaultdict[Identity, list[oracle.Row]] = defaultdict(list)
    for row in rows:
        found[tuple(str(row.get(name, "")) for name in IDENTITY)].append(row)
    return found


def _with_lists(record: oracle.Row) -> oracle.Row:
    """The record with its lists of rows as lists, which the service may write as objects."""
    changed = {part: [_with_lists(row) for row in _members(record[part])] for part in PARTS if part in record}
    return {**record, **changed}


def _members(container: Any) -> list[Any]:
    return list(container.values()) if isinstance(container, dict) else container or []

"""The answer to a list read: which rows, in which order, which page of them, in the envelope of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from inventory_planner_emulator.faults import Answer, error_answer
from inventory_planner_emulator.filters import Condition, is_unset
from inventory_planner_emulator.instants import instant
from inventory_planner_emulator.query import Query
from inventory_planner_emulator.quirks import Quirks
from inventory_planner_emulator.shelf import NEVER, ModifiedKey, Row, Shelf
from inventory_planner_emulator.wire import encoded

JSON_HEADERS = {"content-type": "application/json"}
_TICK = timedelta(microseconds=1)  # the finest step of an instant: "after x" is "from x + tick"
LAST_INSTANT = datetime.max.replace(tzinfo=UTC)
_BOUNDS = {"gt", "gte", "lt", "lte"}


def orders_answer(shelf: Shelf, query: Query, quirks: Quirks) -> Answer:
    """A page of purchase orders."""
    if _is_by_last_modified(query, quirks):
        rows = [shelf.rows[key] for _, key in _window(shelf, query)]
        return _answer("purchase-orders", rows, query, quirks)
    rows = [row for row in shelf.rows.values() if query.removed or not row.record.get("removed")]
    return _answer("purchase-orders", selected(rows, query, quirks), query, quirks)


def list_answer(name: str, records: Iterable[dict[str, Any]], query: Query) -> Answer:
    """A page of any other list of the account; removed records only when they are asked for."""
    rows = [Row(record) for record in records if query.removed or not record.get("removed")]
    return _answer(name, selected(rows, query, Quirks()), query, Quirks())


def selected(rows: Sequence[Row], query: Query, quirks: Quirks) -> Sequence[Row]:
    """The rows that the query's filters let through, in the order that it asks for."""
    conditions = [found for found in query.conditions if _has_effect(found, quirks)]
    if conditions:
        rows = [row for row in rows if _meets_all(row.shaped(quirks).record, conditions)]
    if quirks.ignore_sort or not query.sorts:
        return _in_default_order(rows, quirks)
    return _sorted(rows, query)


def _has_effect(condition: Condition, quirks: Quirks) -> bool:
    return not (quirks.ignore_modified_filter and condition.field == "last_modified")


def _meets_all(record: dict[str, Any], conditions: Iterable[Condition]) -> bool:
    return all(condition.holds(record.get(condition.field)) for condition in conditions)


def _in_default_order(rows: Sequence[Row], quirks: Quirks) -> Sequence[Row]:
    if quirks.default_order == "newest first":
        return rows[::-1]
    if quirks.default_order == "scattered":
        return sorted(rows, key=lambda row: crc32(_id(row).encode()))
    return rows


def _sorted(rows: Sequence[Row], query: Query) -> list[Row]:
    """Ties go by id, backwards too where the first sort is descending: an index read from its end."""
    ordered = sorted(rows, key=_id, reverse=query.sorts[0].descending)
    for sort in reversed(query.sorts):
        ordered.sort(key=_by(sort.field), reverse=sort.descending)
    return ordered


def _by(field: str) -> Callable[[Row], tuple[int, Any]]:
    return lambda row: _rank(row.record.get(field))


def _id(row: Row) -> str:
    return str(row.record.get("id"))


def _rank(value: Any) -> tuple[int, Any]:
    """Unset before numbers before instants before other texts, so that any two values can be compared."""
    if is_unset(value):
        return 0, 0
    if not isinstance(value, str):
        return (4, str(value)) if isinstance(value, list | dict) else (1, value)
    moment = instant(value)
    return (3, value) if moment is None else (2, moment)


def _is_by_last_modified(query: Query, quirks: Quirks) -> bool:
    """True where the shelf's index answers the query: the read that an extractor repeats."""
    return (
        not (query.removed or quirks.ignore_sort or quirks.ignore_modified_filter)
        and [sort.field for sort in query.sorts] == ["last_modified"]
        and all(
            found.field == "last_modified" and found.operator in _BOUNDS and found.operand.instant is not None
            for found in query.conditions
        )
    )


def _window(shelf: Shelf, query: Query) -> Sequence[ModifiedKey]:
    low = (NEVER + _TICK, "") if query.conditions else None  # an order without an instant meets no filter on it
    high = None
    for found in query.conditions:
        moment = found.operand.instant or NEVER
        edge = (_after(moment) if found.operator in ("gt", "lte") else moment, "")
        if found.operator in ("gt", "gte"):
            low = edge if low is None else max(low, edge)
        else:
            high = edge if high is None else min(high, edge)
    keys = shelf.by_last_modified(low, high)
    return keys[::-1] if query.sorts[0].descending else keys


def _after(moment: datetime) -> datetime:
    return moment if moment == LAST_INSTANT else moment + _TICK


def _answer(name: str, rows: Sequence[Row], query: Query, quirks: Quirks) -> Answer:
    total = len(rows)
    start, stop = _span(query, quirks)
    if start >= total and query.page > 0 and quirks.past_the_end == "not found":
        return error_answer(404, f"Failed to find page {query.page}")
    if start >= total > 0 and quirks.past_the_end == "last page":
        query = _at_last_page(query, quirks, total)
        start, stop = _span(query, quirks)
    page = rows[start:stop]
    meta = encoded(_meta(name, total, range(start, start + len(page)), query, quirks))
    body = b",".join([row.shaped(quirks).json(query.fields) for row in page])
    return Answer(200, b'{"meta":%b,"%b":[%b]}' % (meta, name.encode(), body), JSON_HEADERS)


def _span(query: Query, quirks: Quirks) -> tuple[int, int]:
    """The first row of the page and the first one after it."""
    size = min(query.limit, quirks.page_cap or query.limit)
    if not quirks.short_pages:
        return query.page * size, (query.page + 1) * size
    short = max(size // 2, 1)
    pairs, is_second = divmod(query.page, 2)
    start = pairs * (short + size) + (short if is_second else 0)
    return start, start + (size if is_second else short)


def _at_last_page(query: Query, quirks: Quirks, total: int) -> Query:
    pages = (replace(query, page=page) for page in range(min(query.page, total), -1, -1))
    return next(earlier for earlier in pages if _span(earlier, quirks)[0] < total)


def _meta(name: str, total: int, shown: range, query: Query, quirks: Quirks) -> dict[str, Any]:
    """The list's `meta`; `limit` is what the query sent, as text, which is how the documents' example shows it."""
    as_sent = query.limit if query.limit_as_sent is None else query.limit_as_sent
    meta = {
        "name": name,
        "display_name": name.replace("-", " "),
        "total": total,
        "count": len(shown),
        "limit": query.limit if quirks.limit_as_number else as_sent,
        "page": query.page,
        "start": shown.start,
        "end": shown.stop - 1,
    }
    if quirks.no_count:
        del meta["count"]
    return meta

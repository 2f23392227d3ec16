"""The response to a list read: which rows, in which order, and which page of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from inventory_planner_emulator.filters import Condition, is_unset
from inventory_planner_emulator.json_codec import encode
from inventory_planner_emulator.order_index import NEVER, ModifiedKey, OrderIndex, Row
from inventory_planner_emulator.query import Query
from inventory_planner_emulator.quirks import Quirks
from inventory_planner_emulator.response_shapes import shape_order
from inventory_planner_emulator.responses import JSON_HEADERS, HttpResponse, error_response
from inventory_planner_emulator.timestamps import parse_timestamp

_TICK = timedelta(microseconds=1)  # the smallest step of a timestamp: "after x" is "from x + tick"
_LATEST = datetime.max.replace(tzinfo=UTC)
_BOUNDS = {"gt", "gte", "lt", "lte"}


def orders_response(orders: OrderIndex, query: Query, quirks: Quirks) -> HttpResponse:
    """Return a page of purchase orders."""
    if _uses_index(query, quirks):
        rows = [orders.rows[key] for _, key in _changed_within(orders, query)]
    else:
        rows = _select(orders.rows.values(), query, quirks)
    return _page_response("purchase-orders", rows, query, quirks)


def list_response(name: str, records: Iterable[dict[str, Any]], query: Query, quirks: Quirks) -> HttpResponse:
    """Return a page of any other list."""
    return rows_response(name, (Row(record) for record in records), query, quirks)


def rows_response(name: str, rows: Iterable[Row], query: Query, quirks: Quirks) -> HttpResponse:
    """Return a page of rows that render themselves."""
    return _page_response(name, _select(rows, query, quirks), query, quirks)


def _select(rows: Iterable[Row], query: Query, quirks: Quirks) -> list[Row]:
    """Filter and sort the rows; removed records are left out unless the query asks for them."""
    selected = [row for row in rows if query.removed or not row.record.get("removed")]
    conditions = [condition for condition in query.conditions if not _is_ignored(condition, quirks)]
    if conditions:
        selected = [row for row in selected if _matches_all(shape_order(row.record, quirks), conditions)]
    if quirks.ignore_sort or not query.sorts:
        return _in_default_order(selected, quirks)
    return _sort(selected, query)


def _is_ignored(condition: Condition, quirks: Quirks) -> bool:
    return quirks.ignore_modified_filter and condition.field == "last_modified"


def _matches_all(record: dict[str, Any], conditions: Iterable[Condition]) -> bool:
    return all(condition.matches(record.get(condition.field)) for condition in conditions)


def _in_default_order(rows: list[Row], quirks: Quirks) -> list[Row]:
    if quirks.default_order == "newest first":
        return rows[::-1]
    if quirks.default_order == "scattered":
        return sorted(rows, key=lambda row: crc32(_id(row).encode()))
    return rows


def _sort(rows: list[Row], query: Query) -> list[Row]:
    """Sort the rows; ties go by id, descending if the first sort is, like an index read from its end."""
    rows = sorted(rows, key=_id, reverse=query.sorts[0].descending)
    for sort in reversed(query.sorts):
        rows.sort(key=_sort_key(sort.field), reverse=sort.descending)
    return rows


def _id(row: Row) -> str:
    return str(row.record.get("id"))


def _sort_key(field: str) -> Callable[[Row], tuple[int, Any]]:
    return lambda row: _rank(row.record.get(field))


def _rank(value: Any) -> tuple[int, Any]:
    """Order values of any type: unset, then numbers, timestamps, other texts, and lists and objects."""
    if is_unset(value):
        return 0, 0
    if not isinstance(value, str):
        return (4, str(value)) if isinstance(value, list | dict) else (1, value)
    moment = parse_timestamp(value)
    return (3, value) if moment is None else (2, moment)


def _uses_index(query: Query, quirks: Quirks) -> bool:
    """Return True for a read of changes by `last_modified`, which the pipeline repeats all the time."""
    return (
        not (query.removed or quirks.ignore_sort or quirks.ignore_modified_filter)
        and [sort.field for sort in query.sorts] == ["last_modified"]
        and all(
            condition.field == "last_modified" and condition.operator in _BOUNDS and condition.operand.timestamp
            for condition in query.conditions
        )
    )


def _changed_within(orders: OrderIndex, query: Query) -> Sequence[ModifiedKey]:
    low = (NEVER + _TICK, "") if query.conditions else None  # an order without a timestamp matches no filter on it
    high = None
    for condition in query.conditions:
        moment = condition.operand.timestamp or NEVER
        edge = (_just_after(moment) if condition.operator in ("gt", "lte") else moment, "")
        if condition.operator in ("gt", "gte"):
            low = edge if low is None else max(low, edge)
        else:
            high = edge if high is None else min(high, edge)
    keys = orders.by_last_modified(low, high)
    return keys[::-1] if query.sorts[0].descending else keys


def _just_after(moment: datetime) -> datetime:
    return moment if moment == _LATEST else moment + _TICK


def _page_response(name: str, rows: Sequence[Row], query: Query, quirks: Quirks) -> HttpResponse:
    total = len(rows)
    start, stop = _span(query, quirks)
    if start >= total and query.page > 0 and quirks.past_the_end == "not found":
        return error_response(404, f"Failed to find page {query.page}")
    if start >= total > 0 and quirks.past_the_end == "last page":
        query = _at_last_page(query, quirks, total)
        start, stop = _span(query, quirks)
    page = rows[start:stop]
    meta = encode(_meta(name, total, range(start, start + len(page)), query, quirks))
    body = b",".join([row.render(quirks, query.fields) for row in page])
    return HttpResponse(200, b'{"meta":%b,"%b":[%b]}' % (meta, name.encode(), body), JSON_HEADERS)


def _span(query: Query, quirks: Quirks) -> tuple[int, int]:
    """Return the position of the page's first row, and the one after its last."""
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


def _meta(name: str, total: int, positions: range, query: Query, quirks: Quirks) -> dict[str, Any]:
    """Return the list's `meta`; `limit` is the text that the query sent, as in the documents' example."""
    limit_as_sent = query.limit if query.limit_as_sent is None else query.limit_as_sent
    meta = {
        "name": name,
        "display_name": name.replace("-", " "),
        "total": total,
        "count": len(positions),
        "limit": query.limit if quirks.limit_as_number else limit_as_sent,
        "page": query.page,
        "start": positions.start,
        "end": positions.stop - 1,
    }
    if quirks.no_count:
        del meta["count"]
    return meta

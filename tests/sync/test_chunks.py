from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from msgspec import Raw

from inventory_planner.api.batches import Batch, SyncKind
from inventory_planner.api.decoding import RawOrder, digest
from inventory_planner.api.orders import Summary
from inventory_planner.errors import UnreachableError
from inventory_planner.sync import chunks as module
from inventory_planner.sync.chunks import Chunk, Sync, split_into_chunks
from inventory_planner.sync.cursor import Cursor
from inventory_planner.warehouse.tables import DLT_TABLES, ORDER_TABLES
from orders import line, order, raw

NOW = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)
NOTHING = Cursor()
ALL_BUT_QUARANTINE = sorted(table.name for table in ORDER_TABLES)


def at(minutes: float) -> datetime:
    """An instant so long before now."""
    return NOW - timedelta(minutes=minutes)


def changed(order_id: str, minutes: float, **fields: Any) -> bytes:
    """An order modified so long ago."""
    return raw(order(order_id, last_modified=at(minutes).isoformat(), **fields))


def invalid(order_id: str, minutes: float = 5) -> bytes:
    return changed(order_id, minutes, shipping_handling="x")


def batch(*texts: bytes, cursor: datetime | None = None, total: int | None = None) -> Batch:
    return Batch(
        tuple(RawOrder.from_json(Raw(text)) for text in texts),
        len(texts) if total is None else total,
        SyncKind.SEEK,
        cursor,
    )


def sync(**fields: Any) -> Sync:
    return Sync("sync-1", "a1000", lambda: NOW, **fields)


def split(*batches: Batch, cursor: Cursor = NOTHING, **fields: Any) -> list[Chunk]:
    return [taken(chunk) for chunk in split_into_chunks(batches, cursor, sync(**fields))]


def taken(chunk: Chunk) -> Chunk:
    """The same chunk, whose batches can be taken again and again."""
    chunk.batches = list(chunk.batches)  # type: ignore[assignment]
    return chunk


def tables(chunk: Chunk) -> dict[str, pa.Table]:
    """One Arrow table for each warehouse table that has rows in the chunk."""
    parts: dict[str, list[pa.Table]] = {}
    for batch in chunk.batches:
        for name, rows in batch.items():
            parts.setdefault(name, []).append(rows)
    return {name: pa.concat_tables(arrows) for name, arrows in parts.items()}


def loaded(chunk: Chunk) -> list[str]:
    """The ids of the orders in the rows of a chunk, each as often as it is there."""
    found = tables(chunk)
    return found["purchase_orders"]["purchase_order_id"].to_pylist() if "purchase_orders" in found else []


def quarantined(chunk: Chunk) -> list[tuple[int, str | None, str]]:
    rows = tables(chunk)["_quarantine"].to_pylist() if "_quarantine" in tables(chunk) else []
    return [(each["position"], each["purchase_order_id"], each["reason"]) for each in rows]


# one reading


def test_a_small_reading_is_one_chunk() -> None:
    first = batch(changed("1", 60), changed("2", 50), cursor=at(50), total=3)
    (chunk,) = split(first, batch(changed("3", 40, items=[line()]), cursor=at(40)))
    assert loaded(chunk) == ["1", "2", "3"]
    assert tables(chunk)["purchase_order_items"].num_rows == 5
    assert set(tables(chunk)) == {table.name for table in DLT_TABLES} - {"_quarantine"}
    assert (chunk.order_ids, chunk.lines, chunk.quarantined) == ({"1", "2", "3"}, 5, 0)
    assert (chunk.sync_kind, chunk.pages) == (SyncKind.SEEK, 2)
    assert chunk.cursor == Cursor(
        at(40), {"2": digest(changed("2", 50)), "3": digest(changed("3", 40, items=[line()]))}
    )


def test_every_row_is_stamped_with_the_account_and_the_instant() -> None:
    (chunk,) = split(batch(changed("1", 60), invalid("2")))
    for table in tables(chunk).values():
        assert table["_account_id"].unique().to_pylist() == ["a1000"]
        assert table["__synced_at"].unique().to_pylist() == [NOW]


def test_a_reading_that_finds_nothing_is_a_chunk_without_rows() -> None:
    (chunk,) = split(batch(cursor=at(3)))
    assert (tables(chunk), list(chunk.batches), chunk.cursor) == ({}, [], Cursor(at(3)))


def test_a_reading_without_pages_is_a_chunk_with_the_same_cursor() -> None:
    cursor = Cursor(at(5), {"1": "d"})
    (chunk,) = split(cursor=cursor)
    assert (tables(chunk), chunk.cursor) == ({}, cursor)


def test_a_long_reading_is_split_between_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHUNK_ORDERS", 2)
    batches = [batch(changed(str(each), 60 - each), cursor=at(60 - each)) for each in range(5)]
    found = split(*batches)
    assert [loaded(chunk) for chunk in found] == [["0", "1"], ["2", "3"], ["4"]]
    assert [chunk.cursor.instant for chunk in found] == [at(59), at(57), at(56)]
    assert [(chunk.pages, chunk.lines) for chunk in found] == [(2, 4), (2, 4), (1, 2)]


# orders that come again


def test_an_unchanged_order_of_the_last_reading_is_left_out() -> None:
    (before,) = split(batch(changed("1", 9), changed("2", 8), cursor=at(8)))
    (chunk,) = split(batch(changed("1", 9), changed("2", 8), changed("3", 1), cursor=at(1)), cursor=before.cursor)
    assert loaded(chunk) == ["3"]
    assert chunk.order_ids == {"3"}
    assert set(chunk.cursor.seen) == {"1", "2", "3"}


def test_a_reading_without_changes_has_no_rows_and_the_same_cursor() -> None:
    (before,) = split(batch(changed("1", 9), invalid("2", 8), cursor=at(8)))
    (chunk,) = split(batch(changed("1", 9), invalid("2", 8), cursor=at(8)), cursor=before.cursor)
    assert (tables(chunk), chunk.quarantined, chunk.cursor) == ({}, 0, before.cursor)


def test_an_order_that_is_not_passed_as_known_is_loaded_again() -> None:
    cursor = Cursor(at(9), {"1": digest(changed("1", 9))})
    (chunk,) = map(taken, split_into_chunks([batch(changed("1", 9), cursor=at(9))], cursor, sync(), known={}))
    assert (loaded(chunk), chunk.cursor) == (["1"], cursor)


def test_an_order_that_changed_within_the_same_second_is_loaded() -> None:
    (before,) = split(batch(changed("1", 9), cursor=at(9)))
    (chunk,) = split(batch(changed("1", 9, status="closed"), cursor=at(9)), cursor=before.cursor)
    assert loaded(chunk) == ["1"]
    assert chunk.cursor != before.cursor


def test_an_order_that_ends_one_page_and_begins_the_next_is_loaded_once() -> None:
    first = batch(changed("1", 60), changed("2", 50), cursor=at(50), total=3)
    (chunk,) = split(first, batch(changed("2", 50), changed("3", 40), cursor=at(40)))
    assert loaded(chunk) == ["1", "2", "3"]


def test_an_order_that_comes_again_changed_begins_a_chunk() -> None:
    first = batch(changed("1", 60), changed("2", 50), cursor=at(50), total=3)
    found = split(first, batch(changed("1", 2, status="closed"), changed("3", 1), cursor=at(1)))
    assert [loaded(chunk) for chunk in found] == [["1", "2"], ["1", "3"]]
    assert [tables(chunk)["purchase_orders"]["status"].to_pylist() for chunk in found] == [
        ["open"] * 2,
        ["closed", "open"],
    ]
    assert [chunk.cursor.instant for chunk in found] == [at(50), at(1)]


def test_an_order_that_changes_and_changes_back_is_loaded_each_time() -> None:
    ways = [changed("1", 60), changed("1", 60, status="closed"), changed("1", 60)]
    found = split(*(batch(text, cursor=at(60)) for text in ways))
    statuses = [tables(chunk)["purchase_orders"]["status"].to_pylist() for chunk in found]
    assert statuses == [["open"], ["closed"], ["open"]]


def test_the_last_state_of_an_order_that_is_twice_on_a_page_is_loaded() -> None:
    (chunk,) = split(batch(changed("1", 60), changed("1", 50, status="closed")))
    assert tables(chunk)["purchase_orders"].select(["purchase_order_id", "status"]).to_pylist() == [
        {"purchase_order_id": "1", "status": "closed"}
    ]


def test_a_page_is_requested_when_its_rows_are_taken() -> None:
    made: list[str] = []

    def batches() -> Iterator[Batch]:
        for name in ("1", "2"):
            made.append(name)
            yield batch(changed(name, 5))

    chunk = next(split_into_chunks(batches(), NOTHING, sync()))
    assert made == []
    next(chunk.batches)
    assert made == ["1"]


def test_a_large_page_is_decoded_in_parts_of_one_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [changed("1", 9), changed("2", 8), invalid("3"), changed("4", 7), invalid("5")]
    monkeypatch.setattr(module, "DECODE_BYTES", len(texts[2]) + 1)

    (chunk,) = split(batch(*texts, cursor=at(7)))

    assert [sorted(rows) for rows in chunk.batches] == [
        ALL_BUT_QUARANTINE,
        ALL_BUT_QUARANTINE,
        ["_quarantine"],
        ["_quarantine"],
    ]
    assert loaded(chunk) == ["1", "2", "4"]
    assert [(position, order_id) for position, order_id, _ in quarantined(chunk)] == [(0, "3"), (1, "5")]
    assert (chunk.order_ids, chunk.pages, chunk.cursor.instant) == ({"1", "2", "4"}, 1, at(7))


# new orders


def none_but_the_third(order_ids: Collection[str]) -> bool:
    return "3" not in order_ids


def test_a_chunk_of_orders_that_are_not_stored_is_new_and_ends_before_one_that_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MIN_ORDERS_TO_APPEND", 2)
    batches = [batch(changed(str(each), 60 - each), total=9 - each) for each in range(1, 6)]
    found = split(*batches, are_unstored=none_but_the_third)
    assert [(loaded(chunk), chunk.is_new) for chunk in found] == [(["1", "2"], True), (["3", "4", "5"], False)]


def test_an_order_of_a_chunk_before_is_not_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MIN_ORDERS_TO_APPEND", 1)
    states = [changed("1", 60), changed("2", 50), changed("1", 40, status="closed")]
    found = split(*map(batch, states), are_unstored=lambda _: True)
    assert [(loaded(chunk), chunk.is_new) for chunk in found] == [(["1", "2"], True), (["1"], False)]


def test_a_few_new_orders_are_merged_not_appended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MIN_ORDERS_TO_APPEND", 3)
    (few,) = split(batch(changed("1", 60), total=2), are_unstored=lambda _: True)
    (many,) = split(batch(changed("1", 60), total=3), batch(changed("2", 50), total=1), are_unstored=lambda _: True)
    assert (few.is_new, many.is_new) == (False, True)


def test_a_reading_for_one_package_is_split_only_before_an_order_that_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_CHUNK_ORDERS", 1)
    states = [changed("1", 60), changed("2", 50), changed("3", 45), changed("1", 40, status="closed")]
    found = split(*map(batch, states), is_single=True)
    assert [(loaded(chunk), chunk.is_cut) for chunk in found] == [(["1", "2", "3"], True), (["1"], False)]


# the order filter


def test_an_order_out_of_scope_is_neither_loaded_nor_counted() -> None:
    def is_open(each: Summary) -> bool:
        return each.status == "open"

    (chunk,) = split(batch(changed("1", 60, status="draft"), changed("2", 50), cursor=at(50)), is_in_scope=is_open)
    assert (loaded(chunk), chunk.order_ids, chunk.lines) == (["2"], {"2"}, 2)


def test_an_invalid_record_is_quarantined_if_its_order_is_in_scope_or_its_scope_is_unknown() -> None:
    texts = [invalid("1"), changed("2", 5, shipping_handling="x", status="draft"), changed("3", 5, status=["odd"])]
    (chunk,) = split(batch(*texts), is_in_scope=lambda summary: summary.status != "draft")
    assert quarantined(chunk) == [
        (0, "1", 'Expected a number, got "x" - at `$.shipping_handling`'),
    ]
    assert loaded(chunk) == ["3"]


# the quarantine


def test_an_invalid_record_does_not_keep_the_others_out() -> None:
    (chunk,) = split(batch(changed("1", 60), invalid("2"), changed("3", 40), cursor=at(40)))
    assert loaded(chunk) == ["1", "3"]
    assert (chunk.order_ids, chunk.quarantined) == ({"1", "3"}, 1)
    (row,) = tables(chunk)["_quarantine"].to_pylist()
    assert row == {
        "sync_id": "sync-1",
        "position": 0,
        "purchase_order_id": "2",
        "reason": 'Expected a number, got "x" - at `$.shipping_handling`',
        "record": invalid("2").decode(),
        "_account_id": "a1000",
        "__synced_at": NOW,
    }


def test_an_order_with_a_number_too_large_for_its_column_is_quarantined_alone() -> None:
    (chunk,) = split(
        batch(changed("1", 60), changed("2", 50, shipping_handling=10**12), invalid("3"), changed("4", 40))
    )
    assert loaded(chunk) == ["1", "4"]
    assert quarantined(chunk) == [
        (0, "3", 'Expected a number, got "x" - at `$.shipping_handling`'),
        (1, "2", "`shipping_handling`: 1000000000000 does not fit DECIMAL(18, 6)"),
    ]
    assert (chunk.order_ids, chunk.lines, chunk.quarantined) == ({"1", "4"}, 4, 2)


def test_a_field_of_an_unexpected_shape_is_reported_with_the_unknown_fields() -> None:
    (chunk,) = split(batch(changed("1", 60, created_at="soon", color="red"), changed("2", 50, total=10**12)))
    assert (loaded(chunk), chunk.quarantined) == (["1", "2"], 0)
    assert chunk.unknown == {
        "purchase-order.color",
        "purchase-order.created_at (unexpected shape)",
        "purchase-order.total (unexpected shape)",
    }


def test_quarantine_positions_continue_through_pages_and_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHUNK_ORDERS", 1)
    found = split(
        batch(invalid("1"), invalid("2")), batch(invalid("3"), changed("4", 3)), batch(invalid("5"), changed("6", 2))
    )
    assert [[(position, order_id) for position, order_id, _ in quarantined(chunk)] for chunk in found] == [
        [(0, "1"), (1, "2"), (2, "3")],
        [(3, "5")],
    ]


def test_invalid_records_without_an_id_are_distinguished_by_their_text() -> None:
    nameless = [b'{"total":1}', b'{"total":2}', b'{"total":1}']
    (chunk,) = split(batch(*nameless))
    reason = "Object missing required field `id`"
    assert quarantined(chunk) == [(0, None, reason), (1, None, reason)]


# the cursor


def test_the_cursor_is_never_in_the_future() -> None:
    (chunk,) = split(batch(changed("1", 5), changed("2", -525_600), cursor=at(-525_600)))
    assert chunk.cursor.instant == at(5)
    assert loaded(chunk) == ["1", "2"]


def test_an_order_modified_in_the_future_is_loaded_once() -> None:
    future = batch(changed("1", 5), changed("2", -525_600), cursor=at(-525_600))
    (first,) = split(future)
    (second,) = split(future, cursor=first.cursor)
    assert (second.order_ids, second.cursor) == (set(), first.cursor)


def test_the_cursor_stays_until_a_page_moves_it() -> None:
    (chunk,) = split(batch(changed("1", 5)), cursor=Cursor(at(30)))
    assert chunk.cursor.instant == at(30)


def test_a_chunk_whose_pages_do_not_move_the_cursor_has_that_of_the_chunk_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_CHUNK_ORDERS", 1)
    found = split(batch(changed("1", 60), cursor=at(60)), batch(changed("2", 50)))
    assert [(loaded(chunk), chunk.cursor.instant) for chunk in found] == [(["1"], at(60)), (["2"], at(60))]


def test_the_cursor_does_not_go_back_when_the_newest_order_was_deleted() -> None:
    cursor = Cursor(at(30), {"1": digest(changed("1", 35)), "gone": "d"})
    (chunk,) = split(batch(changed("1", 35), cursor=at(35)), cursor=cursor)
    assert chunk.cursor == Cursor(at(30), {"1": digest(changed("1", 35))})


def test_orders_before_the_overlap_are_forgotten() -> None:
    texts = {"old": changed("old", 20.5), "edge": changed("edge", 20), "new": changed("new", 10)}
    (chunk,) = split(batch(*texts.values(), cursor=at(10)))
    assert chunk.cursor.seen == {name: digest(texts[name]) for name in ("edge", "new")}


def test_an_order_without_an_instant_is_remembered_as_of_now() -> None:
    text = raw(order("1", last_modified=None))
    (chunk,) = split(batch(text, cursor=NOW))
    assert chunk.cursor.seen == {"1": digest(text)}


# a reading that breaks off


def broken(*batches: Batch) -> Iterator[Batch]:
    yield from batches
    raise UnreachableError("no answer")


def test_the_pages_before_a_failure_are_handed_out_first() -> None:
    reading = split_into_chunks(broken(batch(changed("1", 60), cursor=at(60))), NOTHING, sync(), {})
    chunk = taken(next(reading))
    assert (loaded(chunk), chunk.cursor.instant) == (["1"], at(60))
    with pytest.raises(UnreachableError, match="no answer"):
        next(reading)


def test_a_failure_of_the_first_request_leaves_the_cursor() -> None:
    cursor = Cursor(at(30), {"1": "d"})
    reading = split_into_chunks(broken(), cursor, sync(), cursor.seen)
    chunk = taken(next(reading))
    assert (tables(chunk), chunk.cursor) == ({}, cursor)
    with pytest.raises(UnreachableError, match="no answer"):
        next(reading)


def test_the_cursor_of_a_broken_reading_is_not_ahead_of_its_rows() -> None:
    batches = broken(batch(changed("1", 60), cursor=at(60)), batch(changed("2", 50)))
    reading = split_into_chunks(batches, NOTHING, sync(), {})
    chunk = taken(next(reading))
    assert (loaded(chunk), chunk.cursor.instant) == (["1", "2"], at(60))


def test_a_reading_that_breaks_off_within_the_overlap_keeps_the_cursor_and_its_digests() -> None:
    cursor = Cursor(at(30), {"1": digest(changed("1", 38)), "2": digest(changed("2", 30))})
    batches = broken(batch(changed("1", 37), cursor=at(37)))
    chunk = taken(next(split_into_chunks(batches, cursor, sync())))
    assert loaded(chunk) == ["1"]
    assert chunk.cursor == Cursor(at(30), {"1": digest(changed("1", 37)), "2": digest(changed("2", 30))})


def test_after_a_sweep_loads_another_state_the_one_seen_before_is_loaded_again() -> None:
    cursor = Cursor(at(9), {"1": digest(changed("1", 9)), "2": digest(changed("2", 9))})
    (swept,) = split(batch(changed("1", 9, status="closed")), cursor=cursor)
    assert swept.cursor == Cursor(at(9), {"2": digest(changed("2", 9))})
    (chunk,) = split(batch(changed("1", 9), changed("2", 9), cursor=at(9)), cursor=swept.cursor)
    assert loaded(chunk) == ["1"]


@pytest.mark.parametrize(("minutes", "earlier"), [(0.5, 0), (20, 20)], ids=["a short one", "a long one"])
def test_the_next_reading_covers_the_time_that_a_long_reading_took(minutes: float, earlier: float) -> None:
    clock = iter([at(minutes), NOW])  # when it begins, and when the answer has come
    (chunk,) = map(
        taken,
        split_into_chunks(
            [batch(changed("1", 1), cursor=at(1))], NOTHING, Sync("sync-1", "a1000", lambda: next(clock))
        ),
    )
    assert chunk.cursor.instant == at(1 + earlier)

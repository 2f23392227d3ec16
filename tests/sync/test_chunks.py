from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from msgspec import Raw

from inventory_planner.api.changes import BEGINNING, Batch, Way
from inventory_planner.api.contract import Summary, digest, raw_order
from inventory_planner.errors import UnreachableError
from inventory_planner.sync import chunks as module
from inventory_planner.sync.chunks import OVERLAP, Chunk, Mark, Sync, chunks
from inventory_planner.warehouse.tables import MERGED_TABLES, ORDER_TABLES
from orders import line, order, raw

NOW = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)
NOTHING = Mark()
ALL_BUT_QUARANTINE = sorted(table.name for table in ORDER_TABLES)


def at(minutes: float) -> datetime:
    """An instant so long before now."""
    return NOW - timedelta(minutes=minutes)


def changed(order_id: str, minutes: float, **fields: Any) -> bytes:
    """An order modified so long ago."""
    return raw(order(order_id, last_modified=at(minutes).isoformat(), **fields))


def bad(order_id: str, minutes: float = 5) -> bytes:
    return changed(order_id, minutes, total="x")


def batch(*texts: bytes, mark: datetime | None = None, total: int | None = None) -> Batch:
    return Batch(tuple(raw_order(Raw(text)) for text in texts), len(texts) if total is None else total, Way.SEEK, mark)


def cut(*batches: Batch, mark: Mark = NOTHING, **fields: Any) -> list[Chunk]:
    sync = Sync("sync-1", "a1000", lambda: NOW, **fields)
    return [taken(chunk) for chunk in chunks(batches, mark, sync, mark.seen)]


def taken(chunk: Chunk) -> Chunk:
    """The same chunk, whose pages can be taken again and again."""
    chunk.pages = list(chunk.pages)  # type: ignore[assignment]
    return chunk


def tables(chunk: Chunk) -> dict[str, pa.Table]:
    """One Arrow table for each warehouse table that has rows in the chunk."""
    parts: dict[str, list[pa.Table]] = {}
    for page in chunk.pages:
        for name, rows in page.items():
            parts.setdefault(name, []).append(rows)
    return {name: pa.concat_tables(arrows) for name, arrows in parts.items()}


def loaded(chunk: Chunk) -> list[str]:
    """The ids of the orders that are in the rows of a chunk, each as often as it is there."""
    found = tables(chunk)
    return found["purchase_orders"]["purchase_order_id"].to_pylist() if "purchase_orders" in found else []


def quarantined(chunk: Chunk) -> list[tuple[int, str | None, str]]:
    rows = tables(chunk)["_quarantine"].to_pylist() if "_quarantine" in tables(chunk) else []
    return [(each["position"], each["purchase_order_id"], each["reason"]) for each in rows]


# one reading


def test_the_batches_of_a_small_reading_are_one_chunk() -> None:
    first = batch(changed("1", 60), changed("2", 50), mark=at(50), total=3)
    (chunk,) = cut(first, batch(changed("3", 40, items=[line()]), mark=at(40)))
    assert loaded(chunk) == ["1", "2", "3"]
    assert tables(chunk)["purchase_order_items"].num_rows == 5
    assert set(tables(chunk)) == {table.name for table in MERGED_TABLES} - {"_quarantine"}
    assert (chunk.order_ids, chunk.lines, chunk.quarantined) == ({"1", "2", "3"}, 5, 0)
    assert (chunk.way, chunk.pages_read, chunk.to_read) == (Way.SEEK, 2, 1)
    assert chunk.mark == Mark(at(40), {"2": digest(changed("2", 50)), "3": digest(changed("3", 40, items=[line()]))})


def test_every_row_is_stamped_with_the_account_and_the_instant() -> None:
    (chunk,) = cut(batch(changed("1", 60), bad("2")))
    for table in tables(chunk).values():
        assert table["_account_id"].unique().to_pylist() == ["a1000"]
        assert table["__synced_at"].unique().to_pylist() == [NOW]


def test_a_reading_that_finds_nothing_is_a_chunk_without_rows() -> None:
    (chunk,) = cut(batch(mark=at(3)))
    assert (tables(chunk), chunk.pages, chunk.mark) == ({}, [], Mark(at(3)))


def test_a_reading_without_batches_is_a_chunk_with_the_mark_as_it_was() -> None:
    mark = Mark(at(5), {"1": "d"})
    (chunk,) = cut(mark=mark)
    assert (tables(chunk), chunk.mark) == ({}, mark)


def test_a_long_reading_is_cut_between_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ORDERS_PER_CHUNK", 2)
    batches = [batch(changed(str(each), 60 - each), mark=at(60 - each)) for each in range(5)]
    found = cut(*batches)
    assert [loaded(chunk) for chunk in found] == [["0", "1"], ["2", "3"], ["4"]]
    assert [chunk.mark.instant for chunk in found] == [at(59), at(57), at(56)]
    assert [(chunk.pages_read, chunk.lines) for chunk in found] == [(2, 4), (2, 4), (1, 2)]


# orders that come again


def test_what_is_known_from_the_reading_before_is_left_out() -> None:
    (before,) = cut(batch(changed("1", 9), changed("2", 8), mark=at(8)))
    (chunk,) = cut(batch(changed("1", 9), changed("2", 8), changed("3", 1), mark=at(1)), mark=before.mark)
    assert loaded(chunk) == ["3"]
    assert chunk.order_ids == {"3"}
    assert set(chunk.mark.seen) == {"1", "2", "3"}


def test_a_reading_that_brings_only_what_is_known_has_no_rows_and_the_same_mark() -> None:
    (before,) = cut(batch(changed("1", 9), bad("2", 8), mark=at(8)))
    (chunk,) = cut(batch(changed("1", 9), bad("2", 8), mark=at(8)), mark=before.mark)
    assert (tables(chunk), chunk.quarantined, chunk.mark) == ({}, 0, before.mark)


def test_what_is_not_said_to_be_known_is_loaded_again() -> None:
    mark = Mark(at(9), {"1": digest(changed("1", 9))})
    (chunk,) = map(
        taken, chunks([batch(changed("1", 9), mark=at(9))], mark, Sync("sync-1", "a1000", lambda: NOW), known={})
    )
    assert (loaded(chunk), chunk.mark) == (["1"], mark)


def test_an_order_that_changed_within_the_same_second_is_news() -> None:
    (before,) = cut(batch(changed("1", 9), mark=at(9)))
    (chunk,) = cut(batch(changed("1", 9, status="closed"), mark=at(9)), mark=before.mark)
    assert loaded(chunk) == ["1"]
    assert chunk.mark != before.mark


def test_the_boundary_of_two_batches_is_read_twice_and_loaded_once() -> None:
    first = batch(changed("1", 60), changed("2", 50), mark=at(50), total=3)
    (chunk,) = cut(first, batch(changed("2", 50), changed("3", 40), mark=at(40)))
    assert loaded(chunk) == ["1", "2", "3"]


def test_an_order_that_comes_again_changed_begins_a_chunk() -> None:
    first = batch(changed("1", 60), changed("2", 50), mark=at(50), total=3)
    found = cut(first, batch(changed("1", 2, status="closed"), changed("3", 1), mark=at(1)))
    assert [loaded(chunk) for chunk in found] == [["1", "2"], ["1", "3"]]
    assert [tables(chunk)["purchase_orders"]["status"].to_pylist() for chunk in found] == [
        ["open"] * 2,
        ["closed", "open"],
    ]
    assert [chunk.mark.instant for chunk in found] == [at(50), at(1)]


def test_an_order_that_changes_and_changes_back_is_loaded_each_time() -> None:
    ways = [changed("1", 60), changed("1", 60, status="closed"), changed("1", 60)]
    found = cut(*(batch(text, mark=at(60)) for text in ways))
    statuses = [tables(chunk)["purchase_orders"]["status"].to_pylist() for chunk in found]
    assert statuses == [["open"], ["closed"], ["open"]]


def test_of_an_order_that_comes_twice_in_one_answer_the_last_state_holds() -> None:
    (chunk,) = cut(batch(changed("1", 60), changed("1", 50, status="closed")))
    assert tables(chunk)["purchase_orders"].select(["purchase_order_id", "status"]).to_pylist() == [
        {"purchase_order_id": "1", "status": "closed"}
    ]


def test_pages_are_made_when_they_are_taken() -> None:
    made: list[str] = []

    def batches() -> Iterator[Batch]:
        for name in ("1", "2"):
            made.append(name)
            yield batch(changed(name, 5))

    chunk = next(chunks(batches(), NOTHING, Sync("sync-1", "a1000", lambda: NOW)))
    assert made == []
    next(chunk.pages)
    assert made == ["1"]


def test_a_large_answer_is_read_in_parts_that_are_one_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [changed("1", 9), changed("2", 8), bad("3"), changed("4", 7), bad("5")]
    monkeypatch.setattr(module, "TEXT_AT_ONCE", len(texts[0]) + 1)

    (chunk,) = cut(batch(*texts, mark=at(7)))

    assert [sorted(page) for page in chunk.pages] == [
        ALL_BUT_QUARANTINE,
        ALL_BUT_QUARANTINE,
        ["_quarantine"],
        ["_quarantine"],
    ]
    assert loaded(chunk) == ["1", "2", "4"]
    assert [(position, order_id) for position, order_id, _ in quarantined(chunk)] == [(0, "3"), (1, "5")]
    assert (chunk.order_ids, chunk.pages_read, chunk.mark.instant) == ({"1", "2", "4"}, 1, at(7))


# orders that were never there


def none_but_the_third(order_ids: Collection[str]) -> bool:
    return "3" not in order_ids


def test_a_chunk_of_orders_that_are_not_stored_is_new_and_ends_before_one_that_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "WORTH_APPENDING", 2)
    batches = [batch(changed(str(each), 60 - each), total=9 - each) for each in range(1, 6)]
    found = cut(*batches, are_new=none_but_the_third)
    assert [(loaded(chunk), chunk.is_new) for chunk in found] == [(["1", "2"], True), (["3", "4", "5"], False)]


def test_an_order_of_a_chunk_before_is_not_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WORTH_APPENDING", 1)
    states = [changed("1", 60), changed("2", 50), changed("1", 40, status="closed")]
    found = cut(*map(batch, states), are_new=lambda _: True)
    assert [(loaded(chunk), chunk.is_new) for chunk in found] == [(["1", "2"], True), (["1"], False)]


def test_a_few_orders_are_not_worth_to_be_called_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WORTH_APPENDING", 3)
    (few,) = cut(batch(changed("1", 60), total=2), are_new=lambda _: True)
    (many,) = cut(batch(changed("1", 60), total=3), batch(changed("2", 50), total=1), are_new=lambda _: True)
    assert (few.is_new, many.is_new) == (False, True)


def test_a_reading_for_one_package_is_cut_only_before_an_order_that_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "ORDERS_PER_CHUNK", 1)
    states = [changed("1", 60), changed("2", 50), changed("3", 45), changed("1", 40, status="closed")]
    found = cut(*map(batch, states), in_one=True)
    assert [(loaded(chunk), chunk.is_cut) for chunk in found] == [(["1", "2", "3"], True), (["1"], False)]


# the status filter


def test_what_is_not_wanted_is_neither_loaded_nor_counted() -> None:
    def is_open(each: Summary) -> bool:
        return each.status == "open"

    (chunk,) = cut(batch(changed("1", 60, status="draft"), changed("2", 50), mark=at(50)), is_wanted=is_open)
    assert (loaded(chunk), chunk.order_ids, chunk.lines) == (["2"], {"2"}, 2)


def test_a_bad_record_is_set_aside_if_its_order_is_wanted_or_does_not_tell() -> None:
    texts = [bad("1"), changed("2", 5, total="x", status="draft"), changed("3", 5, status=["odd"])]
    (chunk,) = cut(batch(*texts), is_wanted=lambda summary: summary.status != "draft")
    assert quarantined(chunk) == [
        (0, "1", "Invalid decimal string - at `$.total`"),
        (1, "3", "Expected `int | str | null`, got `array` - at `$.status`"),
    ]


# the quarantine


def test_a_bad_record_does_not_keep_the_others_out() -> None:
    (chunk,) = cut(batch(changed("1", 60), bad("2"), changed("3", 40), mark=at(40)))
    assert loaded(chunk) == ["1", "3"]
    assert (chunk.order_ids, chunk.quarantined) == ({"1", "3"}, 1)
    (row,) = tables(chunk)["_quarantine"].to_pylist()
    assert row == {
        "sync_id": "sync-1",
        "position": 0,
        "purchase_order_id": "2",
        "reason": "Invalid decimal string - at `$.total`",
        "record": bad("2").decode(),
        "_account_id": "a1000",
        "__synced_at": NOW,
    }


def test_a_number_too_large_for_its_column_is_set_aside_with_its_order_alone() -> None:
    (chunk,) = cut(batch(changed("1", 60), changed("2", 50, total=10**12), bad("3"), changed("4", 40)))
    assert loaded(chunk) == ["1", "4"]
    assert quarantined(chunk) == [
        (0, "3", "Invalid decimal string - at `$.total`"),
        (1, "2", "`total`: 1000000000000 does not fit DECIMAL(18, 6)"),
    ]
    assert (chunk.order_ids, chunk.lines, chunk.quarantined) == ({"1", "4"}, 4, 2)


def test_positions_in_the_quarantine_go_on_through_batches_and_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ORDERS_PER_CHUNK", 1)
    found = cut(batch(bad("1"), bad("2")), batch(bad("3"), changed("4", 3)), batch(bad("5"), changed("6", 2)))
    assert [[(position, order_id) for position, order_id, _ in quarantined(chunk)] for chunk in found] == [
        [(0, "1"), (1, "2"), (2, "3")],
        [(3, "5")],
    ]


def test_bad_records_without_an_id_are_told_apart_by_their_text() -> None:
    nameless = [b'{"total":1}', b'{"total":2}', b'{"total":1}']
    (chunk,) = cut(batch(*nameless))
    words = "Object missing required field `id`"
    assert quarantined(chunk) == [(0, None, words), (1, None, words)]


# the mark


def test_the_mark_is_never_after_now() -> None:
    (chunk,) = cut(batch(changed("1", 5), changed("2", -525_600), mark=at(-525_600)))
    assert chunk.mark.instant == at(5)
    assert loaded(chunk) == ["1", "2"]


def test_an_order_modified_in_the_future_is_news_once() -> None:
    future = batch(changed("1", 5), changed("2", -525_600), mark=at(-525_600))
    (first,) = cut(future)
    (second,) = cut(future, mark=first.mark)
    assert (second.order_ids, second.mark) == (set(), first.mark)


def test_the_mark_stays_where_it_was_until_a_batch_has_one() -> None:
    (chunk,) = cut(batch(changed("1", 5)), mark=Mark(at(30)))
    assert chunk.mark.instant == at(30)


def test_a_chunk_without_a_mark_of_its_own_has_that_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ORDERS_PER_CHUNK", 1)
    found = cut(batch(changed("1", 60), mark=at(60)), batch(changed("2", 50)))
    assert [(loaded(chunk), chunk.mark.instant) for chunk in found] == [(["1"], at(60)), (["2"], at(60))]


def test_the_mark_does_not_go_back_when_the_newest_order_is_gone() -> None:
    mark = Mark(at(30), {"1": digest(changed("1", 35)), "gone": "d"})
    (chunk,) = cut(batch(changed("1", 35), mark=at(35)), mark=mark)
    assert chunk.mark == Mark(at(30), {"1": digest(changed("1", 35))})


def test_what_lies_before_the_overlap_is_forgotten() -> None:
    texts = {"old": changed("old", 20.5), "edge": changed("edge", 20), "new": changed("new", 10)}
    (chunk,) = cut(batch(*texts.values(), mark=at(10)))
    assert chunk.mark.seen == {name: digest(texts[name]) for name in ("edge", "new")}


def test_an_order_without_an_instant_is_remembered_as_of_now() -> None:
    text = raw(order("1", last_modified=None))
    (chunk,) = cut(batch(text, mark=NOW))
    assert chunk.mark.seen == {"1": digest(text)}


@pytest.mark.parametrize(
    ("mark", "since"),
    [
        (Mark(), None),
        (Mark(at(0)), at(10)),
        (Mark(BEGINNING), BEGINNING),
        (Mark(BEGINNING + timedelta(minutes=3)), BEGINNING),
    ],
    ids=["nothing read", "read until now", "the beginning", "just after the beginning"],
)
def test_the_next_reading_starts_an_overlap_before_the_mark(mark: Mark, since: datetime | None) -> None:
    assert timedelta(minutes=10) == OVERLAP
    assert mark.since == since


@pytest.mark.parametrize("mark", [Mark(), Mark(at(0.123_456)), Mark(at(1), {"1": "d"})], ids=["none", "fine", "seen"])
def test_a_mark_comes_back_from_state_as_it_was(mark: Mark) -> None:
    assert Mark.from_state(mark.to_state()) == mark


def test_the_state_is_json_that_people_can_read() -> None:
    state = {"mark": "2026-01-05T12:00:00+00:00", "seen": {"1": "d"}, "scope": "status open"}
    assert Mark(NOW, {"1": "d"}, "status open").to_state() == state
    assert Mark.from_state({}) == Mark()


# a reading that breaks off


def broken(*batches: Batch) -> Iterator[Batch]:
    yield from batches
    raise UnreachableError("gone")


def test_what_came_before_the_service_failed_is_handed_out_first() -> None:
    reading = chunks(broken(batch(changed("1", 60), mark=at(60))), NOTHING, Sync("sync-1", "a1000", lambda: NOW), {})
    chunk = taken(next(reading))
    assert (loaded(chunk), chunk.mark.instant) == (["1"], at(60))
    with pytest.raises(UnreachableError, match="gone"):
        next(reading)


def test_a_failure_at_once_leaves_the_mark_where_it_was() -> None:
    mark = Mark(at(30), {"1": "d"})
    reading = chunks(broken(), mark, Sync("sync-1", "a1000", lambda: NOW), mark.seen)
    chunk = taken(next(reading))
    assert (tables(chunk), chunk.mark) == ({}, mark)
    with pytest.raises(UnreachableError, match="gone"):
        next(reading)


def test_a_mark_that_a_broken_reading_reached_is_no_further_than_its_rows() -> None:
    batches = broken(batch(changed("1", 60), mark=at(60)), batch(changed("2", 50)))
    reading = chunks(batches, NOTHING, Sync("sync-1", "a1000", lambda: NOW), {})
    chunk = taken(next(reading))
    assert (loaded(chunk), chunk.mark.instant) == (["1", "2"], at(60))


def test_a_reading_that_breaks_off_within_the_overlap_leaves_the_mark_and_what_was_seen() -> None:
    mark = Mark(at(30), {"1": digest(changed("1", 38)), "2": digest(changed("2", 30))})
    batches = broken(batch(changed("1", 37), mark=at(37)))
    chunk = taken(next(chunks(batches, mark, Sync("sync-1", "a1000", lambda: NOW))))
    assert loaded(chunk) == ["1"]
    assert chunk.mark == Mark(at(30), {"1": digest(changed("1", 37)), "2": digest(changed("2", 30))})


def test_a_state_that_is_loaded_without_a_mark_makes_the_one_seen_before_news_again() -> None:
    mark = Mark(at(9), {"1": digest(changed("1", 9)), "2": digest(changed("2", 9))})
    (swept,) = cut(batch(changed("1", 9, status="closed")), mark=mark)
    assert swept.mark == Mark(at(9), {"2": digest(changed("2", 9))})
    (chunk,) = cut(batch(changed("1", 9), changed("2", 9), mark=at(9)), mark=swept.mark)
    assert loaded(chunk) == ["1"]


@pytest.mark.parametrize(("minutes", "earlier"), [(0.5, 0), (20, 20)], ids=["a short one", "a long one"])
def test_what_becomes_visible_late_during_a_long_reading_is_in_the_next_one(minutes: float, earlier: float) -> None:
    clock = iter([at(minutes), NOW])  # when it begins, and when the answer has come
    (chunk,) = map(
        taken, chunks([batch(changed("1", 1), mark=at(1))], NOTHING, Sync("sync-1", "a1000", lambda: next(clock)))
    )
    assert chunk.mark.instant == at(1 + earlier)

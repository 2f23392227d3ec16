from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from inventory_planner.api.batches import BEGINNING, Batch, SyncKind
from inventory_planner.api.changes import read_changes
from inventory_planner.api.client import Client
from inventory_planner.api.walks import MAX_WALKS
from inventory_planner.errors import RejectedError, UnreadableAnswerError
from inventory_planner_emulator import Account, Fault, Quirks, RecordedRequest
from orders import NOW, order

FIRST = datetime(2025, 12, 1, 8, 0, 0, tzinfo=UTC)
PAGE_SIZE = 10


def iso(instant: datetime) -> str:
    return instant.isoformat()


def fill(account: Account, count: int, step: timedelta = timedelta(minutes=1)) -> list[str]:
    """Put orders into the account, each modified a step after the one before; with no step, all at FIRST."""
    ids = [f"order-{number:03}" for number in range(count)]
    for number, order_id in enumerate(ids):
        account.put(order(order_id, last_modified=iso(FIRST + number * step)))
    return ids


def read_ids(batches: Iterable[Batch]) -> list[str | None]:
    return [each.order_id for batch in batches for each in batch.orders]


def latest(batches: Iterable[Batch]) -> dict[str, datetime | None]:
    return {each.order_id or "": each.last_modified for batch in batches for each in batch.orders}


def in_account(account: Account) -> dict[str, datetime]:
    return {each["id"]: datetime.fromisoformat(each["last_modified"]) for each in account.orders()}


def test_an_empty_account_takes_one_request(account: Account, client: Client) -> None:
    batches = list(read_changes(client, None, PAGE_SIZE))

    assert batches == [Batch((), total=0, sync_kind=SyncKind.SEEK, cursor=datetime(1970, 1, 1, tzinfo=UTC))]
    assert [request.params for request in account.requests] == [
        {
            "limit": "10",
            "page": "0",
            "last_modified_gte": "1970-01-01T00:00:00+00:00",
            "last_modified_sort": "asc",
        }
    ]


def test_each_request_seeks_from_the_newest_instant_of_the_page_before(account: Account, client: Client) -> None:
    ids = fill(account, 25)

    batches = list(read_changes(client, None, PAGE_SIZE))

    assert sorted(set(read_ids(batches))) == ids
    assert [
        (r.params["last_modified_gte"], r.params["page"], r.params["last_modified_sort"]) for r in account.requests
    ] == [
        ("1970-01-01T00:00:00+00:00", "0", "asc"),
        ("1970-01-01T00:00:00+00:00", "0", "desc"),  # once, to prove the sort
        (iso(FIRST + timedelta(minutes=9)), "0", "asc"),
        (iso(FIRST + timedelta(minutes=18)), "0", "asc"),
    ]
    assert [batch.cursor for batch in batches] == [BEGINNING, *(FIRST + timedelta(minutes=last) for last in (9, 24))]


def test_only_orders_changed_since_the_instant_are_read(account: Account, client: Client) -> None:
    ids = fill(account, 25)

    batches = list(read_changes(client, FIRST + timedelta(minutes=20), PAGE_SIZE))

    assert read_ids(batches) == ids[20:]
    assert len(account.requests) == 1


def test_no_order_is_missed_while_orders_are_edited_between_pages(account: Account, client: Client) -> None:
    ids = fill(account, 50)
    edits = iter(ids)

    def edit_the_next(_request: RecordedRequest) -> None:
        account.edit(next(edits), notes="edited")

    account.before_answer.append(edit_the_next)

    assert latest(read_changes(client, None, PAGE_SIZE)) == in_account(account)


@pytest.mark.parametrize("count", [11, 20, 35], ids=["a little more", "two pages", "three pages and a half"])
def test_more_orders_than_fit_on_a_page_can_share_an_instant(account: Account, client: Client, count: int) -> None:
    ids = fill(account, count, step=timedelta())
    account.put(order("earlier", last_modified=iso(FIRST - timedelta(hours=1))))
    account.put(order("later", last_modified=iso(FIRST + timedelta(hours=1))))

    batches = list(read_changes(client, None, PAGE_SIZE))

    assert sorted(set(read_ids(batches))) == sorted(["earlier", "later", *ids])
    assert batches[-1].cursor == FIRST + timedelta(hours=1)


def test_an_edit_within_a_group_of_one_instant_hides_no_other_order(account: Account, client: Client) -> None:
    ids = fill(account, 35, step=timedelta())

    def edit_once(request: RecordedRequest) -> None:
        if request.params["page"] == "2" and "edited" not in str(account.get(ids[0])["notes"]):
            account.edit(ids[0], notes="edited")

    account.before_answer.append(edit_once)

    assert latest(read_changes(client, None, PAGE_SIZE)) == in_account(account)


def test_a_group_of_one_instant_that_keeps_changing_ends_with_an_error(account: Account, client: Client) -> None:
    ids = iter(fill(account, 35 * (MAX_WALKS + 1), step=timedelta()))
    account.before_answer.append(lambda _request: account.edit(next(ids), notes="edited"))

    with pytest.raises(UnreadableAnswerError, match="changed during each of 10 walks"):
        list(read_changes(client, None, PAGE_SIZE))


@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(page_cap=3),
        Quirks(short_pages=True),
        Quirks(mixed_offsets=True),
        Quirks(limit_as_number=True, no_count=True),
        Quirks(empty_text_numbers=True, numeric_item_ids=True, empty_maps_as_lists=True),
        Quirks(drop_unset=True, lists_as_objects=True, status_case="upper"),
    ],
    ids=["a capped page", "short pages", "mixed offsets", "another envelope", "unusual values", "unusual containers"],
)
@pytest.mark.parametrize("step", [timedelta(minutes=1), timedelta()], ids=["one after the other", "all at once"])
def test_no_order_is_missed_with(account: Account, client: Client, quirks: Quirks, step: timedelta) -> None:
    fill(account, 25, step)
    account.quirks = quirks

    batches = list(read_changes(client, None, PAGE_SIZE))

    assert latest(batches) == in_account(account)
    assert {batch.sync_kind for batch in batches} == {SyncKind.SEEK}


@pytest.mark.parametrize(
    ("quirks", "sync_kind"),
    [
        (Quirks(ignore_modified_filter=True), SyncKind.NEWEST_FIRST),
        (Quirks(ignore_sort=True), SyncKind.EVERYTHING),
        (Quirks(ignore_sort=True, default_order="scattered"), SyncKind.EVERYTHING),
        (Quirks(ignore_modified_filter=True, ignore_sort=True, default_order="newest first"), SyncKind.EVERYTHING),
        (Quirks(ignore_modified_filter=True, ignore_sort=True, default_order="scattered"), SyncKind.EVERYTHING),
    ],
    ids=["filter ignored", "sort ignored", "scattered", "always newest first", "both ignored"],
)
def test_reading_falls_back_to_another_kind_when_the_api_ignores_parameters(
    account: Account, client: Client, quirks: Quirks, sync_kind: SyncKind
) -> None:
    ids = fill(account, 35)
    for order_id in (ids[0], ids[7]):
        account.edit(order_id, notes="edited")
    account.quirks = quirks
    since = FIRST + timedelta(minutes=20)

    batches = list(read_changes(client, since, PAGE_SIZE))

    changed = {order_id: instant for order_id, instant in in_account(account).items() if instant >= since}
    assert {key: at for key, at in latest(batches).items() if at is not None and at >= since} == changed
    assert batches[-1].sync_kind is sync_kind
    assert batches[-1].cursor == max(changed.values())


def test_an_ignored_sort_is_detected_even_if_the_first_page_looks_sorted(account: Account, client: Client) -> None:
    ids = fill(account, 35)
    account.put(order("late entry", last_modified=iso(FIRST)))  # the last in the order of entry
    account.quirks = Quirks(ignore_sort=True)

    batches = list(read_changes(client, None, PAGE_SIZE))

    assert set(read_ids(batches)) == {*ids, "late entry"}
    assert batches[-1].sync_kind is SyncKind.EVERYTHING


def test_an_ignored_sort_is_detected_even_if_new_orders_make_up_for_missing_ones(
    account: Account, client: Client
) -> None:
    ids = fill(account, 8)
    account.edit(ids[1], notes="edited")  # the first page looks sorted, and the newest order seems to be on it
    account.quirks = Quirks(ignore_sort=True)

    def create_many(_request: RecordedRequest) -> None:
        if len(account.requests) == 2:
            for number in range(20):
                account.put(order(f"new-{number}", last_modified=iso(NOW)))

    account.before_answer.append(create_many)

    assert latest(read_changes(client, None, 2)).keys() >= set(ids)


def test_an_order_deleted_between_two_pages_causes_no_fallback(account: Account, client: Client) -> None:
    ids = fill(account, 35)

    def delete_one(_request: RecordedRequest) -> None:
        if len(account.requests) == 2:
            account.delete(ids[30])

    account.before_answer.append(delete_one)

    batches = list(read_changes(client, None, PAGE_SIZE))

    assert set(read_ids(batches)) == set(ids) - {ids[30]}
    assert {batch.sync_kind for batch in batches} == {SyncKind.SEEK}


def test_reading_by_page_number_gives_a_cursor_only_at_its_end(account: Account, client: Client) -> None:
    fill(account, 35)
    account.quirks = Quirks(ignore_modified_filter=True)

    cursors = [batch.cursor for batch in read_changes(client, FIRST + timedelta(minutes=5), PAGE_SIZE)]

    assert cursors[:-1] == [None] * (len(cursors) - 1)
    assert cursors[-1] == FIRST + timedelta(minutes=34)


def test_an_invalid_order_is_yielded_with_its_json(account: Account, client: Client) -> None:
    account.put(order("bad", total="many", last_modified=iso(FIRST)))
    fill(account, 2)

    orders = {each.order_id: each for batch in read_changes(client, None, PAGE_SIZE) for each in batch.orders}

    assert json.loads(bytes(orders["bad"].raw))["total"] == "many"
    assert len(orders) == 3


def test_a_page_full_of_invalid_orders_does_not_stop_the_reading(account: Account, client: Client) -> None:
    for number in range(25):
        account.put(order(f"bad-{number:02}", total="many", last_modified=iso(FIRST)))
    ids = fill(account, 5)

    assert set(read_ids(read_changes(client, None, PAGE_SIZE))) == {*ids, *(f"bad-{number:02}" for number in range(25))}


@pytest.mark.parametrize("past_the_end", ["empty", "not found", "last page"])
@pytest.mark.parametrize(
    "quirks", [Quirks(ignore_modified_filter=True), Quirks(ignore_sort=True)], ids=["filter", "sort"]
)
def test_the_response_after_the_last_page_does_not_matter(
    account: Account, client: Client, quirks: Quirks, past_the_end: Literal["empty", "not found", "last page"]
) -> None:
    ids = fill(account, 35)
    account.put(order("late entry", last_modified=iso(FIRST)))
    account.quirks = replace(quirks, past_the_end=past_the_end, page_cap=7)

    assert set(read_ids(read_changes(client, None, PAGE_SIZE))) == {*ids, "late entry"}


@pytest.mark.parametrize("past_the_end", ["empty", "not found", "last page"])
def test_a_walk_ends_even_if_an_edit_disturbs_it(
    account: Account, client: Client, past_the_end: Literal["empty", "not found", "last page"]
) -> None:
    ids = fill(account, 35, step=timedelta())
    account.quirks = Quirks(past_the_end=past_the_end)

    def disturb_once(request: RecordedRequest) -> None:
        if request.params["page"] == "1" and account.get(ids[0])["notes"] == "":
            account.edit(ids[0], notes="edited")
            account.put(order("new", last_modified=iso(FIRST)))

    account.before_answer.append(disturb_once)

    assert latest(read_changes(client, None, PAGE_SIZE)) == in_account(account)
    assert len(account.requests) < 20


def test_an_edited_old_order_is_found_when_the_api_always_shows_the_newest_first(
    account: Account, client: Client
) -> None:
    ids = fill(account, 35)
    account.edit(ids[0], notes="edited")
    account.quirks = Quirks(ignore_modified_filter=True, ignore_sort=True, default_order="newest first")

    batches = list(read_changes(client, FIRST + timedelta(minutes=30), PAGE_SIZE))

    assert latest(batches)[ids[0]] == in_account(account)[ids[0]]
    assert batches[-1].sync_kind is SyncKind.EVERYTHING


def test_a_page_that_looks_sorted_because_all_instants_are_equal_proves_nothing(
    account: Account, client: Client
) -> None:
    fill(account, 20, step=timedelta())
    account.put(order("long ago", last_modified=iso(FIRST - timedelta(days=9))))
    account.put(order("just now", last_modified=iso(FIRST)))
    account.quirks = Quirks(ignore_modified_filter=True, ignore_sort=True)

    batches = list(read_changes(client, FIRST - timedelta(minutes=10), 7))

    assert "just now" in read_ids(batches)
    assert batches[-1].sync_kind is SyncKind.EVERYTHING


def test_requests_are_in_utc_whatever_offsets_the_api_writes(account: Account, client: Client) -> None:
    fill(account, 35)
    account.quirks = Quirks(mixed_offsets=True)

    cursors = [batch.cursor for batch in read_changes(client, None, PAGE_SIZE)]

    assert {cursor.tzinfo for cursor in cursors if cursor} == {UTC}
    assert {request.params["last_modified_gte"][-6:] for request in account.requests} == {"+00:00"}


def test_a_page_advances_the_cursor_only_after_the_next_page_confirms_the_sort(
    account: Account, client: Client
) -> None:
    fill(account, 35)
    account.put(order("late entry", last_modified=iso(FIRST)))
    account.quirks = Quirks(ignore_sort=True)
    account.faults.extend([Fault.slow(0), Fault.refused("Something went wrong")])
    batches = read_changes(client, None, PAGE_SIZE)

    assert next(batches).cursor == BEGINNING
    with pytest.raises(RejectedError):
        next(batches)

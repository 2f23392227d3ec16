from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from inventory_planner_emulator import Account, Quirks

Get = Callable[..., httpx.Response]
ORDER = {
    "id": "a",
    "status": "Partially received",
    "last_modified": "2024-05-03T09:41:07+00:00",
    "updated_at": "2024-05-03T09:41:07+00:00",
    "expected_date": "2024-05-20",
    "payment_date": None,
    "notes": "",
    "min_budget": None,
    "tax_info": {},
    "connections": [],
    "items": [
        {
            "id": "c9_5001",
            "line_id": "c9_5001",
            "replenishment": 30,
            "received": None,
            "cost_price_list": {"EUR": Decimal("4.25")},
            "edited": {},
        }
    ],
}


def rows(answer: httpx.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.json()["purchase-orders"]
    return found


def ids(answer: httpx.Response) -> list[str]:
    return [row["id"] for row in rows(answer)]


def item(**changes: Any) -> dict[str, Any]:
    line = {**ORDER["items"][0], "cost_price_list": {"EUR": 4.25}, **changes}
    return {name: value for name, value in line.items() if value != "gone"}


def served_as(**changes: Any) -> dict[str, Any]:
    order = {**ORDER, "items": [item()], **changes}
    return {name: value for name, value in order.items() if value != "gone"}


@pytest.mark.parametrize(
    ("quirks", "shown"),
    [
        pytest.param(Quirks(), served_as(), id="none"),
        pytest.param(Quirks(status_case="upper"), served_as(status="PARTIALLY RECEIVED"), id="upper case"),
        pytest.param(Quirks(status_case="lower"), served_as(status="partially received"), id="lower case"),
        pytest.param(Quirks(numeric_item_ids=True), served_as(items=[item(id=5001)]), id="numeric item ids"),
        pytest.param(
            Quirks(drop_unset=True),
            served_as(
                payment_date="gone",
                notes="gone",
                min_budget="gone",
                tax_info="gone",
                connections="gone",
                items=[item(received="gone", edited="gone")],
            ),
            id="keys without a value left out",
        ),
        pytest.param(
            Quirks(empty_text_numbers=True),
            served_as(
                min_budget="",
                min_quantity="",
                shipping_handling="",
                shipping_handling_tax="",
                default_discount="",
                items=[
                    item(
                        received="",
                        landing_cost_price="",
                        tax="",
                        discount="",
                        cbm="",
                        vendor_packaging="",
                        uom_ordering="",
                    )
                ],
            ),
            id="empty texts for numbers",
        ),
        pytest.param(
            Quirks(empty_maps_as_lists=True), served_as(tax_info=[], items=[item(edited=[])]), id="[] for empty maps"
        ),
        pytest.param(
            Quirks(objects_as_lists=True),
            served_as(tax_info=[], items=[item(cost_price_list=[4.25], edited=[])]),
            id="objects as lists",
        ),
        pytest.param(Quirks(lists_as_objects=True), served_as(items={"0": item()}), id="lists as objects"),
    ],
)
def test_an_order_is_served_in_the_shape_of_the_quirk(
    account: Account, get: Get, quirks: Quirks, shown: dict[str, Any]
) -> None:
    account.put(ORDER)
    account.quirks = quirks
    assert rows(get("purchase-orders")) == [shown]
    assert get("purchase-orders/a").json() == {"purchase-order": shown}
    assert get("purchase-orders/a/items").json() == {"items": shown["items"]}
    assert account.get("a") == ORDER


def test_a_filter_sees_the_status_as_it_is_served(account: Account, get: Get) -> None:
    account.put({"id": "a", "status": "Open"})
    account.quirks = Quirks(status_case="lower")
    assert [ids(get("purchase-orders", status=status)) for status in ("open", "Open")] == [["a"], []]


def test_mixed_offsets_name_the_same_instants(account: Account, get: Get) -> None:
    for number in range(8):
        account.put({**ORDER, "id": str(number)})
    account.quirks = Quirks(mixed_offsets=True)
    texts = [row[field] for row in rows(get("purchase-orders")) for field in ("last_modified", "updated_at")]
    assert {datetime.fromisoformat(text) for text in texts} == {datetime(2024, 5, 3, 9, 41, 7, tzinfo=UTC)}
    assert {text[-6:] for text in texts} == {"+00:00", "-04:00", "+05:30", "+02:00"}
    assert rows(get("purchase-orders"))[0]["expected_date"] == "2024-05-20"


def test_the_limit_is_echoed_as_a_number(account: Account, get: Get) -> None:
    account.quirks = Quirks(limit_as_number=True)
    assert get("purchase-orders", limit=2).json()["meta"]["limit"] == 2


def test_the_count_is_left_out(account: Account, get: Get) -> None:
    account.quirks = Quirks(no_count=True)
    assert list(get("purchase-orders").json()["meta"]) == [
        "name",
        "display_name",
        "total",
        "limit",
        "page",
        "start",
        "end",
    ]


def put_stamped(account: Account, names: str) -> None:
    for place, name in enumerate(names):
        account.put({"id": name, "status": "open", "last_modified": f"2024-05-0{9 - place}T00:00:00+00:00"})


def test_the_last_modified_filter_is_ignored_and_others_hold(account: Account, get: Get) -> None:
    put_stamped(account, "abc")
    account.put({"id": "d", "status": "closed"})
    account.quirks = Quirks(ignore_modified_filter=True)
    asked = {"last_modified_gte": "2024-05-09", "status": "open", "last_modified_sort": "asc"}
    assert ids(get("purchase-orders", **asked)) == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("quirks", "found"),
    [
        (Quirks(ignore_sort=True), ["a", "b", "c", "d", "e", "f"]),
        (Quirks(ignore_sort=True, default_order="newest first"), ["f", "e", "d", "c", "b", "a"]),
        (Quirks(ignore_sort=True, default_order="scattered"), ["c", "b", "f", "d", "a", "e"]),
        (Quirks(default_order="scattered"), ["f", "e", "d", "c", "b", "a"]),
    ],
    ids=["oldest first", "newest first", "scattered", "a sort overrules the default order"],
)
def test_the_sort_is_ignored(account: Account, get: Get, quirks: Quirks, found: list[str]) -> None:
    put_stamped(account, "abcdef")
    account.quirks = quirks
    assert ids(get("purchase-orders", last_modified_sort="asc")) == found


@pytest.mark.parametrize(
    ("quirks", "pages"),
    [
        pytest.param(Quirks(page_cap=2), ["ab", "cd", "ef", "g"], id="capped"),
        pytest.param(Quirks(short_pages=True), ["ab", "cdef", "g", ""], id="short in the middle"),
    ],
)
def test_a_page_holds_fewer_rows_than_asked_and_none_is_lost(
    account: Account, get: Get, quirks: Quirks, pages: list[str]
) -> None:
    put_stamped(account, "abcdefg")
    account.quirks = quirks
    answers = [get("purchase-orders", limit=4, page=page) for page in range(4)]
    assert ["".join(ids(answer)) for answer in answers] == pages
    assert {answer.json()["meta"]["total"] for answer in answers} == {7}


def test_a_page_past_the_end_is_not_found(account: Account, get: Get) -> None:
    account.quirks = Quirks(past_the_end="not found")
    assert get("purchase-orders").status_code == 200
    answer = get("purchase-orders", page=1)
    assert answer.status_code == 404
    assert answer.json() == {"result": {"status": "error", "message": "Failed to find page 1"}}


def test_a_page_past_the_end_is_the_last_page_again(account: Account, get: Get) -> None:
    put_stamped(account, "abc")
    account.quirks = Quirks(past_the_end="last page")
    answer = get("purchase-orders", limit=2, page=7)
    assert (ids(answer), answer.json()["meta"]["page"]) == (["c"], 1)


@pytest.mark.parametrize(("quirks", "status"), [(Quirks(), 404), (Quirks(not_found_as_200=True), 200)])
def test_not_found_says_so_in_the_body(account: Account, get: Get, quirks: Quirks, status: int) -> None:
    account.quirks = quirks
    answer = get("purchase-orders/gone")
    assert answer.status_code == status
    assert answer.json() == {"result": {"status": "error", "message": "Failed to find purchase-order gone"}}


def test_a_change_is_seen_after_further_requests(account: Account, get: Get) -> None:
    account.put({"id": "a", "status": "open"})
    account.quirks = Quirks(visible_after_requests=2)
    account.edit("a", status="closed")
    get("warehouses")
    account.edit("a", status="cancelled")
    account.delete("a")
    seen = [[row["status"] for row in rows(get("purchase-orders"))] for _ in range(3)]
    assert seen == [["open"], ["closed"], []]


def test_a_change_is_seen_from_an_instant_on(account: Account, get: Get) -> None:
    now = account.now()
    account.quirks = Quirks(visible_from=now + timedelta(seconds=10))
    account.put({"id": "a"})
    assert ids(get("purchase-orders")) == []
    account.now = lambda: now + timedelta(seconds=10)
    assert ids(get("purchase-orders")) == ["a"]


def test_changes_held_back_are_seen_once_the_quirk_is_off(account: Account, get: Get) -> None:
    account.quirks = Quirks(visible_after_requests=100)
    account.put({"id": "a"})
    assert ids(get("purchase-orders")) == []
    account.quirks = Quirks()
    assert ids(get("purchase-orders")) == ["a"]

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from inventory_planner_emulator import Account

Get = Callable[..., httpx.Response]


def order(name: str, moment: str | None = None, **more: Any) -> dict[str, Any]:
    stamp = {} if moment is None else {"last_modified": moment}
    return {"id": name, **stamp, **more}


def ids(answer: httpx.Response) -> list[str]:
    return [row["id"] for row in answer.json()["purchase-orders"]]


def test_a_page_has_the_envelope_of_the_documents(account: Account, get: Get) -> None:
    rows = [order("a", status="open", items=[{"id": "c9_1"}]), order("b"), order("c")]
    for row in rows:
        account.put(row)
    assert get("purchase-orders", limit=2, page=0).json() == {
        "meta": {
            "name": "purchase-orders",
            "display_name": "purchase orders",
            "total": 3,
            "count": 2,
            "limit": "2",
            "page": 0,
            "start": 0,
            "end": 1,
        },
        "purchase-orders": rows[:2],
    }


def test_a_page_past_the_end_is_empty_and_keeps_the_total(account: Account, get: Get) -> None:
    account.put(order("a"))
    answer = get("purchase-orders", limit=2, page=9)
    assert answer.status_code == 200
    assert answer.json() == {
        "meta": {
            "name": "purchase-orders",
            "display_name": "purchase orders",
            "total": 1,
            "count": 0,
            "limit": "2",
            "page": 9,
            "start": 18,
            "end": 17,
        },
        "purchase-orders": [],
    }


def test_a_page_that_no_account_reaches_is_empty(account: Account, get: Get) -> None:
    account.put(order("a"))
    assert get("purchase-orders", limit=1000, page="9" * 30).json()["purchase-orders"] == []


@pytest.mark.parametrize("operator", ["gt", "lte"])
def test_the_last_instant_there_is_can_be_asked_for(account: Account, get: Get, operator: str) -> None:
    account.put(order("a", "2024-05-03T09:41:07+00:00"))
    params = {f"last_modified_{operator}": "9999-12-31T23:59:59.999999Z", "last_modified_sort": "asc"}
    assert ids(get("purchase-orders", **params)) == (["a"] if operator == "lte" else [])


def test_the_limit_is_100_when_none_is_sent_and_1000_at_most(account: Account, get: Get) -> None:
    for number in range(1001):
        account.put(order(f"{number:04d}"))
    assert len(ids(get("purchase-orders"))) == 100
    assert len(ids(get("purchase-orders", limit=5000))) == 1000


def test_numbers_are_served_with_their_very_digits(account: Account, get: Get) -> None:
    account.put(order("a", total=Decimal("19.10"), noise=Decimal("-0.050000000000017364")))
    body = get("purchase-orders", fields="total,noise").text
    assert body.endswith('"purchase-orders":[{"total":19.10,"noise":-0.050000000000017364}]}')


def test_pages_follow_each_other_in_the_order_of_entry(account: Account, get: Get) -> None:
    for name in "dbca":
        account.put(order(name))
    account.put(order("b", status="closed"))
    assert [ids(get("purchase-orders", limit=3, page=page)) for page in (0, 1)] == [["d", "b", "c"], ["a"]]


def test_fields_are_an_allow_list(account: Account, get: Get) -> None:
    account.put(order("a", status="open", total=1, items=[]))
    rows = [get("purchase-orders", fields=fields).json()["purchase-orders"] for fields in ("status,nonsense", "items")]
    assert rows == [[{"status": "open"}], [{"items": []}]]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        pytest.param({"status": "open"}, ["a", "d"], id="one filter"),
        pytest.param({"status": "open", "total_gt": "5"}, ["d"], id="two filters must both hold"),
        pytest.param({"nonsense": "x"}, ["a", "b", "c", "d"], id="an unknown field is no filter"),
        pytest.param({"status_sort": "asc"}, ["b", "c", "a", "d"], id="a sort, its ties by id"),
        pytest.param({"status_sort": "desc"}, ["d", "a", "c", "b"], id="a sort backwards, its ties too"),
        pytest.param({"status_sort": "asc", "total_sort": "desc"}, ["c", "b", "d", "a"], id="two sorts"),
        pytest.param({"total_sort": "asc"}, ["a", "b", "d", "c"], id="numbers in the order of numbers"),
        pytest.param({"removed": "true"}, ["a", "b", "c", "d", "e"], id="removed orders on demand"),
        pytest.param({"expected_date_sort": "asc"}, ["b", "d", "c", "a"], id="what is not set comes first"),
    ],
)
def test_a_list_is_filtered_and_sorted(account: Account, get: Get, params: dict[str, str], found: list[str]) -> None:
    account.put(order("a", status="open", total=1, expected_date="2024-05-20"))
    account.put(order("b", status="closed", total=9, expected_date=""))
    account.put(order("c", status="closed", total=Decimal("10.5"), expected_date="2024-05-03"))
    account.put(order("d", status="open", total=10))
    account.put(order("e", status="open", total=11, removed=True))
    assert ids(get("purchase-orders", **params)) == found


@pytest.mark.parametrize(
    ("params", "found"),
    [
        pytest.param({"last_modified_sort": "asc"}, ["none", "a", "b", "c", "d"], id="oldest first, ties by id"),
        pytest.param({"last_modified_sort": "desc"}, ["d", "c", "b", "a", "none"], id="newest first"),
        pytest.param({"last_modified_gte": "2024-05-02T12:00:00Z"}, ["b", "c", "d"], id="gte includes the instant"),
        pytest.param({"last_modified_gt": "2024-05-02T12:00:00Z"}, ["d"], id="gt excludes the instant"),
        pytest.param({"last_modified_lte": "2024-05-02T14:00:00+02:00"}, ["a", "b", "c"], id="lte, another offset"),
        pytest.param({"last_modified_lt": "2024-05-02T12:00:00Z"}, ["a"], id="lt leaves out what has no instant"),
        pytest.param({"last_modified_gte": "2024-05-02", "last_modified_lt": "2024-05-03"}, ["b", "c"], id="a day"),
        pytest.param({"last_modified_gt": "2030-01-01"}, [], id="nothing is newer"),
    ],
)
@pytest.mark.parametrize("indexed", [pytest.param(True, id="by the index"), pytest.param(False, id="by a scan")])
def test_changes_are_found_by_instant(
    account: Account, get: Get, params: dict[str, str], found: list[str], indexed: bool
) -> None:
    account.put(order("d", "2024-05-03T00:00:00-01:00"))
    account.put(order("c", "2024-05-02T08:00:00-04:00"))
    account.put(order("none"))
    account.put(order("b", "2024-05-02T12:00:00+00:00"))
    account.put(order("a", "2024-05-01T12:00:00+00:00"))
    every = {} if indexed else {"id_ne": "no such order"}  # a filter that the index does not know
    assert ids(get("purchase-orders", **{"last_modified_sort": "asc", **params, **every})) == found


def test_an_edited_order_moves_to_the_end_of_the_changes(account: Account, get: Get) -> None:
    for name, moment in (("a", "2024-05-01T12:00:00Z"), ("b", "2024-05-02T12:00:00Z")):
        account.put(order(name, moment))
    account.edit("a", status="closed")
    assert get("purchase-orders", last_modified_sort="asc").json()["purchase-orders"] == [
        order("b", "2024-05-02T12:00:00Z"),
        order("a", "2026-01-05T12:00:00+00:00", status="closed", updated_at="2026-01-05T12:00:00+00:00"),
    ]
    account.delete("b")
    assert ids(get("purchase-orders", last_modified_sort="asc")) == ["a"]


def test_a_removed_order_leaves_the_changes(account: Account, get: Get) -> None:
    account.put(order("a", "2024-05-01T12:00:00Z"))
    account.put(order("a", "2024-05-01T12:00:00Z", removed=True))
    assert ids(get("purchase-orders", last_modified_sort="asc")) == []
    assert ids(get("purchase-orders", last_modified_sort="asc", removed="true")) == ["a"]

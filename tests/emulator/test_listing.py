from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from emulator_client import EmulatorClient
from inventory_planner_emulator import Account

ORDERS = "purchase-orders"


def order(order_id: str, last_modified: str | None = None, **fields: Any) -> dict[str, Any]:
    stamp = {} if last_modified is None else {"last_modified": last_modified}
    return {"id": order_id, **stamp, **fields}


def meta(**fields: Any) -> dict[str, Any]:
    return {"name": "purchase-orders", "display_name": "purchase orders", "limit": "2", **fields}


def test_a_page_has_the_documented_meta(account: Account, client: EmulatorClient) -> None:
    rows = [order("a", status="open", items=[{"id": "c9_1"}]), order("b"), order("c")]
    for row in rows:
        account.put(row)
    assert client.read(ORDERS, limit=2, page=0).json() == {
        "meta": meta(total=3, count=2, page=0, start=0, end=1),
        "purchase-orders": rows[:2],
    }


def test_a_page_past_the_end_is_empty_and_keeps_the_total(account: Account, client: EmulatorClient) -> None:
    account.put(order("a"))
    response = client.read(ORDERS, limit=2, page=9)
    assert response.status_code == 200
    assert response.json() == {"meta": meta(total=1, count=0, page=9, start=18, end=17), "purchase-orders": []}


def test_a_very_large_page_number_is_accepted(account: Account, client: EmulatorClient) -> None:
    account.put(order("a"))
    assert client.read_order_ids(limit=1000, page="9" * 30) == []


@pytest.mark.parametrize(("operator", "found"), [("gt", []), ("lte", ["a"])])
def test_the_latest_possible_timestamp_is_accepted(
    account: Account, client: EmulatorClient, operator: str, found: list[str]
) -> None:
    account.put(order("a", "2024-05-03T09:41:07+00:00"))
    params = {f"last_modified_{operator}": "9999-12-31T23:59:59.999999Z", "last_modified_sort": "asc"}
    assert client.read_order_ids(**params) == found


def test_the_limit_is_100_by_default_and_1000_at_most(account: Account, client: EmulatorClient) -> None:
    for number in range(1001):
        account.put(order(f"{number:04d}"))
    assert len(client.read_order_ids()) == 100
    assert len(client.read_order_ids(limit=5000)) == 1000


def test_numbers_are_served_with_every_digit(account: Account, client: EmulatorClient) -> None:
    account.put(order("a", total=Decimal("19.10"), noise=Decimal("-0.050000000000017364")))
    body = client.read(ORDERS, fields="total,noise").text
    assert body.endswith('"purchase-orders":[{"total":19.10,"noise":-0.050000000000017364}]}')


def test_without_a_sort_orders_come_in_the_order_of_entry(account: Account, client: EmulatorClient) -> None:
    for order_id in "dbca":
        account.put(order(order_id))
    account.put(order("b", status="closed"))
    assert [client.read_order_ids(limit=3, page=page) for page in (0, 1)] == [["d", "b", "c"], ["a"]]


@pytest.mark.parametrize(("fields", "row"), [("status,nonsense", {"status": "open"}), ("items", {"items": []})])
def test_fields_select_the_fields_to_return(
    account: Account, client: EmulatorClient, fields: str, row: dict[str, Any]
) -> None:
    account.put(order("a", status="open", total=1, items=[]))
    assert client.read_rows(ORDERS, fields=fields) == [row]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        pytest.param({"status": "open"}, ["a", "d"], id="one filter"),
        pytest.param({"status": "open", "total_gt": "5"}, ["d"], id="two filters are combined with and"),
        pytest.param({"nonsense": "x"}, ["a", "b", "c", "d"], id="an unknown field is not a filter"),
        pytest.param({"status_sort": "asc"}, ["b", "c", "a", "d"], id="ascending, ties by id"),
        pytest.param({"status_sort": "desc"}, ["d", "a", "c", "b"], id="descending, ties too"),
        pytest.param({"status_sort": "asc", "total_sort": "desc"}, ["c", "b", "d", "a"], id="two sorts"),
        pytest.param({"total_sort": "asc"}, ["a", "b", "d", "c"], id="numbers sort as numbers"),
        pytest.param({"removed": "true"}, ["a", "b", "c", "d", "e"], id="removed orders on request"),
        pytest.param({"expected_date_sort": "asc"}, ["b", "d", "c", "a"], id="unset values come first"),
    ],
)
def test_a_list_is_filtered_and_sorted(
    account: Account, client: EmulatorClient, params: dict[str, str], found: list[str]
) -> None:
    account.put(order("a", status="open", total=1, expected_date="2024-05-20"))
    account.put(order("b", status="closed", total=9, expected_date=""))
    account.put(order("c", status="closed", total=Decimal("10.5"), expected_date="2024-05-03"))
    account.put(order("d", status="open", total=10))
    account.put(order("e", status="open", total=11, removed=True))
    assert client.read_order_ids(**params) == found


@pytest.mark.parametrize(
    ("params", "found"),
    [
        pytest.param({"last_modified_sort": "asc"}, ["none", "a", "b", "c", "d"], id="oldest first, ties by id"),
        pytest.param({"last_modified_sort": "desc"}, ["d", "c", "b", "a", "none"], id="newest first"),
        pytest.param({"last_modified_gte": "2024-05-02T12:00:00Z"}, ["b", "c", "d"], id="gte includes its bound"),
        pytest.param({"last_modified_gt": "2024-05-02T12:00:00Z"}, ["d"], id="gt excludes its bound"),
        pytest.param({"last_modified_lte": "2024-05-02T14:00:00+02:00"}, ["a", "b", "c"], id="lte, another offset"),
        pytest.param({"last_modified_lt": "2024-05-02T12:00:00Z"}, ["a"], id="lt excludes orders without a timestamp"),
        pytest.param({"last_modified_gte": "2024-05-02", "last_modified_lt": "2024-05-03"}, ["b", "c"], id="a day"),
        pytest.param({"last_modified_gt": "2030-01-01"}, [], id="nothing is newer"),
    ],
)
@pytest.mark.parametrize("uses_index", [pytest.param(True, id="index"), pytest.param(False, id="scan")])
def test_changes_are_found_by_time(
    account: Account, client: EmulatorClient, params: dict[str, str], found: list[str], uses_index: bool
) -> None:
    account.put(order("d", "2024-05-03T00:00:00-01:00"))
    account.put(order("c", "2024-05-02T08:00:00-04:00"))
    account.put(order("none"))
    account.put(order("b", "2024-05-02T12:00:00+00:00"))
    account.put(order("a", "2024-05-01T12:00:00+00:00"))
    other = {} if uses_index else {"id_ne": "no such order"}  # a filter that the index doesn't support
    assert client.read_order_ids(**{"last_modified_sort": "asc", **params, **other}) == found


def test_an_edited_order_becomes_the_latest_change(account: Account, client: EmulatorClient) -> None:
    account.put(order("a", "2024-05-01T12:00:00Z"))
    account.put(order("b", "2024-05-02T12:00:00Z"))
    account.edit("a", status="closed")
    assert client.read_rows(ORDERS, last_modified_sort="asc") == [
        order("b", "2024-05-02T12:00:00Z"),
        order("a", "2026-01-05T12:00:00+00:00", status="closed", updated_at="2026-01-05T12:00:00+00:00"),
    ]
    account.delete("b")
    assert client.read_order_ids(last_modified_sort="asc") == ["a"]


def test_a_removed_order_is_not_listed_as_a_change(account: Account, client: EmulatorClient) -> None:
    account.put(order("a", "2024-05-01T12:00:00Z"))
    account.put(order("a", "2024-05-01T12:00:00Z", removed=True))
    assert client.read_order_ids(last_modified_sort="asc") == []
    assert client.read_order_ids(last_modified_sort="asc", removed="true") == ["a"]

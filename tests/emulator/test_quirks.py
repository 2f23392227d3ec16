from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from emulator_client import EmulatorClient, error
from inventory_planner_emulator import Account, Quirks

ORDERS = "purchase-orders"
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
OMITTED: Any = object()


def line(**changes: Any) -> dict[str, Any]:
    """The line of ORDER as JSON, with changed or omitted fields."""
    fields = {**ORDER["items"][0], "cost_price_list": {"EUR": 4.25}, **changes}
    return {name: value for name, value in fields.items() if value is not OMITTED}


def order(**changes: Any) -> dict[str, Any]:
    """ORDER as JSON, with changed or omitted fields."""
    fields = {**ORDER, "items": [line()], **changes}
    return {name: value for name, value in fields.items() if value is not OMITTED}


WITHOUT_UNSET = order(
    **dict.fromkeys(("payment_date", "notes", "min_budget", "tax_info", "connections"), OMITTED),
    items=[line(received=OMITTED, edited=OMITTED)],
)
LINE_NUMBERS = ("received", "landing_cost_price", "tax", "discount", "cbm", "vendor_packaging", "uom_ordering")
ORDER_NUMBERS = ("min_budget", "min_quantity", "shipping_handling", "shipping_handling_tax", "default_discount")
WITH_EMPTY_TEXTS = order(**dict.fromkeys(ORDER_NUMBERS, ""), items=[line(**dict.fromkeys(LINE_NUMBERS, ""))])


@pytest.mark.parametrize(
    ("quirks", "expected"),
    [
        (Quirks(), order()),
        (Quirks(status_case="upper"), order(status="PARTIALLY RECEIVED")),
        (Quirks(status_case="lower"), order(status="partially received")),
        (Quirks(numeric_item_ids=True), order(items=[line(id=5001)])),
        (Quirks(drop_unset=True), WITHOUT_UNSET),
        (Quirks(empty_text_numbers=True), WITH_EMPTY_TEXTS),
        (Quirks(empty_maps_as_lists=True), order(tax_info=[], items=[line(edited=[])])),
        (Quirks(objects_as_lists=True), order(tax_info=[], items=[line(cost_price_list=[4.25], edited=[])])),
        (Quirks(lists_as_objects=True), order(items={"0": line()})),
    ],
    ids=[
        *("none", "status_case=upper", "status_case=lower", "numeric_item_ids", "drop_unset"),
        *("empty_text_numbers", "empty_maps_as_lists", "objects_as_lists", "lists_as_objects"),
    ],
)
def test_a_quirk_changes_the_shape_of_orders(
    account: Account, client: EmulatorClient, quirks: Quirks, expected: dict[str, Any]
) -> None:
    account.put(ORDER)
    account.quirks = quirks
    assert client.read_rows(ORDERS) == [expected]
    assert client.read("purchase-orders/a").json() == {"purchase-order": expected}
    assert client.read("purchase-orders/a/items").json() == {"items": expected["items"]}
    assert account.get("a") == ORDER


def test_filters_see_the_status_as_it_is_served(account: Account, client: EmulatorClient) -> None:
    account.put({"id": "a", "status": "Open"})
    account.quirks = Quirks(status_case="lower")
    assert client.read_order_ids(status="open") == ["a"]
    assert client.read_order_ids(status="Open") == []


def test_mixed_offsets_denote_the_same_instant(account: Account, client: EmulatorClient) -> None:
    for number in range(8):
        account.put({**ORDER, "id": str(number)})
    account.quirks = Quirks(mixed_offsets=True)
    rows = client.read_rows(ORDERS)
    texts = [row[field] for row in rows for field in ("last_modified", "updated_at")]
    assert {datetime.fromisoformat(text) for text in texts} == {datetime(2024, 5, 3, 9, 41, 7, tzinfo=UTC)}
    assert {text[-6:] for text in texts} == {"+00:00", "-04:00", "+05:30", "+02:00"}
    assert rows[0]["expected_date"] == "2024-05-20"


def test_the_limit_can_be_returned_as_a_number(account: Account, client: EmulatorClient) -> None:
    account.quirks = Quirks(limit_as_number=True)
    assert client.read(ORDERS, limit=2).json()["meta"]["limit"] == 2


def test_the_count_can_be_missing(account: Account, client: EmulatorClient) -> None:
    account.quirks = Quirks(no_count=True)
    names = ["name", "display_name", "total", "limit", "page", "start", "end"]
    assert list(client.read(ORDERS).json()["meta"]) == names


def put_stamped(account: Account, order_ids: str) -> None:
    """Add orders, each one modified a day before the one before it."""
    for position, order_id in enumerate(order_ids):
        account.put({"id": order_id, "status": "open", "last_modified": f"2024-05-0{9 - position}T00:00:00+00:00"})


def test_the_last_modified_filter_can_be_ignored(account: Account, client: EmulatorClient) -> None:
    put_stamped(account, "abc")
    account.put({"id": "d", "status": "closed"})
    account.quirks = Quirks(ignore_modified_filter=True)
    params = {"last_modified_gte": "2024-05-09", "status": "open", "last_modified_sort": "asc"}
    assert client.read_order_ids(**params) == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("quirks", "found"),
    [
        (Quirks(ignore_sort=True), ["a", "b", "c", "d", "e", "f"]),
        (Quirks(ignore_sort=True, default_order="newest first"), ["f", "e", "d", "c", "b", "a"]),
        (Quirks(ignore_sort=True, default_order="scattered"), ["c", "b", "f", "d", "a", "e"]),
        (Quirks(default_order="scattered"), ["f", "e", "d", "c", "b", "a"]),
    ],
    ids=["oldest first", "newest first", "scattered", "sort takes precedence over the default order"],
)
def test_sorts_can_be_ignored(account: Account, client: EmulatorClient, quirks: Quirks, found: list[str]) -> None:
    put_stamped(account, "abcdef")
    account.quirks = quirks
    assert client.read_order_ids(last_modified_sort="asc") == found


@pytest.mark.parametrize(
    ("quirks", "pages"),
    [
        pytest.param(Quirks(page_cap=2), ["ab", "cd", "ef", "g"], id="capped"),
        pytest.param(Quirks(short_pages=True), ["ab", "cdef", "g", ""], id="every other page short"),
    ],
)
def test_pages_can_be_shorter_than_the_limit_without_losing_rows(
    account: Account, client: EmulatorClient, quirks: Quirks, pages: list[str]
) -> None:
    put_stamped(account, "abcdefg")
    account.quirks = quirks
    bodies = [client.read(ORDERS, limit=4, page=page).json() for page in range(4)]
    assert ["".join(row["id"] for row in body[ORDERS]) for body in bodies] == pages
    assert {body["meta"]["total"] for body in bodies} == {7}


def test_a_page_past_the_end_can_be_not_found(account: Account, client: EmulatorClient) -> None:
    account.quirks = Quirks(past_the_end="not found")
    assert client.read(ORDERS).status_code == 200
    response = client.read(ORDERS, page=1)
    assert (response.status_code, response.json()) == (404, error("Failed to find page 1"))


def test_a_page_past_the_end_can_be_the_last_page_again(account: Account, client: EmulatorClient) -> None:
    put_stamped(account, "abc")
    account.quirks = Quirks(past_the_end="last page")
    body = client.read(ORDERS, limit=2, page=7).json()
    assert ([row["id"] for row in body[ORDERS]], body["meta"]["page"]) == (["c"], 1)


@pytest.mark.parametrize(("quirks", "status"), [(Quirks(), 404), (Quirks(not_found_as_200=True), 200)])
def test_not_found_is_reported_in_the_body(
    account: Account, client: EmulatorClient, quirks: Quirks, status: int
) -> None:
    account.quirks = quirks
    response = client.read("purchase-orders/missing")
    assert (response.status_code, response.json()) == (status, error("Failed to find purchase-order missing"))


def test_a_change_can_become_visible_after_further_requests(account: Account, client: EmulatorClient) -> None:
    account.put({"id": "a", "status": "open"})
    account.quirks = Quirks(visible_after_requests=2)
    account.edit("a", status="closed")
    client.read("warehouses")
    account.edit("a", status="cancelled")
    account.delete("a")
    seen = [[row["status"] for row in client.read_rows(ORDERS)] for _ in range(3)]
    assert seen == [["open"], ["closed"], []]


def test_a_change_can_become_visible_at_a_given_time(account: Account, client: EmulatorClient) -> None:
    now = account.now()
    account.quirks = Quirks(visible_from=now + timedelta(seconds=10))
    account.put({"id": "a"})
    assert client.read_order_ids() == []
    account.now = lambda: now + timedelta(seconds=10)
    assert client.read_order_ids() == ["a"]


def test_pending_changes_become_visible_when_the_quirk_is_turned_off(account: Account, client: EmulatorClient) -> None:
    account.quirks = Quirks(visible_after_requests=100)
    account.put({"id": "a"})
    assert client.read_order_ids() == []
    account.quirks = Quirks()
    assert client.read_order_ids() == ["a"]

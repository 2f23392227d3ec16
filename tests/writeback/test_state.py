from __future__ import annotations

from decimal import Decimal

import pytest

from inventory_planner.api.client import Client
from inventory_planner.errors import ChangeError
from inventory_planner.writeback.change import Action
from inventory_planner.writeback.state import (
    all_orders,
    connection_state,
    field_value,
    first_lines,
    orders_with_reference,
    pending_deltas,
    read_order,
    read_situation,
)
from inventory_planner_emulator import Account, Quirks
from orders import line, order, put_orders, record_of


def test_all_orders_are_read_by_id_or_the_newest_first(account: Account, client: Client) -> None:
    put_orders(account, 5)
    account.quirks = Quirks(page_cap=2, default_order="scattered")
    ids = [f"order-{number:02}" for number in range(5)]
    assert [each.order_id for each in all_orders(client)] == ids
    assert [each.order_id for each in all_orders(client, id_sort="desc")] == ids[::-1]


def test_an_order_that_can_t_be_read_is_left_out_of_the_list(account: Account, client: Client) -> None:
    account.put(order("a"))
    account.put(order("b", items=[line(replenishment="some")]))
    assert [each.order_id for each in all_orders(client)] == ["a"]
    with pytest.raises(ChangeError, match=r"Order b can't be read \(.*\), so it can't be changed from here\."):
        read_order(client, "b")


def test_orders_with_a_reference_are_found_although_the_api_ignores_the_filter(
    client: Client, account: Account
) -> None:
    account.put(order("a", reference="X1 b"))
    account.put(order("b", reference="x1"))
    account.put(order("c", reference="X1"))
    assert [each.order_id for each in orders_with_reference(client, "X1")] == ["c"]


def test_a_field_is_found_by_its_name_in_the_api() -> None:
    found = record_of(order(custom_fields={"price": Decimal("1.10")}, addMySKUs=True)).order
    assert [field_value(found, name) for name in ("custom_fields", "addMySKUs", "status", "unheard of")] == [
        {"price": Decimal("1.10")},
        True,
        "open",
        None,
    ]
    bare = order()
    del bare["custom_fields"]
    assert field_value(record_of(bare).order, "custom_fields") is None


def test_the_first_line_of_a_variant_counts() -> None:
    items = [line("v", received=1), line("w"), line("v", received=2)]
    lines = first_lines(record_of(order(items=items)).order)
    assert {name: each.received for name, each in lines.items()} == {"v": 1, "w": None}


@pytest.mark.parametrize(
    ("connection", "expected"),
    [
        ({"save_po": True, "status": "success"}, {"save_po": True, "status": "success"}),
        ({"save_po": True, "status": "queued"}, {"save_po": True, "status": "queued"}),
        ({"save_po": True, "status": "Error"}, {"save_po": False, "status": "Error"}),
        ({"save_po": False}, {"save_po": False, "status": None}),
        ({"connection": "other"}, {"save_po": False, "status": None}),
    ],
)
def test_an_order_is_saved_to_a_connection_unless_that_failed(
    connection: dict[str, object], expected: dict[str, object]
) -> None:
    found = record_of(order(connections=[{"connection": "shop", **connection}])).order
    assert connection_state(found, "shop") == expected


def test_what_can_be_pushed_is_read_for_a_push_only(account: Account, client: Client) -> None:
    account.put(order("a"))
    pushing = read_situation(client, Action.PUSH_STOCK, "a", "destination")
    assert pending_deltas(pushing) == {"c9_5001": 12}
    assert pending_deltas(read_situation(client, Action.UPDATE, "a")) == {}
    assert read_situation(client, Action.CREATE, None, "", "1042").same_reference == ("a",)

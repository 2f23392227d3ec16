from __future__ import annotations

import pytest

from inventory_planner.api.client import Client
from inventory_planner.api.decoding import Record
from inventory_planner.errors import ChangeError
from inventory_planner.writeback.lookup import MAX_SINGLE_READS, find_order, find_orders
from inventory_planner_emulator import Account, Quirks
from orders import ORDER_ID, order

OTHER_ID = "65f0c0de00000000000000b2"


@pytest.fixture(autouse=True)
def _orders(account: Account) -> None:
    account.put(order())
    account.put(order(OTHER_ID, reference="7"))
    account.put(order("c", reference="twice"))
    account.put(order("d", reference="twice"))
    account.put(order("e", reference="unreadable", items=[{"id": "v", "replenishment": "some"}]))


def refusal(client: Client, name: str) -> str:
    with pytest.raises(ChangeError) as raised:
        find_order(client, name)
    return str(raised.value)


@pytest.mark.parametrize("quirks", [Quirks(), Quirks(default_order="newest first", page_cap=2)])
@pytest.mark.parametrize(("name", "order_id"), [(ORDER_ID, ORDER_ID), ("1042", ORDER_ID), ("7", OTHER_ID), ("c", "c")])
def test_an_order_has_an_id_and_a_reference(
    account: Account, client: Client, quirks: Quirks, name: str, order_id: str
) -> None:
    account.quirks = quirks
    assert find_order(client, name).order_id == order_id


def test_a_reference_that_looks_like_an_id_is_found(account: Account, client: Client) -> None:
    account.put(order("f", reference="65f0c0de00000000000000ff"))
    assert find_order(client, "65f0c0de00000000000000ff").order_id == "f"


def test_what_no_order_or_several_orders_have_is_refused(client: Client) -> None:
    assert refusal(client, "twice") == "2 orders have the reference twice. Use an id instead: c, d."
    assert refusal(client, "nowhere") == "The account has no order with the id or reference nowhere."
    assert refusal(client, OTHER_ID[:-1] + "9") == (
        f"The account has no order with the id or reference {OTHER_ID[:-1]}9."
    )


def test_an_order_that_can_t_be_read_can_t_be_changed(client: Client) -> None:
    assert refusal(client, "e").startswith("Order e can't be read (")
    assert refusal(client, "e").endswith("), so it can't be changed from here.")


@pytest.mark.parametrize("others", [0, MAX_SINGLE_READS])
def test_many_names_are_found_as_one_is(account: Account, client: Client, others: int) -> None:
    for number in range(others):
        account.put(order(f"o{number}", reference=f"r{number}"))
    account.requests.clear()
    names = ["1042", OTHER_ID, "twice", "nowhere", "1042", *(f"r{number}" for number in range(others))]
    found = find_orders(client, names)
    shown = {name: each.order_id if isinstance(each, Record) else str(each) for name, each in found.items()}
    assert shown == {
        "1042": ORDER_ID,
        OTHER_ID: OTHER_ID,
        "twice": "2 orders have the reference twice. Use an id instead: c, d.",
        "nowhere": "The account has no order with the id or reference nowhere.",
        **{f"r{number}": f"o{number}" for number in range(others)},
    }
    assert len(account.requests) == (1 if others else 5)

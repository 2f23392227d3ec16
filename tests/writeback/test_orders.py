from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from inventory_planner.errors import ChangeError
from inventory_planner.writeback.change import Action, Change, Intention, Situation
from inventory_planner.writeback.orders import (
    Receiving,
    plan_connection,
    plan_creation,
    plan_push,
    plan_receipt,
    plan_update,
    variant_of,
)
from orders import ORDER_ID, line, order, record_of

NEW = {"reference": "1", "warehouse": "w", "items": [{"id": "v", "replenishment": 3}]}
OVER = "received in all would be more than the 30 ordered. If that is right, use --allow-over."
TWICE = [line("v", replenishment=5), line("w", replenishment=5), line("v", replenishment=3)]


def plan(intention: Intention, *done: str, **fields: Any) -> Change:
    return intention.plan(Situation(record_of(order(**fields))), frozenset(done))


def refusal(planned: Callable[[], object]) -> str:
    with pytest.raises(ChangeError) as raised:
        planned()
    return str(raised.value)


def received_of(receiving: Receiving | None = None, rows: tuple[int, ...] = (), **quantities: Any) -> Intention:
    totals = {name: Decimal(str(value)) for name, value in quantities.items()}
    return plan_receipt(ORDER_ID, totals, receiving or Receiving(), rows)


def test_a_new_order_is_sent_as_it_is() -> None:
    intention = plan_creation({**NEW, "expected_date": "20260201"})
    body = {**NEW, "expected_date": "2026-02-01"}
    assert intention.plan(Situation(), frozenset()) == Change(
        Action.CREATE, None, "1", {"same_reference": []}, body, body
    )


def test_a_reference_that_is_taken_is_refused_unless_a_second_order_is_wanted() -> None:
    taken = Situation(same_reference=("a",))
    assert refusal(lambda: plan_creation(NEW).plan(taken, frozenset())) == (
        "An order with the reference 1 already exists (id a). Choose another reference, or use --again if you want a"
        " second one."
    )
    second = plan_creation(NEW, is_reference_free=False).plan(taken, frozenset())
    assert second.before == {"same_reference": ["a"]}


def test_a_new_order_can_have_a_status_of_the_account() -> None:
    assert plan_creation({**NEW, "status": "At Sea"}, ["at sea"]).reference == "1"
    assert refusal(lambda: plan_creation({**NEW, "status": "At Sea"})).startswith("'At Sea' is no known status")


def test_an_update_sends_what_differs() -> None:
    wanted = {
        "status": "OPEN",
        "expected_date": "2026-02-01",
        "notes": "",
        "discount_enabled": "no",
        "custom_fields": {"buyer": "Ann"},
        "payment_date": None,
    }
    before = {"expected_date": "2026-01-20", "custom_fields": {"buyer": "Bob"}}
    after = {"expected_date": "2026-02-01", "custom_fields": {"buyer": "Ann"}}
    change = plan(plan_update(ORDER_ID, wanted), custom_fields={"buyer": "Bob"})
    assert change == Change(Action.UPDATE, ORDER_ID, "1042", before, after, after)
    assert plan(plan_update(ORDER_ID, wanted), custom_fields={"buyer": "Ann"}, expected_date="2026-02-01").is_unchanged


def test_a_field_that_was_never_set_can_be_set() -> None:
    change = plan(plan_update(ORDER_ID, {"custom_fields": {"buyer": "Ann"}, "payment_terms": "30 days"}))
    assert change.before == {"custom_fields": [], "payment_terms": None}


def test_what_is_done_already_is_not_sent_again() -> None:
    change = plan(plan_update(ORDER_ID, {"status": "closed", "notes": "x"}, recalculate=True), "notes")
    assert change.body == {"status": "closed", "skip_background_jobs": False}
    assert plan(received_of(c9_5001=20, c9_5002=3), "c9_5001").after == {"c9_5002": 3}


@pytest.mark.parametrize("make", [lambda: plan_update("a", {"notes": "x"}), lambda: received_of(c9_5001=1)])
def test_a_read_only_order_is_refused(make: Callable[[], Intention]) -> None:
    assert refusal(lambda: plan(make(), readonly=True)) == (
        "Order 1042 is read-only: change it in the system that manages it."
    )


def test_received_quantities_are_totals() -> None:
    change = plan(received_of(c9_5001=20, c9_5002=0))
    assert (change.before, change.after, change.body) == (
        {"c9_5001": 12},
        {"c9_5001": 20},
        {"received": {"c9_5001": 20}},
    )


def test_added_quantities_become_totals() -> None:
    change = plan(received_of(Receiving(is_added=True, recalculate=True), c9_5001="0.5", c9_5002=3))
    assert change.body == {
        "received": {"c9_5001": Decimal("12.5"), "c9_5002": 3},
        "skip_background_jobs": False,
    }


def test_more_than_was_ordered_needs_to_be_allowed() -> None:
    assert refusal(lambda: plan(received_of(c9_5001=30.5))) == f"Order 1042, TEE-RED-M: 30.5 {OVER}"
    added = received_of(Receiving(is_added=True), c9_5001=19)
    assert refusal(lambda: plan(added)) == f"Order 1042, TEE-RED-M: 31 {OVER}"
    assert plan(received_of(Receiving(allow_over=True), c9_5001=1234)).after == {"c9_5001": 1234}


def test_every_fault_of_an_order_is_named_by_its_row() -> None:
    intention = received_of(rows=(2, 5, 9), c9_5001=31, c9_5002=2, gone=1)
    assert refusal(lambda: plan(intention)).splitlines() == [
        f"line 2: Order 1042, TEE-RED-M: 31 {OVER}",
        "line 9: Order 1042 has no variant gone.",
    ]


def test_a_variant_on_several_lines_needs_the_first_one_to_be_named() -> None:
    problem = (
        "Order 1042 has v on several lines (1, 3), and the API can only change the first one. If you mean that one, use"
        " --line 1."
    )
    assert refusal(lambda: plan(received_of(v=2), items=TWICE)) == problem
    assert refusal(lambda: plan(received_of(Receiving(line=3), v=2), items=TWICE)) == problem
    assert plan(received_of(Receiving(line=1), v=5), items=TWICE).after == {"v": 5}
    assert plan(received_of(w=2), items=TWICE).after == {"w": 2}


def test_a_variant_has_an_id_and_an_sku() -> None:
    items = [line("1", sku="TEE"), line("2", sku="cap "), line("3", sku="2"), line("4", sku="CAP"), line("1")]
    found = record_of(order(items=items)).order
    assert [variant_of(found, name) for name in ("1", "tee", "2")] == ["1", "1", "2"]
    assert refusal(lambda: variant_of(found, "cap")) == (
        "Order 1042 has 2 variants with the SKU cap; use the variant's id."
    )
    assert refusal(lambda: variant_of(found, "hat")) == "Order 1042 has no variant hat."


def test_an_order_is_saved_to_a_connection_once() -> None:
    connections = [{"connection": "shop", "save_po": False}, {"connection": "erp", "save_po": True}]
    change = plan(plan_connection(ORDER_ID, "shop"), connections=connections)
    assert (change.target, change.before, change.body) == ("shop", {"save_po": False}, {"save_po": True})
    assert plan(plan_connection(ORDER_ID, "erp"), connections=connections).is_unchanged
    failed = [{"connection": "erp", "save_po": True, "status": "error"}]
    assert plan(plan_connection(ORDER_ID, "erp"), connections=failed).after == {"save_po": True}
    assert refusal(lambda: plan(plan_connection(ORDER_ID, "nix"), connections=connections)) == (
        "Order 1042 has no connection nix; it has erp, shop."
    )


def test_nothing_pending_pushes_nothing() -> None:
    change = plan(plan_push(ORDER_ID, from_source=True))
    assert (change.target, change.is_unchanged) == ("source", True)

"""Responses that can't be matched with what was sent: only reading tells what became of the change."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from inventory_planner.api.order_parts import get_pending_stock
from inventory_planner.sync.load import Job
from inventory_planner.writeback.apply import apply_all
from inventory_planner.writeback.change import Intention
from inventory_planner.writeback.journal import Command, Outcome
from inventory_planner.writeback.orders import Receiving, plan_creation, plan_push, plan_receipt
from inventory_planner_emulator import Account, Fault, Quirks, RecordedRequest
from orders import line, order, raw

SUCCESS = {"result": {"status": "success"}}


@pytest.fixture(autouse=True)
def _order(account: Account) -> None:
    lines = [line("c20_123", received=1), line("c20_124", received=2)]
    account.put(order("one", reference="PO-1", items=lines))


def is_write(request: RecordedRequest) -> bool:
    return request.method != "GET"


def answered(body: dict[str, Any], *, is_applied: bool) -> Fault:
    """A write that is answered with this body, whether or not it was applied."""
    fault = Fault.status(200, raw(body)).only(is_write)
    return fault.after_applying() if is_applied else fault


def apply(job: Job, intention: Intention) -> Outcome:
    """What becomes of a single change."""
    (outcome,) = apply_all(job.client, job.account, Command("test", intention.action), [intention])
    return outcome


RECEIVED = {
    "ids that were not sent": {"items": [{"id": 123, "received": 3}, {"id": 124, "received": 4}], **SUCCESS},
    "no lines": {**SUCCESS, "result": {"status": "success", "message": "2 updated, from total 2 items"}},
}


@pytest.mark.parametrize("is_applied", [True, False], ids=["applied", "not applied"])
@pytest.mark.parametrize("body", RECEIVED.values(), ids=RECEIVED)
def test_received_totals_are_read_back_after(
    body: dict[str, Any], is_applied: bool, account: Account, job: Job
) -> None:
    account.faults.append(answered(body, is_applied=is_applied))
    outcome = apply(job, plan_receipt("one", {"c20_123": Decimal(3), "c20_124": Decimal(4)}, Receiving()))
    assert (outcome.state, outcome.message) == (
        "applied",
        "Applied, as a reading of the order confirms." if is_applied else "Applied.",
    )
    assert [each["received"] for each in account.get("one")["items"]] == [3, 4]
    assert [each.applied for each in account.requests if is_write(each)] == ([True] if is_applied else [False, True])


PUSHED = {
    "ids that were not sent": {"items": [{"id": 123, "delta": 1}, {"id": 124, "delta": 2, "error": "Failed"}]},
    "only one of the items": {"items": [{"id": "c20_123", "delta": 1}]},
    "no items": SUCCESS,
}


@pytest.mark.parametrize("body", PUSHED.values(), ids=PUSHED)
def test_a_stock_push_that_was_applied_in_part_is_read_back_after(
    body: dict[str, Any], account: Account, job: Job
) -> None:
    account.quirks = Quirks(push_errors={"c20_124": "Failed"})
    account.faults.append(answered(body, is_applied=True))
    intention = plan_push("one")
    outcomes = apply_all(job.client, job.account, Command("test", intention.action), [intention])
    assert [(str(each.state), each.after, each.message) for each in outcomes] == [
        ("applied", {"c20_123": 0}, "Applied in part, as reading shows."),
        ("failed", {"c20_124": 0}, "c20_124: it is still not pushed, as reading shows."),
    ]
    assert [item.id for item in get_pending_stock(job.client, "one").items] == ["c20_124"]
    assert len([each for each in account.requests if is_write(each)]) == 1


@pytest.mark.parametrize("body", [{}, SUCCESS, {"purchase-order": {}}], ids=["nothing", "success", "no id"])
def test_a_new_order_is_searched_after_a_response_without_it(body: dict[str, Any], account: Account, job: Job) -> None:
    account.faults.append(answered(body, is_applied=True))
    fields = {"reference": "PO-2", "warehouse": "w1", "items": [{"id": "c20_123", "replenishment": 3}]}
    outcome = apply(job, plan_creation(fields))
    created = account.orders()[-1]
    assert (outcome.state, outcome.order_id, outcome.reference) == ("applied", created["id"], "PO-2")
    assert len(account.orders()) == 2


def test_a_stock_update_without_its_fields_does_not_count_as_pushed(account: Account, job: Job) -> None:
    def read_only(request: RecordedRequest) -> bool:
        return (
            request.method == "GET" and request.path.endswith("stock-update") and any(map(is_write, account.requests))
        )

    account.faults.append(Fault.no_answer().only(is_write))
    account.faults.append(Fault.status(200, b"{}").only(read_only))
    outcome = apply(job, plan_push("one"))
    assert outcome.state == "unknown"
    assert "The response holds no stock update" in outcome.message

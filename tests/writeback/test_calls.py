"""What a response says of a change: other spellings, connections that take a while, and pushes that fail in part."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from inventory_planner import orders as api
from inventory_planner.orders import Outcome
from inventory_planner.sync.load import Job
from inventory_planner.writeback import sending
from inventory_planner_emulator import Account, Fault, Quirks
from orders import ORDER_ID, line, order
from writing import is_write, logged, written

Told = tuple[str, dict[str, Any], str]


@pytest.fixture(autouse=True)
def _order(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [line("c9_1", received=6), line("c9_2", received=5)]
    account.put(order(items=items, connections=[{"connection": "shop", "save_po": False}]))
    monkeypatch.setattr(sending, "read_back", lambda _job, _order_ids: None)


def told(outcomes: list[Outcome]) -> list[Told]:
    return [(str(each.state), dict(each.after), each.message) for each in outcomes]


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "answer lost"])
@pytest.mark.parametrize("spelling", ["upper", "lower", "type"])
def test_a_status_in_another_spelling_is_recognised(
    account: Account, job: Job, spelling: Literal["upper", "lower", "type"], lost: bool
) -> None:
    account.quirks = Quirks(status_case=spelling, answered_status_case=spelling)
    account.faults.extend([Fault.no_answer().after_applying().only(is_write)] * lost)
    message = "Applied, as a reading of the order confirms." if lost else "Applied."
    assert told(api.close(job, ["1042"])) == [("applied", {"status": "CLOSED"}, message)]
    assert told(api.close(job, ["1042"])) == [("unchanged", {}, "The account already has this.")]
    assert len(written(account)) == 1


def test_a_type_that_was_shown_before_proves_nothing(account: Account, job: Job) -> None:
    account.edit(ORDER_ID, status="ordered")
    account.quirks = Quirks(status_case="type")
    account.faults.append(Fault.no_answer().only(is_write))
    assert [each.state for each in api.update(job, "1042", {"status": "PARTIALLY RECEIVED"})] == ["applied"]
    assert account.get(ORDER_ID)["status"] == "partially received"
    assert [request.applied for request in written(account)] == [False, True]


@pytest.mark.parametrize("statuses", [(), ("queued",), ("queued", "run")])
def test_a_connection_is_waited_for(account: Account, job: Job, statuses: tuple[Literal["queued", "run"], ...]) -> None:
    account.quirks = Quirks(connection_wait=statuses)
    assert told(api.connect(job, "1042", "shop")) == [("applied", {"save_po": True}, "Saved as 1042.")]


def test_a_connection_that_takes_longer_is_applied_all_the_same(account: Account, job: Job) -> None:
    account.quirks = Quirks(connection_wait=("queued",) * 20)
    message = "shop has not finished saving the order (queued)."
    assert told(api.connect(job, "1042", "shop")) == [("applied", {"save_po": True}, message)]
    assert len(written(account)) == 1


@pytest.mark.parametrize("statuses", [(), ("queued",)])
def test_a_connection_with_an_error_is_a_failure_and_can_be_tried_again(
    account: Account, job: Job, statuses: tuple[Literal["queued", "run"], ...]
) -> None:
    account.quirks = Quirks(connection_errors=frozenset({"shop"}), connection_wait=statuses)
    message = "save_po: shop could not save the order."
    assert told(api.connect(job, "1042", "shop")) == [("failed", {"save_po": True}, message)]
    account.quirks = Quirks()
    assert told(api.connect(job, "1042", "shop")) == [("applied", {"save_po": True}, "Saved as 1042.")]
    assert [row["state"] for row in logged(job.warehouse)] == ["failed", "applied"]


@pytest.mark.parametrize(
    ("quirks", "problem"),
    [
        (Quirks(), ""),
        (Quirks(connection_wait=("queued", "run")), ""),
        (
            Quirks(connection_errors=frozenset({"shop"}), connection_wait=("queued",)),
            " shop could not save it; run `orders connect {} shop` to try again.",
        ),
        (
            Quirks(connection_wait=("run",) * 20),
            " shop has not finished saving it; `orders connections {}` shows when it has.",
        ),
    ],
    ids=["saved", "saved later", "refused", "still saving"],
)
def test_a_new_order_tells_which_connection_did_not_save_it(
    account: Account, job: Job, quirks: Quirks, problem: str
) -> None:
    account.quirks = quirks
    connections = [{"connection": "shop", "save_po": True}, {"connection": "erp"}]
    items = [{"id": "c9_1", "replenishment": 3}]
    fields = {"reference": "NEW", "vendor": "acme mills", "warehouse": "c9_1", "items": items}

    ((state, _, message),) = told(api.create(job, {**fields, "connections": connections}))

    order_id = next(row["id"] for row in account.orders() if row["reference"] == "NEW")
    assert (state, message) == ("applied", f"Created order {order_id}.{problem.format(order_id)}")


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "answer lost"])
def test_a_push_after_one_that_failed_in_part_sends_what_is_still_pending(
    account: Account, job: Job, lost: bool
) -> None:
    account.quirks = Quirks(push_errors={"c9_2": "Unknown SKU"})
    account.faults.extend([Fault.no_answer().after_applying().only(is_write)] * lost)
    outcomes = told(api.push_stock(job, "1042"))
    assert [outcome[:2] for outcome in outcomes] == [("applied", {"c9_1": 0}), ("failed", {"c9_2": 0})]
    if not lost:
        assert outcomes[1][2] == "c9_2: Unknown SKU."
    account.quirks = Quirks()
    assert told(api.push_stock(job, "1042")) == [("applied", {"c9_2": 0}, "Applied.")]
    assert [[row["id"] for row in request.body["stock-update"]["items"]] for request in written(account)] == [
        ["c9_1", "c9_2"],
        ["c9_2"],
    ]
    assert [(row["state"], row["after"]) for row in logged(job.warehouse)] == [
        ("applied", {"c9_1": 0}),
        ("failed", {"c9_2": 0}),
        ("applied", {"c9_2": 0}),
    ]
    assert told(api.push_stock(job, "1042")) == [("unchanged", {}, "The account already has this.")]


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "answer lost"])
def test_a_push_in_which_everything_fails_has_failed(account: Account, job: Job, lost: bool) -> None:
    account.quirks = Quirks(push_errors=dict.fromkeys(("c9_1", "c9_2"), "Unknown SKU"))
    account.faults.extend([Fault.no_answer().after_applying().only(is_write)] * lost)
    (outcome,) = api.push_stock(job, "1042")
    assert outcome.state == ("unknown" if lost else "failed")  # nothing shows whether it reached the account
    account.quirks = Quirks()
    assert api.push_stock(job, "1042")[-1].state == "applied"


def test_a_push_goes_on_after_somebody_else_received_more(account: Account, job: Job) -> None:
    account.faults.append(Fault.no_answer().after_applying().only(is_write))
    edits = iter([lambda: account.receive(ORDER_ID, "c9_1", 2)])
    account.before_answer.append(
        lambda each: None if is_write(each) or not written(account) else next(edits, _nothing)()
    )
    assert [each.state for each in api.push_stock(job, "1042")] == ["unknown"]
    assert told(api.push_stock(job, "1042")) == [("applied", {"c9_1": 0}, "Applied.")]
    assert sum(row["delta"] for update in account.get(ORDER_ID)["stock_updates"] for row in update["items"]) == 13


def _nothing() -> None:
    pass

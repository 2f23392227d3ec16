"""Imported orders get the acknowledgement status, once; the account, the requests and the write log show it.

The orders are put into the warehouse as a load does; `end_to_end/test_acknowledged_orders.py` loads them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from filling import fill
from inventory_planner.errors import (
    ConfigurationError,
    InventoryPlannerError,
    LoadError,
    RefusedError,
    UnknownOutcomeError,
)
from inventory_planner.orders import Outcome, Sending, acknowledge
from inventory_planner.sync.load import Job
from inventory_planner.warehouse.sync_log import SyncReport, record_end, record_start
from inventory_planner.writeback import acknowledge as acknowledging
from inventory_planner.writeback.acknowledge import MAX_FAILURES, check_acknowledged
from inventory_planner.writeback.acknowledgement_plan import LEFT_ALONE
from inventory_planner.writeback.status_lists import MAX_AGE
from inventory_planner_emulator import Account, Fault, Quirks, RecordedRequest, Server
from orders import minute, order
from roads import ROADS, Request, client_of, settings_of
from writing import Row, is_write, logged, run_killed, written

pytestmark = pytest.mark.long

IMPORTED = {"status": ("ORDERED",), "acknowledge_status": "CLOSED"}
BY_READING = "Applied, as a reading of the order confirms."


@pytest.fixture
def job(job: Job) -> Job:
    """Acknowledges imported orders that are ordered by closing them."""
    return replace(job, settings=replace(job.settings, **IMPORTED))


@pytest.fixture(autouse=True)
def loaded_back(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The orders that would be loaded after the command."""
    found: list[str] = []
    monkeypatch.setattr(acknowledging, "load_back", lambda _job, order_ids: found.extend(order_ids))
    return found


def put(account: Account, *numbers: int, **fields: Any) -> None:
    """Add orders, each modified a minute after the one before, ordered unless `fields` say something else."""
    for number in numbers:
        values = {"reference": f"R{number}", "status": "ordered", "last_modified": minute(number), **fields}
        account.put(order(f"o{number:03}", **values))


def statuses(account: Account) -> dict[str, str]:
    return {each["reference"]: each["status"] for each in account.orders()}


def told(outcomes: list[Outcome]) -> list[tuple[str | None, str, str]]:
    return [(each.reference, str(each.state), each.message) for each in outcomes]


def sent(account: Account) -> list[str]:
    """The ids of the orders that a write was sent for."""
    return [each.path.rpartition("/")[2] for each in written(account)]


def import_all(account: Account, job: Job) -> None:
    """Put the orders of the account into the warehouse, or bring those there up to date."""
    now = datetime.now(UTC)
    if not job.warehouse.tables():
        fill(job.warehouse.folder.warehouse, {account.account_id: account.orders()})
    for each in account.orders():
        values = [each["status"], each["last_modified"], each.get("readonly"), now, each["id"]]
        job.warehouse.execute(
            "update inventory_planner.purchase_orders"
            " set status = ?, last_modified = ?, readonly = ?, __synced_at = ? where purchase_order_id = ?",
            values,
        )


def meanwhile(account: Account, edit: Callable[[], object], when: Callable[[RecordedRequest], bool]) -> None:
    """Edit the account before the response to the first request that matches, and only then."""

    def once(request: RecordedRequest) -> None:
        if when(request):
            account.before_answer.remove(once)
            edit()

    account.before_answer.append(once)


# which orders


def test_an_imported_order_gets_the_status_once_and_is_read_back(
    account: Account, job: Job, loaded_back: list[str]
) -> None:
    put(account, 1)
    import_all(account, job)

    assert told(acknowledge(job)) == [("R1", "applied", "Applied.")]

    assert (statuses(account), loaded_back) == ({"R1": "closed"}, ["o001"])
    assert [(each.path, each.body) for each in written(account)] == [
        ("/api/v1/purchase-orders/o001", {"purchase-order": {"status": "CLOSED"}})
    ]
    assert logged(job.warehouse) == [row()]
    account.requests.clear()
    assert (acknowledge(job), account.requests) == ([], [])


def row(**others: Any) -> Row:
    """The row of the write log."""
    return {
        "job_id": 0,
        "ended_at": True,
        "command": "acknowledge",
        "action": "update",
        "purchase_order_id": "o001",
        "purchase_order_number": "R1",
        "target": "",
        "count_values": 1,
        "before": {"status": "ordered", "last_modified": "2025-12-01T08:01:00Z"},
        "after": {"status": "CLOSED"},
        "body": {"status": "CLOSED"},
        "state": "applied",
        "message": "Applied.",
        "resolved_by": "response",
        "file_rows": None,
        "job_ended_at": True,
    } | others


def test_other_orders_are_left_alone(account: Account, job: Job) -> None:
    imported = replace(job.settings, status=("Ordered", "sent"), start_date=datetime(2025, 6, 1, tzinfo=UTC))
    put(account, 1, status="ORDERED")
    put(account, 2)
    put(account, 3, status="sent")
    put(account, 4, status="open")
    put(account, 5, last_modified="2025-01-01T00:00:00+00:00")  # before the start date
    put(account, 6, 7)
    import_all(account, job)
    job.warehouse.execute(
        "update inventory_planner.purchase_orders set _deleted_at = now() where purchase_order_id = 'o006'"
    )
    job.warehouse.execute(
        "insert into inventory_planner._quarantine (_account_id, purchase_order_id) values ('a1000', 'o007')"
    )
    put(account, 8)  # not imported yet

    acknowledge(replace(job, settings=imported))

    assert statuses(account) == {
        **dict.fromkeys(("R1", "R2", "R3"), "closed"),
        **{"R4": "open", "R5": "ordered", "R6": "ordered", "R7": "ordered", "R8": "ordered"},  # noqa: PIE800 (one line)
    }


def test_an_order_that_comes_back_to_the_status_is_acknowledged_again_once_it_is_imported(
    account: Account, job: Job
) -> None:
    put(account, 1)
    import_all(account, job)
    acknowledge(job)
    account.edit("o001", status="ordered")
    assert acknowledge(job) == []
    import_all(account, job)
    assert told(acknowledge(job)) == [("R1", "applied", "Applied.")]
    assert (statuses(account), sent(account)) == ({"R1": "closed"}, ["o001", "o001"])


@pytest.mark.parametrize(
    ("syncs", "is_due"),
    [
        ([("succeeded", "seek", 1)], True),
        ([("failed", None, 1)], False),
        ([("succeeded", "seek", 1), ("running", None, 2)], False),
        ([("failed", "seek", 1), ("succeeded", "seek", 2)], True),
        ([("failed", "sweep", 1), ("succeeded", "sweep", 2)], False),
        ([("succeeded", "seek", 1), ("failed", "build", 2), ("failed", "acknowledge", 3)], True),
    ],
)
def test_orders_of_a_load_that_did_not_end_are_not_acknowledged(
    account: Account, job: Job, syncs: list[tuple[str, str | None, int]], is_due: bool
) -> None:
    put(account, 1)
    import_all(account, job)
    for outcome, sync_kind, started in syncs:
        started_at = datetime(2025, 12, 1, 8, started, tzinfo=UTC)
        report = SyncReport("a1000", started_at=started_at, outcome=outcome, sync_kind=sync_kind)
        record_start(job.warehouse, report)
        record_end(job.warehouse, report)
    assert bool(acknowledge(job)) is is_due


def test_before_the_first_load_there_is_nothing_to_acknowledge(account: Account, job: Job) -> None:
    put(account, 1)
    with pytest.raises(LoadError, match="No orders were loaded yet"):
        acknowledge(job)
    assert account.requests == []


def test_without_the_setting_nothing_is_acknowledged(account: Account, job: Job) -> None:
    put(account, 1)
    import_all(account, job)
    with pytest.raises(ConfigurationError, match="`acknowledge_status` is not set, so no order is acknowledged"):
        acknowledge(replace(job, settings=replace(job.settings, acknowledge_status=None)))
    assert (account.requests, logged(job.warehouse)) == ([], [])


# read-only


def test_read_only_orders_are_skipped_and_named_once(
    account: Account, job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    put(account, 1)
    put(account, 2, readonly=True)
    message = "Order R2 is read-only, so it can't be acknowledged from here: do that in the system that manages it."
    import_all(account, job)

    assert told(acknowledge(job)) == [("R1", "applied", "Applied.")]
    assert [each.message for each in caplog.records if each.levelno == logging.WARNING] == [message]
    assert logged(job.warehouse)[1] == row(
        job_id=1,
        purchase_order_id="o002",
        purchase_order_number="R2",
        count_values=0,
        before={},
        after={},
        body={},
        state="failed",
        message=message,
        resolved_by=None,
    )

    caplog.clear()
    account.edit("o002", notes="edited in the ERP")
    import_all(account, job)
    account.requests.clear()
    assert (acknowledge(job), account.requests, caplog.messages) == ([], [], [])

    account.edit("o002", readonly=False)
    import_all(account, job)
    acknowledge(job)
    assert statuses(account) == {"R1": "closed", "R2": "closed"}


def test_many_read_only_orders_are_named_together(account: Account, job: Job, caplog: pytest.LogCaptureFixture) -> None:
    put(account, *range(25), readonly=True)
    import_all(account, job)
    acknowledge(job)
    assert (len(caplog.messages), caplog.messages[-1]) == (
        21,
        "And 5 more orders are read-only; the table _writes names them.",
    )


def test_an_order_that_has_become_read_only_unnoticed_is_skipped(
    account: Account, job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    put(account, 1)
    import_all(account, job)
    put(account, 1, readonly=True)
    for _ in range(2):
        assert (acknowledge(job), sent(account)) == ([], [])
    assert len([each for each in caplog.messages if "Order R1 is read-only" in each]) == 1


# what changes meanwhile

EDITS: dict[str, Callable[[Account], object]] = {
    "its status": lambda account: account.edit("o001", status="cancelled"),
    "its content": lambda account: account.edit("o001", notes="10 more"),
    "deleted": lambda account: account.delete("o001"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("is_alone", [True, False], ids=["one order", "two orders"])
def test_an_order_that_has_changed_since_it_was_imported_is_left_alone(
    account: Account, job: Job, edit: Callable[[Account], object], is_alone: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    put(account, 1, *([] if is_alone else [2]))
    import_all(account, job)
    edit(account)
    outcomes = acknowledge(job)
    assert sent(account) == ["o002"][is_alone:]
    assert [each.is_done for each in outcomes] == [True][is_alone:]
    assert "Left alone until they are loaded, because they have changed: 1 imported orders." in caplog.messages


def test_changed_content_is_acknowledged_once_it_is_imported(account: Account, job: Job) -> None:
    put(account, 1)
    import_all(account, job)
    account.edit("o001", notes="10 more")
    acknowledge(job)
    import_all(account, job)
    acknowledge(job)
    assert (sent(account), account.get("o001")["notes"]) == (["o001"], "10 more")


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_order_that_changes_while_others_are_acknowledged_is_left_alone(
    account: Account, job: Job, edit: Callable[[Account], object]
) -> None:
    """The lists are asked for again after a while, as the order's turn comes."""
    put(account, 0, 1, 2)
    import_all(account, job)
    now = [0.0]
    job.client.clock = lambda: now[0]

    def edit_and_wait() -> None:
        edit(account)
        now[0] += MAX_AGE

    account.before_write(edit_and_wait)
    outcomes = told(acknowledge(job))
    assert outcomes == [
        ("R0", "applied", "Applied."),
        ("R1", "unchanged", LEFT_ALONE),
        ("R2", "applied", "Applied."),
    ]
    assert sent(account) == ["o000", "o002"]


def test_a_change_of_the_content_also_stops_the_second_attempt(account: Account, job: Job) -> None:
    put(account, 1)
    import_all(account, job)
    account.faults.append(Fault.server_error(503).only(is_write))
    meanwhile(account, lambda: account.edit("o001", notes="10 more"), is_write)
    with pytest.raises(UnknownOutcomeError, match="Someone else has changed the order: last_modified is 2026-01-05"):
        check_acknowledged(acknowledge(job))
    assert (sent(account), statuses(account)) == (["o001"], {"R1": "ordered"})
    import_all(account, job)
    assert [each.is_done for each in acknowledge(job)] == [True]
    assert statuses(account) == {"R1": "closed"}
    account.requests.clear()
    assert (acknowledge(job), account.requests) == ([], [])


# lost answers and interrupted runs


@pytest.mark.parametrize("fault", [Fault.no_answer(), Fault.empty(), Fault.bad_gateway(504)])
@pytest.mark.parametrize("is_applied", [True, False])
def test_a_lost_answer_is_resolved_by_reading(account: Account, job: Job, fault: Fault, is_applied: bool) -> None:
    put(account, 1, 2)
    import_all(account, job)
    account.faults.append((fault.after_applying() if is_applied else fault).only(is_write))
    message = BY_READING if is_applied else "Applied."
    assert told(acknowledge(job)) == [("R1", "applied", message), ("R2", "applied", "Applied.")]
    assert [each.applied for each in written(account)] == ([True, True] if is_applied else [False, True, True])


@pytest.mark.parametrize("is_loaded", [True, False])
def test_what_an_interrupted_run_has_sent_is_settled_by_the_next_one(
    account: Account, job: Job, is_loaded: bool
) -> None:
    put(account, 1, 2)
    import_all(account, job)
    account.faults.append(Fault.no_answer().after_applying().only(is_write))
    account.faults.extend([Fault.server_error(503).only(lambda each: each.path.endswith("o001"))] * 6)
    assert [str(each.state) for each in acknowledge(job)] == ["unknown", "applied"]
    account.faults.clear()

    if is_loaded:
        import_all(account, job)
    assert told(acknowledge(job)) == [("R1", "applied", BY_READING)]
    assert (sent(account), acknowledge(job)) == (["o001", "o002"], [])
    assert [each["state"] for each in logged(job.warehouse)] == ["applied", "applied"]


def test_after_the_setting_changed_only_the_new_status_is_sent(account: Account, job: Job) -> None:
    put(account, 1)
    import_all(account, job)
    account.faults.extend([Fault.no_answer().only(is_write)] * 6)
    assert [str(each.state) for each in acknowledge(job)] == ["unknown"]
    account.faults.clear()

    changed = replace(job, settings=replace(job.settings, acknowledge_status="CANCELLED"))
    assert told(acknowledge(changed)) == [("R1", "applied", "Applied.")]
    assert statuses(account) == {"R1": "cancelled"}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_each_order_is_acknowledged_once_wherever_the_process_dies(account: Account, job: Job, after: bool) -> None:
    put(account, 1, 2)
    steps = 1
    while True:
        for order_id in ("o001", "o002"):
            account.edit(order_id, status="ordered")
        import_all(account, job)
        account.requests.clear()
        if not run_killed(lambda: acknowledge(job), steps, after=after):
            break
        import_all(account, job)
        check_acknowledged(acknowledge(job))
        assert statuses(account) == {"R1": "closed", "R2": "closed"}, steps
        assert sorted(sent(account)) == ["o001", "o002"], steps
        steps += 1
    assert steps > 20
    assert {each["state"] for each in logged(job.warehouse)} == {"applied", "failed"}


def test_an_order_that_was_deleted_while_it_was_in_doubt_is_not_asked_for_again(account: Account, job: Job) -> None:
    put(account, 1)
    import_all(account, job)
    account.faults.extend([Fault.no_answer().only(is_write)] * 3)
    acknowledge(job)
    account.delete("o001")
    assert told(acknowledge(job)) == [("R1", "unchanged", LEFT_ALONE)]
    job.warehouse.execute("update inventory_planner.purchase_orders set _deleted_at = now()")
    account.requests.clear()
    assert (acknowledge(job), account.requests) == ([], [])


# failures


def test_what_the_api_refuses_for_so_many_in_a_row_is_not_tried_for_all(
    account: Account, job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    put(account, *range(20))
    import_all(account, job)
    account.faults.extend([Fault.refused("No such status").only(is_write)] * 20)
    outcomes = acknowledge(job)
    assert len(outcomes) == MAX_FAILURES
    assert "5 changes in a row were not applied; no more were sent." in caplog.messages
    with pytest.raises(
        InventoryPlannerError, match=r"^5 of 5 orders were not acknowledged.*Order R0: .*No such status"
    ):
        check_acknowledged(outcomes)

    account.faults.clear()
    assert len(acknowledge(job)) == 20
    assert set(statuses(account).values()) == {"closed"}


def test_a_refusal_does_not_stop_the_others(account: Account, job: Job) -> None:
    put(account, 1, 2, 3)
    import_all(account, job)
    account.faults.append(Fault.refused("Locked").only(lambda each: is_write(each) and each.path.endswith("o002")))
    assert [each.is_done for each in acknowledge(job)] == [True, False, True]
    assert statuses(account) == {"R1": "closed", "R2": "ordered", "R3": "closed"}


def test_a_refused_key_ends_it_and_the_next_run_continues(account: Account, job: Job) -> None:
    put(account, 1, 2)
    import_all(account, job)
    account.faults.append(Fault.status(401, b"{}").only(is_write))
    with pytest.raises(RefusedError, match="0 of 2 changes were applied before"):
        acknowledge(job)
    acknowledge(job)
    assert statuses(account) == {"R1": "closed", "R2": "closed"}


# requests


def reads(account: Account) -> list[tuple[str, str | None]]:
    """The reads: the end of the path, and the status that is asked for."""
    return [
        (each.path.rpartition("/")[2], each.params.get("status")) for each in account.requests if not is_write(each)
    ]


def test_many_orders_take_one_request_each_and_one_for_all(account: Account, job: Job) -> None:
    put(account, *range(30))
    import_all(account, job)
    acknowledge(job)
    assert (len(written(account)), reads(account)) == (30, [("purchase-orders", "ordered")])


def test_one_order_is_read_by_its_id(account: Account, job: Job) -> None:
    put(account, 1)
    import_all(account, job)
    acknowledge(job)
    assert (len(written(account)), reads(account)) == (1, [("o001", None)])


@pytest.mark.parametrize(("page_cap", "count"), [(None, 30 / MAX_AGE), (4, 8 + 30 / 4)])
def test_a_list_counts_for_seconds(account: Account, job: Job, page_cap: int | None, count: float) -> None:
    """Its first page is enough then: the orders before have left the status."""
    put(account, *range(30))
    import_all(account, job)
    account.quirks = Quirks(page_cap=page_cap)
    now = [0.0]
    job.client.clock = lambda: now[0]

    def write(request: RecordedRequest) -> None:
        now[0] += is_write(request)

    account.before_answer.append(write)
    acknowledge(job)
    assert len(written(account)) == 30
    assert reads(account) == [("purchase-orders", "ordered")] * int(count)


QUIRKS = {  # and how many reads they take; a list takes one, or five of four orders
    "small pages": (Quirks(page_cap=4), 5),
    "no sort": (Quirks(ignore_sort=True, default_order="scattered", page_cap=4), 5),
    "a filter that finds nothing": (Quirks(status_case="upper"), 1 + 20),
}


@pytest.mark.parametrize(("quirks", "count"), QUIRKS.values(), ids=QUIRKS)
def test_lists_that_are_cut_or_odd_only_take_more_requests(
    account: Account, job: Job, quirks: Quirks, count: int
) -> None:
    put(account, *range(20))
    put(account, *range(20, 30), status="open")
    import_all(account, job)
    account.quirks = quirks
    assert len(acknowledge(job)) == 20
    assert sorted(sent(account)) == [f"o{number:03}" for number in range(20)]
    assert len(reads(account)) == count


@pytest.mark.parametrize("road", ROADS)
def test_it_works_over_either_way_to_the_account(account: Account, server: Server, job: Job, road: str) -> None:
    put(account, 1, 2)
    settings = settings_of(road, account, server.url, **IMPORTED)
    account.quirks = Quirks(neuro_bare_orders=True, neuro_listed_fields_only=True)
    with client_of(road, account, server.url) as client:
        job = replace(job, client=client, settings=replace(settings, account_id=account.account_id))
        import_all(account, job)
        assert told(acknowledge(job)) == [("R1", "applied", "Applied."), ("R2", "applied", "Applied.")]
    body: Row = {"status": "CLOSED"}
    assert [Request.of(each).body for each in written(account)] == [
        body if road == "neuro" else {"purchase-order": body}
    ] * 2


def test_what_was_not_confirmed_is_not_sent_and_names_nothing(account: Account, job: Job) -> None:
    put(account, 1)
    put(account, 2, readonly=True)
    import_all(account, job)
    shown: list[Any] = []
    with pytest.raises(InventoryPlannerError, match="Not confirmed; nothing was sent"):
        acknowledge(job, Sending(confirm=lambda changes: bool(shown.extend(changes))))
    assert [(each.reference, each.after) for each in shown] == [("R1", {"status": "CLOSED"})]
    assert (written(account), logged(job.warehouse)) == ([], [])

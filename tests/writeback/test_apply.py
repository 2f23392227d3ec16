"""Each kind of change, once, whatever becomes of its request: the account, the outcomes and the write log tell it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from inventory_planner import orders as api
from inventory_planner import variants
from inventory_planner.errors import ChangeError, LoadError, RefusedError, UnreachableError
from inventory_planner.orders import Outcome
from inventory_planner.sync.load import Job
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner.writeback import sending
from inventory_planner.writeback.orders import Receiving
from inventory_planner_emulator import Account, Fault, RecordedRequest, Server
from inventory_planner_emulator.catalog import list_variant_vendors
from orders import NOW, ORDER_ID, line, order
from writing import Row, is_write, logged, opened, run_killed, written

ORDER = f"/api/v1/purchase-orders/{ORDER_ID}"
VARIANT = "/api/v1/variants/c9_5001"
OF_ACME = {"cost_price": Decimal("4.25"), "vendor_reference": "AM-17", "uom_ordering": 6}
NEW = {"reference": "NEW", "warehouse": "c9_1001", "items": [{"id": "c9_5001", "replenishment": 6}]}
PENDING = {"id": "c9_5001", "delta": 12, "stock_before": 3}
ADDED = Receiving(is_added=True)


@dataclass(frozen=True)
class Case:
    """A command, what it changes, and what is sent for it; `shown` is the account's value, before and after."""

    run: Callable[[Job], list[Outcome]]
    command: str
    action: str
    before: Row
    after: Row
    body: Row
    request: tuple[str, str]
    shown: Callable[[Account], Any]
    values: tuple[Any, Any]
    order_id: str | None = ORDER_ID
    reference: str | None = "1042"
    target: str = ""
    message: str = "Applied."

    @property
    def is_new_order(self) -> bool:
        return self.order_id is None and not self.target

    @property
    def by_reading(self) -> str:
        """The message if a reading shows that it was applied."""
        return BY_READING.replace("order", "order" if self.order_id or self.is_new_order else "variant")

    def row(self, state: str, message: str, resolved_by: str | None, **others: Any) -> Row:
        """The row of the write log."""
        return {
            "job_id": 0,
            "ended_at": True,
            "command": self.command,
            "action": self.action,
            "purchase_order_id": self.order_id,
            "purchase_order_number": self.reference,
            "target": self.target,
            "count_values": len(self.after),
            "before": self.before,
            "after": self.after,
            "body": self.body,
            "state": state,
            "message": message,
            "resolved_by": resolved_by,
            "file_rows": None,
            "job_ended_at": True,
        } | others


def received(account: Account) -> Any:
    return [each.get("received", 0) for each in account.get(ORDER_ID)["items"]]


def pushes(account: Account) -> Any:
    return [update["items"] for update in account.get(ORDER_ID).get("stock_updates", [])]


def lead_time(account: Account) -> Any:
    return account.variant_edits.get("c9_5001", {"lead_time": 14})["lead_time"]


def vendors(account: Account) -> Any:
    """The vendors of the variant, with their costs."""
    return {row["n"]: row.get("cost_price") for row in list_variant_vendors(account, "c9_5001")}


CASES = {
    "create": Case(
        lambda job: api.create(job, NEW),
        "orders create",
        "create",
        {"same_reference": []},
        NEW,
        NEW,
        ("POST", "/api/v1/purchase-orders"),
        lambda account: [each["reference"] for each in account.orders()],
        (["1042"], ["1042", "NEW"]),
        order_id=None,
        reference="NEW",
    ),
    "update": Case(
        lambda job: api.update(job, "1042", {"notes": "by ship", "status": "CLOSED"}),
        "orders update",
        "update",
        {"notes": None, "status": "open"},
        {"notes": "by ship", "status": "CLOSED"},
        {"notes": "by ship", "status": "CLOSED"},
        ("PATCH", ORDER),
        lambda account: [account.get(ORDER_ID)[name] for name in ("notes", "status")],
        (["", "open"], ["by ship", "closed"]),
    ),
    "receive": Case(
        lambda job: api.receive(job, "1042", {"TEE-RED-M": 20, "c9_5002": 3}),
        "orders receive",
        "receive",
        {"c9_5001": 12, "c9_5002": 0},
        {"c9_5001": 20, "c9_5002": 3},
        {"received": {"c9_5001": 20, "c9_5002": 3}},
        ("PATCH", f"{ORDER}/items"),
        received,
        ([12, 0], [20, 3]),
    ),
    "add": Case(
        lambda job: api.receive(job, "1042", {"TEE-RED-M": 8, "c9_5002": "2.5"}, ADDED),
        "orders receive",
        "receive",
        {"c9_5001": 12, "c9_5002": 0},
        {"c9_5001": 20, "c9_5002": Decimal("2.5")},
        {"received": {"c9_5001": 20, "c9_5002": Decimal("2.5")}},
        ("PATCH", f"{ORDER}/items"),
        received,
        ([12, 0], [20, Decimal("2.5")]),
    ),
    "connect": Case(
        lambda job: api.connect(job, "1042", "shop"),
        "orders connect",
        "connect",
        {"save_po": False},
        {"save_po": True},
        {"save_po": True},
        ("PUT", f"{ORDER}/connections/shop"),
        lambda account: account.get(ORDER_ID)["connections"][0]["save_po"],
        (False, True),
        target="shop",
        message="Saved as 1042.",
    ),
    "push": Case(
        lambda job: api.push_stock(job, "1042"),
        "orders stock",
        "push stock",
        {"c9_5001": 12},
        {"c9_5001": 0},
        {"items": [PENDING]},
        ("POST", f"{ORDER}/stock-update"),
        pushes,
        ([], [[PENDING]]),
        target="destination",
    ),
    "settings": Case(
        lambda job: variants.set_settings(job, "tee-red-m", {"lead_time": 35}),
        "variants set",
        "set variant",
        {"lead_time": 14},
        {"lead_time": 35},
        {"lead_time": 35},
        ("PATCH", VARIANT),
        lead_time,
        (14, 35),
        order_id=None,
        reference=None,
        target="c9_5001",
    ),
    "vendor": Case(
        lambda job: variants.set_vendor(job, "c9_5001", "Acme Mills", {"cost_price": "5.10"}),
        "variants vendor",
        "set variant vendor",
        OF_ACME,
        {"cost_price": Decimal("5.1")},
        {**OF_ACME, "cost_price": Decimal("5.1")},
        ("PUT", f"{VARIANT}/vendors/acme mills"),
        vendors,
        ({"acme mills": Decimal("4.25")}, {"acme mills": Decimal("5.1")}),
        order_id=None,
        reference=None,
        target="c9_5001/acme mills",
    ),
    "assign": Case(
        lambda job: variants.set_vendor(job, "c9_5001", "Bolt & Co", {"cost_price": 3, "vendor_reference": "7"}),
        "variants vendor",
        "set variant vendor",
        {"assigned": False, "cost_price": None, "vendor_reference": None},
        {"assigned": True, "cost_price": 3, "vendor_reference": "7"},
        {"cost_price": 3, "vendor_reference": "7"},
        ("PUT", f"{VARIANT}/vendors/bolt & co"),
        vendors,
        ({"acme mills": Decimal("4.25")}, {"acme mills": Decimal("4.25"), "bolt & co": 3}),
        order_id=None,
        reference=None,
        target="c9_5001/bolt & co",
    ),
    "remove": Case(
        lambda job: variants.remove_vendor(job, "c9_5001", "acme mills"),
        "variants vendor --remove",
        "remove variant vendor",
        {"assigned": True, **OF_ACME},
        {"assigned": False},
        {},
        ("DELETE", f"{VARIANT}/vendors/acme mills"),
        vendors,
        ({"acme mills": Decimal("4.25")}, {}),
        order_id=None,
        reference=None,
        target="c9_5001/acme mills",
    ),
}
REPEATABLE = [CASES[name] for name in ("update", "receive", "add", "connect")]
OF_VARIANTS = [CASES[name] for name in ("settings", "vendor", "assign", "remove")]
ONCE = [CASES[name] for name in ("create", "push")]

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
LOST = {
    "no answer": Fault.no_answer(),
    "an empty 200": Fault.empty(),
    "a page of HTML": Fault.html(),
    "half a body": Fault.broken_body(),
    "half the JSON": Fault.truncated_json(),
    "no order in it": Fault.status(200, b'{"result": {"status": "success"}}'),
    "HTML 502": Fault.bad_gateway(502),
    "HTML 504": Fault.bad_gateway(504),
    "500 without a message": Fault.server_error(500),
}
BY_READING = "Applied, as a reading of the order confirms."


@pytest.fixture(autouse=True)
def _order(account: Account) -> None:
    shop = {"connection": "shop", "save_po": False}
    items = [line(received=12, lead_time=14), line("c9_5002", sku="TEE-RED-L", received=0)]
    account.put(order(connections=[shop], items=items))


@pytest.fixture(autouse=True)
def read_back(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The orders that would be loaded after the command, or the catalog."""
    found: list[str] = []
    monkeypatch.setattr(sending, "read_back", lambda _job, order_ids: found.extend(order_ids))
    monkeypatch.setattr(variants, "load_catalog", lambda _job, _day: found.append("catalog"))
    return found


def sent(account: Account) -> list[tuple[str, str, bool]]:
    return [(request.method, request.path, request.applied) for request in written(account)]


def told(outcomes: list[Outcome]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(str(each.state), each.message, dict(each.after)) for each in outcomes]


def new_id(case: Case, account: Account) -> dict[str, Any]:
    """The id that a new order got, as the row shows it."""
    return {"purchase_order_id": account.orders()[-1]["id"]} if case.is_new_order else {}


@every_case
def test_a_change_is_sent_once_recorded_and_read_back(
    account: Account, job: Job, read_back: list[str], case: Case
) -> None:
    outcomes = case.run(job)
    order_id = account.orders()[-1]["id"] if case.is_new_order else case.order_id
    message = f"Created order {order_id}." if case.is_new_order else case.message
    assert told(outcomes) == [("applied", message, case.after)]
    assert case.shown(account) == case.values[1]
    assert sent(account) == [(*case.request, True)]
    assert logged(job.warehouse) == [case.row("applied", message, "response", purchase_order_id=order_id)]
    assert read_back == [order_id or "catalog"]


@pytest.mark.parametrize(
    ("case", "fault"),
    [
        pytest.param(case, fault, id=f"{name}, {lost}")
        for name, case in CASES.items()
        for lost, fault in LOST.items()
        if (name == "add" or lost in {"no answer", "an empty 200", "no order in it"})
        and (name, lost) != ("remove", "no order in it")  # a removal is answered like this
    ],
)
def test_a_change_whose_answer_is_lost_is_found_by_reading(
    account: Account, job: Job, case: Case, fault: Fault
) -> None:
    account.faults.append(fault.after_applying().only(is_write))
    assert told(case.run(job)) == [("applied", case.by_reading, case.after)]
    assert case.shown(account) == case.values[1]
    assert sent(account) == [(*case.request, True)]
    assert logged(job.warehouse) == [case.row("applied", case.by_reading, "reading", **new_id(case, account))]


@pytest.mark.parametrize("case", [*REPEATABLE, *OF_VARIANTS], ids=lambda case: f"{case.action} {case.target}")
@pytest.mark.parametrize("fault", [LOST[name] for name in ("no answer", "an empty 200", "HTML 504")])
def test_values_that_were_not_set_are_sent_again(account: Account, job: Job, case: Case, fault: Fault) -> None:
    account.faults.append(fault.only(is_write))
    assert told(case.run(job)) == [("applied", case.message, case.after)]
    assert case.shown(account) == case.values[1]
    assert [applied for _, _, applied in sent(account)] == [False, True]


@pytest.mark.parametrize("case", ONCE, ids=["create", "push"])
def test_what_would_add_something_is_sent_again_only_by_the_next_run(account: Account, job: Job, case: Case) -> None:
    account.faults.append(Fault.bad_gateway().only(is_write))
    message = f"{' '.join(case.request)} returned 502. {sending.RUN_AGAIN}"
    assert told(case.run(job)) == [("unknown", message, case.after)]
    assert (sent(account), case.shown(account)) == ([(*case.request, False)], case.values[0])
    assert logged(job.warehouse) == [case.row("unknown", message, None)]

    (outcome,) = case.run(job)
    assert (outcome.is_done, case.shown(account)) == (True, case.values[1])
    row = case.row("applied", outcome.message, "response", **new_id(case, account))
    assert logged(job.warehouse) == [row]


@every_case
def test_a_change_that_never_gets_through_stays_in_doubt_until_the_next_run(
    account: Account, job: Job, case: Case
) -> None:
    account.faults.extend([Fault.no_answer().only(is_write)] * 3)
    assert [outcome.state for outcome in case.run(job)] == ["unknown"]
    assert case.shown(account) == case.values[0]
    account.faults.clear()
    assert [outcome.state for outcome in case.run(job)] == ["applied"]
    assert case.shown(account) == case.values[1]
    assert [row["state"] for row in logged(job.warehouse)] == ["applied"]


@every_case
def test_a_change_stays_in_doubt_while_reads_fail(account: Account, job: Job, case: Case) -> None:
    def fail_reads(request: RecordedRequest) -> None:
        if is_write(request):
            account.faults.extend([Fault.server_error(503).only(lambda each: not is_write(each))] * 6)

    account.faults.append(Fault.no_answer().after_applying().only(is_write))
    account.before_answer.append(fail_reads)
    (outcome,) = case.run(job)
    assert (outcome.state, outcome.message.endswith(sending.RUN_AGAIN)) == ("unknown", True)
    account.before_answer.clear()
    assert told(case.run(job)) == [("applied", case.by_reading, case.after)]
    assert sent(account) == [(*case.request, True)]
    assert [row["state"] for row in logged(job.warehouse)] == ["applied"]


@every_case
@pytest.mark.parametrize("fault", [Fault.refused("Field is locked"), Fault.error_in_200("Field is locked")])
def test_an_error_that_the_api_reports_is_final(
    account: Account, job: Job, case: Case, fault: Fault, read_back: list[str]
) -> None:
    account.faults.append(fault.only(is_write))
    (outcome,) = case.run(job)
    assert (outcome.state, "(Field is locked)" in outcome.message) == ("failed", True)
    assert (sent(account), case.shown(account)) == ([(*case.request, False)], case.values[0])
    assert logged(job.warehouse) == [case.row("failed", outcome.message, "response")]
    assert read_back == []

    assert case.run(job)[-1].is_done
    assert case.shown(account) == case.values[1]
    assert [row["state"] for row in logged(job.warehouse)] == ["failed", "applied"]


@pytest.mark.parametrize("case", [*REPEATABLE, CASES["push"]], ids=lambda case: case.action)
def test_a_read_only_order_is_refused_before_the_call(account: Account, job: Job, case: Case) -> None:
    account.edit(ORDER_ID, readonly=True)
    with pytest.raises(ChangeError, match="Order 1042 is read-only: change it in the system"):
        case.run(job)
    assert (sent(account), logged(job.warehouse)) == ([], [])


@pytest.mark.parametrize("case", [*REPEATABLE, CASES["push"]], ids=lambda case: case.action)
def test_an_order_that_becomes_read_only_before_the_call_is_a_failure(account: Account, job: Job, case: Case) -> None:
    account.before_write(lambda: account.edit(ORDER_ID, readonly=True))
    (outcome,) = case.run(job)
    assert (outcome.state, "read-only" in outcome.message) == ("failed", True)
    assert case.shown(account) == case.values[0]


@every_case
def test_a_refused_key_ends_the_command(account: Account, job: Job, case: Case) -> None:
    account.faults.append(Fault.status(401, b'{"result": {"status": "error", "message": "No"}}').only(is_write))
    with pytest.raises(RefusedError, match="0 of 1 changes"):
        case.run(job)
    assert [row["state"] for row in logged(job.warehouse)] == ["failed"]
    assert case.run(job)[-1].is_done
    assert case.shown(account) == case.values[1]


@every_case
def test_an_unreachable_api_ends_the_command_and_the_next_run_continues(account: Account, job: Job, case: Case) -> None:
    account.faults.extend([Fault.rate_limited().only(is_write)] * 6)
    with pytest.raises(UnreachableError):
        case.run(job)
    assert (case.shown(account), [row["state"] for row in logged(job.warehouse)]) == (case.values[0], ["failed"])
    assert case.run(job)[-1].is_done
    assert case.shown(account) == case.values[1]


@every_case
def test_a_write_log_that_can_t_be_written_sends_nothing(
    account: Account, job: Job, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise LoadError("The disk is full.")

    monkeypatch.setattr(Warehouse, "insert", fail)
    with pytest.raises(LoadError, match="The disk is full"):
        case.run(job)
    assert (sent(account), case.shown(account)) == ([], case.values[0])


def kills(server: Server, case: Case, *, after: bool) -> Iterator[tuple[Job, Account]]:
    """The account and the warehouse after a run that was killed at its first step, at its second, and so on."""
    orders, step, is_killed = server.account.orders(), 0, True
    while is_killed:
        step += 1
        server.account = Account(orders, api_key=server.account.api_key, now=lambda: NOW)
        with opened(server) as job:
            is_killed = run_killed(lambda: case.run(job), step, after=after)
            yield job, server.account
    assert step > 10


@pytest.mark.long
@pytest.mark.parametrize("after", [False, True], ids=["before a step", "after a step"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_command_that_was_killed_anywhere_is_finished_by_the_next_run(
    server: Server, case: Case, after: bool
) -> None:
    for job, account in kills(server, case, after=after):
        rows = logged(job.warehouse)
        if rows and rows[-1]["job_ended_at"]:
            break  # somebody was told
        (outcome,) = case.run(job)
        assert outcome.is_done
        assert case.shown(account) == case.values[1]
        assert sum(request.applied for request in written(account)) == 1
        rows = logged(job.warehouse)
        assert all(row["ended_at"] and row["job_ended_at"] for row in rows)
        assert sum(row["state"] == "applied" for row in rows) == 1
        assert {row["state"] for row in rows} <= {"applied", "unchanged", "failed"}
        assert {row["message"] for row in rows if row["state"] == "failed"} <= {NOT_SENT}


NOT_SENT = "The run was interrupted before it sent this."

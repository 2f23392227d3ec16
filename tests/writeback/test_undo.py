"""What a run changed is taken back, as far as it still is as the run left it; and an undo is undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory_planner import orders as api
from inventory_planner import variants, writes
from inventory_planner.errors import ChangeError
from inventory_planner.orders import Outcome, Receiving, Sending
from inventory_planner.sync.load import Job
from inventory_planner.writeback import sending
from inventory_planner.writeback.change import Skipped
from inventory_planner_emulator import Account, Fault, Server
from inventory_planner_emulator.catalog import list_variant_vendors
from orders import API_KEY, NOW, ORDER_ID, line, order
from writing import is_write, logged, opened, run_killed, written

NEW = {"reference": "NEW", "warehouse": "w", "items": [{"id": "c9_5001", "replenishment": 6}]}
CASES: dict[str, Callable[[Job], list[Outcome]]] = {
    "settings": lambda job: variants.set_settings(job, "c9_5001", {"lead_time": 35, "review_period": 20}),
    "vendor": lambda job: variants.set_vendor(job, "c9_5001", "acme mills", {"cost_price": 5, "vendor_name": "Tee"}),
    "assigned vendor": lambda job: variants.set_vendor(job, "c9_5001", "bolt", {"cost_price": 3}),
    "removed vendor": lambda job: variants.remove_vendor(job, "c9_5001", "acme mills"),
    "update": lambda job: api.update(job, "1042", {"notes": "by ship", "status": "CLOSED", "shipping_handling": "9.5"}),
    "receive": lambda job: api.receive(job, "1042", {"TEE-RED-M": 20, "c9_5002": 3}),
    "close": lambda job: api.close(job, ["1042", "7"]),
}
every_case = pytest.mark.parametrize("run", CASES.values(), ids=CASES)


@pytest.fixture(autouse=True)
def _account(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(account)
    monkeypatch.setattr(sending, "read_back", lambda _job, _order_ids: None)
    monkeypatch.setattr(variants, "load_catalog", lambda _job, _day: None)


def fill(account: Account) -> None:
    items = [line(received=12), line("c9_5002", sku="TEE-RED-L", received=0)]
    account.put(order(connections=[{"connection": "shop", "save_po": False}], items=items))
    account.put(order("b", reference="7"))
    account.put_variant("c9_5001", sku="TEE-RED-M", lead_time=14, review_period=30)
    account.edit_variant("c9_5001", lead_time=14, review_period=30)


def shown(account: Account) -> Any:
    """What the cases change, unset values left out."""
    vendors = {
        row["n"]: {name: value for name, value in row.items() if value not in (None, "") and name != "s"}
        for row in list_variant_vendors(account, "c9_5001")
    }
    found = [
        ({name: each.get(name) or None for name in ("status", "notes", "shipping_handling")}, each["items"])
        for each in account.orders()
    ]
    received = [[row.get("received") or 0 for row in items] for _, items in found]
    return vendors, [fields for fields, _ in found], received, dict(account.variant_edits["c9_5001"])


class Undoing:
    """Undoes runs, and remembers what was skipped."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.skipped: list[tuple[str, str]] = []

    def undo(self, run: str) -> list[Outcome]:
        self.skipped = []
        return writes.undo(self.job, run, Sending(skip=self._skip))

    def _skip(self, skipped: Sequence[Skipped]) -> None:
        self.skipped += [(each.change.label, each.reason) for each in skipped]


@pytest.fixture
def undoing(job: Job) -> Undoing:
    return Undoing(job)


def states(outcomes: Sequence[Outcome]) -> set[str]:
    return {str(each.state) for each in outcomes}


@every_case
def test_a_run_is_undone_and_its_undo_too(
    account: Account, job: Job, undoing: Undoing, run: Callable[[Job], list[Outcome]]
) -> None:
    before = shown(account)
    done = run(job)
    after = shown(account)
    assert before != after

    undone = undoing.undo(done[0].job_id)
    assert (states(undone), undoing.skipped, shown(account)) == ({"applied"}, [], before)
    redone = undoing.undo(undone[0].job_id)
    assert (states(redone), undoing.skipped, shown(account)) == ({"applied"}, [], after)
    assert states(undoing.undo(redone[0].job_id[:8])) == {"applied"}
    assert shown(account) == before
    assert [row["job_id"] for row in logged(job.warehouse)][:: len(done)] == [0, 1, 2, 3]
    assert len(written(account)) == 4 * len(done)


@every_case
def test_an_undo_that_is_repeated_sends_nothing(
    account: Account, job: Job, undoing: Undoing, run: Callable[[Job], list[Outcome]]
) -> None:
    (first, *_) = run(job)
    undoing.undo(first.job_id)
    count = len(written(account))
    outcomes = undoing.undo(first.job_id)
    assert {(str(each.state), each.message) for each in outcomes} == {("unchanged", "The account is as it was before.")}
    assert len(written(account)) == count


@every_case
@pytest.mark.parametrize("applied", [False, True])
def test_an_undo_whose_answer_is_lost_is_resolved_by_reading(
    account: Account, job: Job, undoing: Undoing, run: Callable[[Job], list[Outcome]], applied: bool
) -> None:
    before = shown(account)
    (first, *_) = run(job)
    fault = Fault.no_answer()
    account.faults.append((fault.after_applying() if applied else fault).only(is_write))
    assert states(undoing.undo(first.job_id)) == {"applied"}
    assert shown(account) == before


class TestWhatSomebodyHasChangedSince:
    def test_is_skipped_and_the_rest_is_undone(self, account: Account, job: Job, undoing: Undoing) -> None:
        (first,) = CASES["receive"](job)
        account.receive(ORDER_ID, "c9_5002", 1)
        (undone,) = undoing.undo(first.job_id)
        assert (undone.before, undone.after) == ({"c9_5001": 20}, {"c9_5001": 12})
        assert undoing.skipped == [("Order 1042", "Somebody has changed it since: c9_5002 is 4.")]

    def test_is_an_error_if_there_is_no_rest(self, account: Account, job: Job, undoing: Undoing) -> None:
        (first,) = variants.set_settings(job, "c9_5001", {"lead_time": 35})
        account.edit_variant("c9_5001", lead_time=40)
        with pytest.raises(ChangeError, match="has changed nothing that can be undone"):
            undoing.undo(first.job_id)
        assert undoing.skipped == [("Variant c9_5001", "Somebody has changed it since: lead_time is 40.")]
        assert len(written(account)) == 1

    def test_is_not_lost_with_a_vendor_that_was_assigned(self, account: Account, job: Job, undoing: Undoing) -> None:
        (first,) = CASES["assigned vendor"](job)
        account.put_variant_vendor("c9_5001", "bolt", {"n": "bolt", "cost_price": 3, "vendor_packaging": 12})
        with pytest.raises(ChangeError):
            undoing.undo(first.job_id)
        assert undoing.skipped == [("Variant c9_5001", "Somebody has changed it since: vendor_packaging is 12.")]

    def test_is_not_overwritten_with_a_vendor_that_was_removed(
        self, account: Account, job: Job, undoing: Undoing
    ) -> None:
        (first,) = CASES["removed vendor"](job)
        account.put_variant_vendor("c9_5001", "acme mills", {"n": "acme mills", "cost_price": 9})
        with pytest.raises(ChangeError):
            undoing.undo(first.job_id)
        assert undoing.skipped[0][1].startswith("Somebody has changed it since: cost_price is 9")

    def test_between_reading_and_sending_is_not_overwritten(self, account: Account, job: Job, undoing: Undoing) -> None:
        (first, _) = CASES["close"](job)
        account.before_write(lambda: account.edit(ORDER_ID, status="open", notes=""))
        account.before_write(lambda: account.edit(ORDER_ID, status="cancelled"))
        outcomes = undoing.undo(first.job_id)
        assert [(each.reference, str(each.state)) for each in outcomes] == [("7", "applied"), ("1042", "failed")]
        assert account.get(ORDER_ID)["status"] == "cancelled"

    def test_may_be_that_the_order_is_gone_or_read_only(self, account: Account, job: Job, undoing: Undoing) -> None:
        (first, _) = CASES["close"](job)
        account.delete("b")
        account.edit(ORDER_ID, readonly=True)
        with pytest.raises(ChangeError):
            undoing.undo(first.job_id)
        assert [reason.split(" returned")[0] for _, reason in undoing.skipped] == [
            "GET /api/v1/purchase-orders/b",
            "Order 1042 is read-only: change it in the system that manages it.",
        ]


class TestARun:
    @pytest.mark.parametrize(
        ("run", "reason"),
        [
            (lambda job: api.create(job, NEW), "A new order can't be undone over the API"),
            (lambda job: api.connect(job, "1042", "shop"), "What was saved to a connected system stays there."),
            (lambda job: api.push_stock(job, "1042"), "Stock that was pushed stays in the store."),
        ],
    )
    def test_that_can_t_be_undone_says_why(
        self, account: Account, job: Job, undoing: Undoing, run: Callable[[Job], list[Outcome]], reason: str
    ) -> None:
        (first,) = run(job)
        count = len(written(account))
        with pytest.raises(ChangeError, match=f"^Run {first.job_id} has changed nothing that can be undone"):
            undoing.undo(first.job_id)
        assert [each.split(";")[0] for _, each in undoing.skipped] == [reason]
        assert len(written(account)) == count

    def test_that_set_what_was_not_set_before_or_differed_by_warehouse_says_so(
        self, account: Account, job: Job, undoing: Undoing
    ) -> None:
        account.put_variant("new")
        account.put_variant("two", warehouse=[{"warehouse": "a", "lead_time": 1}, {"warehouse": "b", "lead_time": 2}])
        for variant, reason in (
            ("new", "It had no lead_time before, and the API can't clear it."),
            ("two", "Its warehouses had different values of lead_time, and the API sets one for all of them."),
        ):
            (first,) = variants.set_settings(job, variant, {"lead_time": 35})
            with pytest.raises(ChangeError):
                undoing.undo(first.job_id)
            assert undoing.skipped == [(f"Variant {variant}", reason)]

    def test_whose_outcome_is_in_doubt_is_left_alone(self, account: Account, job: Job, undoing: Undoing) -> None:
        account.faults.extend([Fault.no_answer().only(is_write)] * 3)
        (first,) = variants.set_settings(job, "c9_5001", {"lead_time": 35})
        account.faults.clear()
        with pytest.raises(ChangeError):
            undoing.undo(first.job_id)
        assert undoing.skipped == [
            (
                "Variant c9_5001",
                "It is not known whether it was applied. Run the same command again to find out.",
            )
        ]

    def test_that_there_is_not_is_an_error(self, job: Job, undoing: Undoing) -> None:
        CASES["settings"](job)
        for run in ("", "abc", "no such run", "%"):
            with pytest.raises(ChangeError, match=f"^No run has the id {run}"):
                undoing.undo(run)

    def test_that_changed_nothing_has_nothing_to_undo(self, job: Job, undoing: Undoing) -> None:
        (first,) = variants.set_settings(job, "c9_5001", {"lead_time": 14})
        with pytest.raises(ChangeError, match="has changed nothing that can be undone"):
            undoing.undo(first.job_id)

    def test_that_received_a_file_is_undone_order_by_order(
        self, account: Account, job: Job, undoing: Undoing, tmp_path: Path
    ) -> None:
        path = tmp_path / "in.csv"
        path.write_text("order,variant,received\n1042,c9_5001,5\n1042,c9_5002,2.5\n7,c9_5001,3\n")
        before = shown(account)
        outcomes = api.receive_file(job, path, Receiving(is_added=True))
        undone = undoing.undo(outcomes[0].job_id)
        assert [(each.reference, dict(each.before), dict(each.after)) for each in undone] == [
            ("7", {"c9_5001": 15}, {"c9_5001": 12}),
            ("1042", {"c9_5001": 17, "c9_5002": Decimal("2.5")}, {"c9_5001": 12, "c9_5002": 0}),
        ]
        assert shown(account) == before


@pytest.mark.long
@pytest.mark.parametrize("after", [False, True], ids=["before a step", "after a step"])
@pytest.mark.parametrize("run", [CASES[name] for name in ("removed vendor", "close")], ids=["a vendor", "orders"])
def test_an_undo_that_was_killed_anywhere_is_finished_by_the_next_one(
    server: Server, run: Callable[[Job], list[Outcome]], after: bool
) -> None:
    step, is_killed = 0, True
    while is_killed:
        step += 1
        account = server.account = Account(api_key=API_KEY, now=lambda: NOW)
        fill(account)
        before = shown(account)
        with opened(server) as job:
            done = run(job)
            is_killed = run_killed(lambda: writes.undo(job, done[0].job_id), step, after=after)  # noqa: B023
            assert states(writes.undo(job, done[0].job_id)) <= {"applied", "unchanged"}
            assert shown(account) == before
            assert sum(request.applied for request in written(account)) == 2 * len(done)
            rows = [row for row in logged(job.warehouse) if row["command"] == "writes undo"]
            assert [row["state"] for row in rows].count("applied") == len(done)
            assert {row["state"] for row in rows} <= {"applied", "unchanged", "failed"}
    assert step > 10


STEPS: dict[str, Callable[[Job, int], list[Outcome]]] = {
    "settings": lambda job, number: variants.set_settings(job, "c9_5001", {"lead_time": number}),
    "vendor": lambda job, number: variants.set_vendor(job, "c9_5001", "acme mills", {"cost_price": number}),
    "other vendor": lambda job, number: variants.set_vendor(job, "c9_5001", "bolt", {"vendor_name": f"N{number}"}),
    "removed vendor": lambda job, number: variants.remove_vendor(job, "c9_5001", ("acme mills", "bolt")[number % 2]),
    "update": lambda job, number: api.update(job, "1042", {"notes": f"{number}" * (number % 3), "attn": "Ann"}),
    "receive": lambda job, number: api.receive(job, "7", {"c9_5001": number}, Receiving(allow_lower=True)),
}
LOST = {
    "answered": [],
    "lost": [Fault.no_answer()],
    "answer lost": [Fault.no_answer().after_applying()],
    "twice": [Fault.bad_gateway(), Fault.empty().after_applying()],
}


@pytest.mark.long
@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 6), st.sampled_from(sorted(LOST))), max_size=6),
    st.lists(st.sampled_from(sorted(LOST)), min_size=6, max_size=6),
)
def test_runs_that_are_undone_from_the_last_to_the_first_leave_the_account_as_it_was(
    served: Server, program: list[tuple[str, int, str]], troubles: list[str]
) -> None:
    account = served.account = Account(api_key=API_KEY, now=lambda: NOW)
    fill(account)
    before, runs = shown(account), list[str]()
    with opened(served) as job, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "read_back", lambda _job, _order_ids: None)
        patch.setattr(variants, "load_catalog", lambda _job, _day: None)
        for kind, number, trouble in program:
            account.faults.extend(each.only(is_write) for each in LOST[trouble])
            try:
                (outcome,) = STEPS[kind](job, number)
            except ChangeError as error:
                assert "has no vendor" in str(error)  # noqa: PT017
                continue
            finally:
                account.faults.clear()
            assert outcome.is_done
            runs += [outcome.job_id] * (outcome.state == "applied")
        for run, trouble in zip(reversed(runs), troubles, strict=False):
            account.faults.extend(each.only(is_write) for each in LOST[trouble])
            assert states(writes.undo(job, run)) == {"applied"}
            account.faults.clear()
        assert shown(account) == before
        assert sum(request.applied for request in written(account)) == 2 * len(runs)

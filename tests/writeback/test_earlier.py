"""The same command again: what an earlier run did is not repeated, and what it left is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from inventory_planner import orders as api
from inventory_planner.errors import ChangeError, UnreachableError
from inventory_planner.orders import Outcome, Sending
from inventory_planner.sync.load import Job
from inventory_planner.writeback import sending
from inventory_planner.writeback.orders import Receiving
from inventory_planner_emulator import Account, Fault, Quirks, RecordedRequest
from orders import line, order
from writing import Row, is_write, logged, run_killed, written

ADDED = Receiving(is_added=True)
AGAIN = Sending(again=True)
IDS = ("65f0c0de00000000000000a1", "65f0c0de00000000000000a2", "65f0c0de00000000000000a3")
FILE = """order,variant,received
R0,c9_1,5
R0,c9_2,2
R1,c9_1,3
R2,c9_2,4
"""


@pytest.fixture(autouse=True)
def _orders(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, order_id in enumerate(IDS):
        items = [line(each, sku=each.upper(), received=0) for each in ("c9_1", "c9_2")]
        account.put(order(order_id, reference=f"R{number}", items=items))
    monkeypatch.setattr(sending, "read_back", lambda _job, _order_ids: None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "received.csv"
    path.write_text(FILE)
    return path


def received(account: Account) -> list[list[int]]:
    return [[each["received"] for each in account.get(order_id)["items"]] for order_id in IDS]


def states(outcomes: list[Outcome]) -> list[str]:
    return [str(each.state) for each in outcomes]


def rows(job: Job) -> list[tuple[int, str | None, Row, str]]:
    return [(row["job_id"], row["purchase_order_number"], row["after"], row["state"]) for row in logged(job.warehouse)]


def fail_at(account: Account, nth: int, fault: Fault) -> None:
    """Let a write go wrong, counted from now on."""
    count = len(written(account)) + nth

    def is_meant(request: RecordedRequest) -> bool:
        return is_write(request) and len(written(account)) == count

    account.faults.append(fault.only(is_meant))


class TestAFile:
    @pytest.mark.parametrize("receiving", [Receiving(), ADDED], ids=["totals", "added"])
    def test_that_was_applied_in_full_is_refused(
        self, account: Account, job: Job, path: Path, receiving: Receiving
    ) -> None:
        assert states(api.receive_file(job, path, receiving)) == ["applied"] * 3
        log = logged(job.warehouse)
        with pytest.raises(
            ChangeError,
            match=r"^This file was applied in full on 20\d\d-\d\d-\d\d at \d\d:\d\d UTC; nothing was sent. To apply it"
            r" once more, use --again.$",
        ):
            api.receive_file(job, path, receiving)
        assert (received(account), logged(job.warehouse)) == ([[5, 2], [3, 0], [0, 4]], log)

    def test_is_recognised_whatever_its_name_and_its_separator(self, job: Job, path: Path, tmp_path: Path) -> None:
        api.receive_file(job, path, ADDED)
        other = tmp_path / "other.csv"
        other.write_text(FILE.replace(",", ";"))
        with pytest.raises(ChangeError, match="applied in full"):
            api.receive_file(job, other, ADDED)

    def test_is_recognised_although_some_of_it_was_there_already(self, account: Account, job: Job, path: Path) -> None:
        account.receive(IDS[0], "c9_1", 5)
        account.receive(IDS[1], "c9_1", 3)
        assert states(api.receive_file(job, path)) == ["applied", "unchanged", "applied"]
        with pytest.raises(ChangeError, match="applied in full"):
            api.receive_file(job, path)

    def test_is_applied_once_more_if_somebody_says_so(self, account: Account, job: Job, path: Path) -> None:
        api.receive_file(job, path, ADDED)
        api.receive_file(job, path, ADDED, AGAIN)
        assert received(account) == [[10, 4], [6, 0], [0, 8]]
        assert [(job_id, state) for job_id, _, _, state in rows(job)] == [(0, "applied")] * 3 + [(1, "applied")] * 3

    @pytest.mark.parametrize("sending", [Sending(), AGAIN], ids=["first", "again"])
    def test_that_was_interrupted_is_finished_with_the_recorded_totals(
        self, account: Account, job: Job, path: Path, sending: Sending
    ) -> None:
        fail_at(account, 2, Fault.rate_limited())
        account.faults.extend([Fault.rate_limited().only(lambda each: IDS[1] in each.path and is_write(each))] * 6)
        with pytest.raises(UnreachableError, match="1 of 3 changes were applied before"):
            api.receive_file(job, path, ADDED, sending)
        account.faults.clear()
        first = len(written(account))
        outcomes = api.receive_file(job, path, ADDED, sending)
        assert states(outcomes) == ["applied"] * 3
        assert outcomes[0].message.startswith("Applied by an earlier run, on 20")
        assert (dict(outcomes[0].before), dict(outcomes[0].after), outcomes[0].file_rows) == (
            {"c9_1": 0, "c9_2": 0},
            {"c9_1": 5, "c9_2": 2},
            (2, 3),
        )
        assert (received(account), len(written(account)) - first) == ([[5, 2], [3, 0], [0, 4]], 2)

    @pytest.mark.parametrize("applied", [False, True])
    def test_that_was_killed_while_it_waited_for_a_response_adds_nothing_twice(
        self, account: Account, job: Job, path: Path, applied: bool
    ) -> None:
        fault = Fault.no_answer().after_applying() if applied else Fault.no_answer()
        fail_at(account, 2, fault)
        with _dying("inventory_planner.writeback.apply.state_after"):
            api.receive_file(job, path, ADDED)
        assert rows(job)[1] == (0, "R1", {"c9_1": 3}, "sent")
        assert states(api.receive_file(job, path, ADDED)) == ["applied"] * 3
        assert received(account) == [[5, 2], [3, 0], [0, 4]]
        assert [(row[0], row[3]) for row in rows(job)] == [(0, "applied")] * 3

    def test_sends_only_the_values_that_the_api_left_out(self, account: Account, job: Job, path: Path) -> None:
        account.quirks = Quirks(skipped_lines=frozenset({"c9_2"}))
        outcomes = api.receive_file(job, path, ADDED)
        assert [(str(each.state), dict(each.after), each.message) for each in outcomes[:2]] == [
            ("applied", {"c9_1": 5}, "Applied."),
            ("failed", {"c9_2": 2}, "c9_2: the API did not update the line."),
        ]
        assert received(account) == [[5, 0], [3, 0], [0, 0]]
        account.quirks = Quirks()
        count = len(written(account))
        assert {*states(api.receive_file(job, path, ADDED))} == {"applied"}
        assert received(account) == [[5, 2], [3, 0], [0, 4]]
        assert [each.body for each in written(account)[count:]] == [
            {"items": [{"id": "c9_2", "received": 2}]},
            {"items": [{"id": "c9_2", "received": 4}]},
        ]
        with pytest.raises(ChangeError, match="applied in full"):
            api.receive_file(job, path, ADDED)

    def test_that_was_begun_is_finished_although_an_order_can_t_be_changed_any_more(
        self, account: Account, job: Job, path: Path
    ) -> None:
        fail_at(account, 2, Fault.refused("Try later"))
        assert states(api.receive_file(job, path, ADDED)) == ["applied", "failed", "applied"]
        account.edit(IDS[1], readonly=True)
        outcomes = api.receive_file(job, path, ADDED)
        assert states(outcomes) == ["applied", "failed", "applied"]
        assert outcomes[1].message.startswith("Order R1 is read-only")
        assert received(account) == [[5, 2], [0, 0], [0, 4]]

    def test_of_an_order_that_somebody_else_changed_meanwhile_stays_in_doubt(
        self, account: Account, job: Job, path: Path
    ) -> None:
        fail_at(account, 1, Fault.no_answer().after_applying())
        account.before_answer.append(lambda each: _edit_after(account, each))
        outcomes = api.receive_file(job, path, ADDED)
        account.before_answer.clear()
        assert states(outcomes) == ["unknown", "applied", "applied"]
        assert "Someone else has changed the order: c9_1 is 6. Check it, and set the missing values." in str(
            outcomes[0].message
        )
        assert states(api.receive_file(job, path, ADDED)) == ["unknown", "applied", "applied"]
        assert received(account) == [[6, 2], [3, 0], [0, 4]]
        assert states(api.receive_file(job, path, ADDED, AGAIN)) == ["applied"] * 3
        assert received(account) == [[11, 4], [6, 0], [0, 8]]


@contextmanager
def _dying(name: str) -> Iterator[None]:
    """The process dies when this function is called."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(name, die)
        with suppress(KeyboardInterrupt):
            yield
            raise AssertionError("nothing died")


def _edit_after(account: Account, request: RecordedRequest) -> None:
    """Receive one more, once, before the first reading after a write."""
    if not is_write(request) and len(written(account)) == 1 and account.get(IDS[0])["items"][0]["received"] == 5:
        account.receive(IDS[0], "c9_1", 1)


class TestACommand:
    def test_that_ended_means_something_new_when_it_is_given_again(self, account: Account, job: Job) -> None:
        for _ in range(2):
            assert states(api.receive(job, "R0", {"c9_1": 5}, ADDED)) == ["applied"]
        assert received(account)[0] == [10, 0]
        assert [row[0] for row in rows(job)] == [0, 1]

    def test_that_was_interrupted_before_anybody_was_told_is_not_repeated(self, account: Account, job: Job) -> None:
        with _dying("inventory_planner.writeback.sending.read_back"):
            api.receive(job, "R0", {"c9_1": 5}, ADDED)
        (outcome,) = api.receive(job, "R0", {"c9_1": 5}, ADDED)
        assert (outcome.state, outcome.message[:32]) == ("applied", "Applied by an earlier run, on 20")
        assert received(account)[0] == [5, 0]
        api.receive(job, "R0", {"c9_1": 5}, ADDED)
        assert received(account)[0] == [10, 0]

    @pytest.mark.parametrize("after", [False, True])
    def test_to_create_an_order_keeps_the_reference_that_it_made_up(
        self, account: Account, job: Job, after: bool
    ) -> None:
        fields = {"warehouse": "c9_1001", "items": [{"id": "c9_1", "replenishment": 1}]}
        for step in range(10, 24):
            count, before = len(account.orders()), len(logged(job.warehouse))
            run_killed(lambda: api.create(job, {**fields, "notes": f"{step}"}), step, after=after)  # noqa: B023
            if not any(row["job_ended_at"] for row in logged(job.warehouse)[before:]):  # nobody was told
                api.create(job, {**fields, "notes": f"{step}"})
            assert len(account.orders()) == count + 1
        made_up = [each["reference"] for each in account.orders()[3:]]
        assert all(each.startswith("IP-") for each in made_up)
        assert len(set(made_up)) == len(made_up)

    def test_to_set_a_value_sets_it_although_somebody_else_changed_it_meanwhile(
        self, account: Account, job: Job
    ) -> None:
        fail_at(account, 1, Fault.no_answer())
        edits = iter([lambda: account.edit(IDS[0], notes="by them")])
        account.before_answer.append(lambda each: is_write(each) and next(edits, lambda: None)())  # type: ignore[no-any-return]
        (outcome,) = api.update(job, "R0", {"notes": "by us"})
        assert (outcome.state, account.get(IDS[0])["notes"]) == ("unknown", "by them")
        assert states(api.update(job, "R0", {"notes": "by us"})) == ["applied"]
        assert account.get(IDS[0])["notes"] == "by us"
        assert [(row["state"], row["before"]) for row in logged(job.warehouse)] == [
            ("unknown", {"notes": None}),
            ("applied", {"notes": "by them"}),
        ]
        assert states(api.update(job, "R0", {"notes": "by us"})) == ["unchanged"]

    @pytest.mark.long
    def test_of_several_orders_is_finished(self, account: Account, job: Job) -> None:
        for step in range(14, 50, 3):
            run_killed(lambda: api.close(job, ["R0", "R1", "R2"]), step, after=True)
            assert all(each.is_done for each in api.close(job, ["R0", "R1", "R2"]))
            assert [account.get(each)["status"] for each in IDS] == ["closed"] * 3
            for each in IDS:
                account.edit(each, status="open")
        assert {row["state"] for row in logged(job.warehouse)} <= {"applied", "unchanged", "failed"}

    def test_that_was_killed_before_it_sent_anything_says_so(self, job: Job) -> None:
        with _dying("inventory_planner.writeback.apply.update_write"):
            api.update(job, "R0", {"notes": "by us"})
        assert rows(job) == [(0, "R0", {"notes": "by us"}, "intended")]
        api.update(job, "R1", {"notes": "by us"})
        first = logged(job.warehouse)[0]
        assert (first["state"], first["message"], first["resolved_by"]) == (
            "failed",
            "The run was interrupted before it sent this.",
            None,
        )


class TestANewOrder:
    FIELDS = {"reference": "N", "warehouse": "c9_1001", "items": [{"id": "c9_1", "replenishment": 1}]}  # noqa: RUF012

    def test_of_somebody_else_with_the_same_reference_is_not_taken_for_ours(self, account: Account, job: Job) -> None:
        theirs = order("65f0c0de00000000000000ff", reference="N", warehouse="c9_2002")
        account.faults.append(Fault.no_answer().only(is_write))
        account.before_answer.append(lambda each: account.put(theirs) if is_write(each) else None)
        (outcome,) = api.create(job, self.FIELDS)
        assert (outcome.state, outcome.order_id) == ("unknown", None)
        assert "Someone else has changed the order" in outcome.message

    def test_with_a_reference_that_is_taken_is_refused(self, job: Job) -> None:
        api.create(job, self.FIELDS)
        with pytest.raises(ChangeError, match="An order with the reference N already"):
            api.create(job, self.FIELDS)
        assert states(api.create(job, self.FIELDS, AGAIN)) == ["applied"]

    @pytest.mark.parametrize("lag", [1, 2])
    def test_that_shows_late_is_waited_for(self, account: Account, job: Job, lag: int) -> None:
        account.quirks = Quirks(visible_after_requests=lag)
        account.faults.append(Fault.no_answer().after_applying().only(is_write))
        assert states(api.create(job, self.FIELDS)) == ["applied"]
        assert len(written(account)) == 1

    def test_that_shows_late_is_not_sent_again_by_the_next_run(self, account: Account, job: Job) -> None:
        account.faults.append(Fault.no_answer().after_applying().only(is_write))
        with _dying("inventory_planner.writeback.apply.state_after"):
            api.create(job, self.FIELDS)
        created = account.orders()[-1]
        account.delete(created["id"])  # as if it did not show yet
        reads = iter([False, False, False, True])

        def show(_: RecordedRequest) -> None:
            if next(reads, False):
                account.put(created)

        account.before_answer.append(show)
        assert states(api.create(job, self.FIELDS)) == ["applied"]
        assert len(written(account)) == 1

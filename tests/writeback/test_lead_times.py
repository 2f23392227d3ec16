"""Proposed lead times: which are sent, which are skipped and why, and what an interrupted run leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from inventory_planner import variants
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError
from inventory_planner.orders import Outcome, Sending
from inventory_planner.sync.load import Job
from inventory_planner.writeback.change import Skipped
from inventory_planner_emulator import Account, Fault, RecordedRequest, Server
from orders import API_KEY, NOW
from proposals import proposal, publish_proposals
from writing import is_write, logged, opened, run_killed, written

pytestmark = pytest.mark.long

ELSEWHERE = "Another of its warehouses needs the current lead time, and the API sets one for all of them."
ALREADY = "The account has the proposed lead time already."


@pytest.fixture(autouse=True)
def _unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variants, "load_catalog", lambda _job, _day: None)


class Told:
    """Sets the proposed lead times, and remembers what was skipped."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.skipped: list[tuple[str, str]] = []

    def set(self, vendor: str | None = None, limit: int | None = None) -> list[tuple[str, str, Any]]:
        """The variant, the state and the lead time of each outcome."""
        self.skipped = []
        proposals = variants.list_proposals(self.job, vendor)
        how = Sending(skip=self._skip)
        found = variants.set_lead_times(self.job, proposals, how, vendor=vendor, limit=limit)
        return [(each.target, str(each.state), each.after.get("lead_time")) for each in found]

    def _skip(self, skipped: Sequence[Skipped]) -> None:
        self.skipped += [(each.change.label, each.reason) for each in skipped]


@pytest.fixture
def told(job: Job) -> Told:
    return Told(job)


def lead_times(account: Account) -> dict[str, Any]:
    return {variant_id: edits["lead_time"] for variant_id, edits in account.variant_edits.items()}


def test_proposals_are_set_the_largest_change_first(account: Account, folder: DataFolder, told: Told) -> None:
    for name in ("a", "b", "c"):
        account.put_variant(name, lead_time=14)
    rows = [
        proposal("a", 14, 20),
        proposal("b", 14, 35),
        proposal("c", 14, None),
        proposal("a", 14, 99, account_id="a2000"),
    ]
    publish_proposals(folder, rows)
    assert told.set() == [("b", "applied", 35), ("a", "applied", 20)]
    assert (lead_times(account), told.skipped) == ({"a": 20, "b": 35}, [])
    assert [(row["command"], row["before"], row["after"]) for row in logged(told.job.warehouse)] == [
        ("variants set --from", {"lead_time": 14}, {"lead_time": 35}),
        ("variants set --from", {"lead_time": 14}, {"lead_time": 20}),
    ]


def test_what_can_t_be_set_is_skipped_and_named(account: Account, folder: DataFolder, told: Told) -> None:
    here, there = {"warehouse_id": "c9_1"}, {"warehouse_id": "c9_2"}
    places = [{"warehouse": "c9_1", "lead_time": 14}, {"warehouse": "c9_2", "lead_time": 21}]
    for name in ("differ", "agree", "moved"):
        account.put_variant(name, warehouse=places)
    account.put_variant("kept", warehouse=[{**place, "lead_time": 50} for place in places])
    account.put_variant("changed", lead_time=20)
    account.put_variant("set", lead_time=35)
    account.put_variant("unset")
    rows = [
        *(proposal("differ", 14, 30, **here), proposal("differ", 21, 40, **there)),
        *(proposal("kept", 50, 30, **here), proposal("kept", 50, None, **there)),
        *(proposal("agree", 14, 30, **here), proposal("agree", 21, 30, **there)),
        *(proposal("moved", 14, 31, **here), proposal("moved", 14, 31, **there)),
        *(proposal("changed", 14, 35), proposal("set", 14, 35), proposal("unset", None, 7), proposal("gone", 14, 15)),
        proposal("absurd", 14, 5000),
    ]
    publish_proposals(folder, rows)
    account.put_variant("absurd", lead_time=14)
    assert told.set() == [("differ", "applied", 40), ("agree", "applied", 30), ("unset", "applied", 7)]
    assert sorted(told.skipped) == [
        ("Variant ABSURD", "The proposed lead time is '5000'; it must be whole days, from 0 to 3650."),
        ("Variant CHANGED", "Its lead time was changed to 20 days; the proposal was made for 14 days."),
        ("Variant GONE", "It is no longer in the account."),
        ("Variant KEPT", ELSEWHERE),
        ("Variant MOVED", "Its lead time in c9_2 was changed to 21 days; the proposal was made for 14 days."),
        ("Variant SET", ALREADY),
    ]


def test_a_vendor_and_a_limit_choose(account: Account, folder: DataFolder, told: Told) -> None:
    for number in range(6):
        account.put_variant(f"v{number}", lead_time=14)
    rows = [proposal(f"v{number}", 14, 20 + number) for number in range(5)]
    publish_proposals(folder, [*rows, proposal("v5", 14, 90, vendor_id="bolt & co", vendor_name="Bolt & Co")])
    assert told.set("BOLT & co") == [("v5", "applied", 90)]
    assert told.set("acme mills", 2) == [("v4", "applied", 24), ("v3", "applied", 23)]
    assert told.set("acme mills", 2) == [("v2", "applied", 22), ("v1", "applied", 21)]
    assert told.skipped == [("Variant V4", ALREADY), ("Variant V3", ALREADY)]
    assert told.set("nobody") == []


def test_nothing_published_is_an_error(folder: DataFolder, told: Told) -> None:
    with pytest.raises(ConfigurationError, match="Nothing is published in"):
        told.set()
    publish_proposals(folder, [])
    assert told.set() == []


def test_many_proposals_are_compared_with_one_reading_of_the_list(
    account: Account, folder: DataFolder, told: Told
) -> None:
    for number in range(25):
        account.put_variant(f"v{number:02}", lead_time=14)
    publish_proposals(folder, [proposal(f"v{number:02}", 14, 20) for number in range(25)])
    assert len(told.set()) == 25
    assert [request.path for request in account.requests if not is_write(request)] == [
        "/api/v1/variants",
        *(f"/api/v1/variants/v{number:02}" for number in range(25)),  # each once more right before it is set
    ]


def test_a_setting_that_somebody_changes_after_it_was_read_is_not_overwritten(
    account: Account, folder: DataFolder, told: Told
) -> None:
    for name in ("a", "b"):
        account.put_variant(name, lead_time=14)
    publish_proposals(folder, [proposal("a", 14, 20), proposal("b", 14, 19)])
    account.before_write(lambda: account.put_variant("b", lead_time=16))
    assert told.set() == [("a", "applied", 20), ("b", "failed", None)]
    assert lead_times(account) == {"a": 20}
    assert told.set() == []
    assert told.skipped[1:] == [
        ("Variant B", "Its lead time was changed to 16 days; the proposal was made for 14 days."),
    ]


@pytest.mark.parametrize("applied", [False, True])
def test_what_is_in_doubt_is_settled_although_the_mart_no_longer_proposes_it(
    account: Account, folder: DataFolder, told: Told, applied: bool
) -> None:
    account.put_variant("a", lead_time=14)
    publish_proposals(folder, [proposal("a", 14, 20)])
    fault = Fault.no_answer().after_applying() if applied else Fault.no_answer()

    def fail_reads(request: RecordedRequest) -> None:
        if is_write(request):
            account.faults.extend([Fault.server_error(503).only(lambda each: not is_write(each))] * 6)

    account.faults.append(fault.only(is_write))
    account.before_answer.append(fail_reads)
    assert told.set() == [("a", "unknown", 20)]
    account.before_answer.clear()
    publish_proposals(folder, [])
    assert told.set() == [("a", "applied", 20)]
    assert [row["state"] for row in logged(told.job.warehouse)] == ["applied"]
    assert sum(request.applied for request in written(account)) == 1


@pytest.mark.parametrize("after", [False, True], ids=["before a step", "after a step"])
def test_a_run_that_was_killed_anywhere_is_finished_by_the_next_one(server: Server, after: bool) -> None:
    step, is_killed = 0, True
    while is_killed:
        step += 1
        account = server.account = Account(api_key=API_KEY, now=lambda: NOW)
        for name in ("a", "b"):
            account.put_variant(name, lead_time=14)
        with opened(server) as job:
            publish_proposals(job.warehouse.folder, [proposal("a", 14, 20), proposal("b", 14, 19)])
            told, outcomes = Told(job), list[Outcome]()
            is_killed = run_killed(told.set, step, after=after)
            told.set()
            assert lead_times(account) == {"a": 20, "b": 19}, (step, outcomes)
            assert [request.applied for request in written(account)].count(True) == 2
            rows = logged(job.warehouse)
            assert sorted(row["target"] for row in rows if row["state"] == "applied") == ["a", "b"]
            assert {row["state"] for row in rows} <= {"applied", "failed"}
    assert step > 10

"""Settings and vendors of variants: what is planned, what is refused, and what others change meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from inventory_planner import variants
from inventory_planner.api.client import Client
from inventory_planner.api.routes import neuro
from inventory_planner.errors import ChangeError, ConfigurationError
from inventory_planner.orders import Change, Outcome, Sending
from inventory_planner.sync.load import Job
from inventory_planner.writeback import sending
from inventory_planner.writeback.change import split_target, variant_target
from inventory_planner.writeback.variant_lookup import MAX_SINGLE_READS, find_variant, read_variants
from inventory_planner_emulator import Account, Fault, RecordedRequest
from inventory_planner_emulator.catalog import list_variant_vendors
from orders import line, order
from writing import is_write, logged, written

ACME = {"n": "acme mills", "s": "order", "t": "vendor", "cost_price": Decimal("4.25"), "uom_ordering": 6}


@pytest.fixture(autouse=True)
def _variant(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.put(order(items=[line(lead_time=14, vendor_reference="AM-17")]))
    monkeypatch.setattr(sending, "read_back", lambda _job, _order_ids: None)
    monkeypatch.setattr(variants, "load_catalog", lambda _job, _day: None)


def told(outcomes: Sequence[Outcome]) -> list[tuple[str, dict[str, Any], str]]:
    return [(str(each.state), dict(each.after), each.message) for each in outcomes]


def bodies(account: Account) -> list[Any]:
    return [request.body for request in written(account)]


class TestAVariant:
    def test_is_named_by_its_id_or_by_an_unambiguous_sku(self, account: Account, client: Client) -> None:
        account.put_variant("1", sku="A", removed=True)
        account.put_variant("2", sku="a")
        account.put_variant("3", sku="1")
        assert [find_variant(client, name).variant_id for name in ("1", "A", " 2 ")] == ["1", "2", "2"]
        account.put_variant("4", sku="A")
        with pytest.raises(ChangeError, match=r"^2 variants have the SKU A\. Use an id instead: 2, 4\.$"):
            find_variant(client, "A")

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("none", "The account has no variant with the id or SKU none."),
            (" ", "Give the id or SKU of a variant."),
            ("..", "Give the id or SKU of a variant."),
        ],
    )
    def test_that_there_is_not_is_an_error(self, client: Client, name: str, message: str) -> None:
        with pytest.raises(ChangeError) as error:
            find_variant(client, name)
        assert str(error.value) == message

    @pytest.mark.parametrize("count", [2, MAX_SINGLE_READS + 1])
    def test_that_is_one_of_many_is_read_alone_or_from_the_list(
        self, account: Account, client: Client, count: int
    ) -> None:
        wanted = [f"v{number}" for number in range(count)]
        for each in wanted:
            account.put_variant(each, removed=each == "v1")
        assert sorted(read_variants(client, {*wanted, "gone"})) == sorted(wanted)
        assert len(account.requests) == (3 if count == 2 else 1)

    def test_is_not_to_be_had_through_neuro(self, job: Job) -> None:
        job.client.route = neuro("p")
        with pytest.raises(ConfigurationError, match="connect to Inventory Planner directly"):
            variants.set_settings(job, "c9_5001", {"lead_time": 1})


class TestSettings:
    def test_are_whole_days(self, account: Account, job: Job) -> None:
        for days in (0, 3650, "35", Decimal("1E+1"), 14.0):
            variants.set_settings(job, "c9_5001", {"lead_time": days})
        assert [body["variant"]["lead_time"] for body in bodies(account)] == [0, 3650, 35, 10, 14]

    @pytest.mark.parametrize("days", [-1, 3651, "1.5", "many", "", True, float("nan"), None])
    def test_of_another_number_of_days_are_refused(self, account: Account, job: Job, days: Any) -> None:
        with pytest.raises(ChangeError, match=r"^The days of stock is .*; it must be whole days, from 0 to 3650\.$"):
            variants.set_settings(job, "c9_5001", {"review_period": days})
        assert written(account) == []

    def test_that_there_are_not_are_refused(self, job: Job) -> None:
        with pytest.raises(ChangeError, match=r"These can: lead_time, review_period\.$"):
            variants.set_settings(job, "c9_5001", {"minimum_stock": 3})

    def test_that_the_account_has_already_are_left_out(self, account: Account, job: Job) -> None:
        variants.set_settings(job, "c9_5001", {"lead_time": 14, "review_period": 30})
        assert bodies(account) == [{"variant": {"review_period": 30}}]
        outcomes = variants.set_settings(job, "c9_5001", {"lead_time": "14", "review_period": 30})
        assert told(outcomes) == [("unchanged", {}, "The account already has this.")]
        assert len(written(account)) == 1

    def test_by_warehouse_are_shown_so_and_set_for_all(self, account: Account, job: Job) -> None:
        places = [{"warehouse": "c9_1", "lead_time": 14}, {"warehouse": "c9_2", "lead_time": 21}]
        account.put_variant("v", connections=[{"sku": "CUP"}], warehouse=[*places, {"warehouse": "combined"}])
        (outcome,) = variants.set_settings(job, "cup", {"lead_time": 21})
        assert (outcome.before, outcome.after, outcome.is_done) == (
            {"lead_time": {"c9_1": 14, "c9_2": 21}},
            {"lead_time": 21},
            True,
        )

    def test_that_the_api_ignores_are_not_said_to_be_applied(self, account: Account, job: Job) -> None:
        ignored = b'{"variant": {"id": "c9_5001", "lead_time": 14}, "result": {"status": "success"}}'
        account.faults.extend([Fault.status(200, ignored).only(is_write)] * 3)
        (outcome,) = variants.set_settings(job, "c9_5001", {"lead_time": 35})
        assert outcome.state == "unknown"
        assert outcome.message.startswith("The response does not show the variant as it should be now.")

    def test_that_somebody_sets_before_they_are_sent_again_stay(self, account: Account, job: Job) -> None:
        account.faults.append(Fault.no_answer().only(is_write))
        edits = iter([{"lead_time": 20}])

        def edit(request: RecordedRequest) -> None:
            if not is_write(request) and written(account):
                account.edit_variant("c9_5001", **next(edits, {}))

        account.before_answer.append(edit)
        (outcome,) = variants.set_settings(job, "c9_5001", {"lead_time": 35})
        assert (outcome.state, "Someone else has changed the variant: lead_time is 20." in outcome.message) == (
            "unknown",
            True,
        )
        assert account.variant_edits["c9_5001"] == {"lead_time": 20}

    def test_that_changed_after_they_were_shown_are_not_sent(self, account: Account, job: Job) -> None:
        def confirm(_: Sequence[Change]) -> bool:
            account.edit_variant("c9_5001", lead_time=20)
            return True

        how = Sending(confirm, only_shown=True)
        (outcome,) = variants.set_settings(job, "c9_5001", {"lead_time": 35}, how)
        assert (outcome.state, outcome.message) == (
            "failed",
            "Variant TEE-RED-M has changed since it was shown; nothing was sent. Run the command again.",
        )
        assert written(account) == []

    def test_of_a_variant_that_is_deleted_meanwhile_can_t_be_set(self, account: Account, job: Job) -> None:
        account.before_write(lambda: account.delete_variant("c9_5001"))
        (outcome,) = variants.set_settings(job, "c9_5001", {"lead_time": 35})
        assert outcome.state == "failed"
        assert [row["state"] for row in logged(job.warehouse)] == ["failed"]


class TestAVendor:
    def test_keeps_the_data_that_is_not_set(self, account: Account, job: Job) -> None:
        variants.set_vendor(job, "tee-red-m", "ACME mills", {"vendor_name": " Tee ", "vendor_packaging": 12})
        whole = {"cost_price": 4.25, "vendor_reference": "AM-17", "uom_ordering": 6}
        assert bodies(account) == [{"vendor": {**whole, "vendor_name": "Tee", "vendor_packaging": 12}}]
        (saved,) = list_variant_vendors(account, "c9_5001")
        assert {name: saved[name] for name in ("n", "s", "vendor_name")} == {
            "n": "acme mills",
            "s": "user",
            "vendor_name": "Tee",
        }

    def test_is_set_once_however_often_it_is_asked_for(self, account: Account, job: Job) -> None:
        for cost, state in (("4.5", "applied"), (4.5, "unchanged"), (Decimal("4.50"), "unchanged")):
            assert variants.set_vendor(job, "c9_5001", "acme mills", {"cost_price": cost})[0].state == state
        assert len(written(account)) == 1

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"cost_price": -1}, "cost_price is '-1'; it must be a number of at least 0, such as 12 or 0.5."),
            ({"cost_price": "1,5"}, "cost_price is '1,5'; it must be a number of at least 0, such as 12 or 0.5."),
            (
                {"landing_cost_price": "1.0000001"},
                "landing_cost_price is '1.0000001'; it must be less than 1,000,000,000,000, with at most 6 decimals.",
            ),
            (
                {"cost_price": 10**12},
                "cost_price is '1000000000000'; it must be less than 1,000,000,000,000, with at most 6 decimals.",
            ),
            ({"price": 1}, "price can't be set. These can: cost_price, landing_cost_price, uom_ordering, vendor_na"),
        ],
    )
    def test_with_data_that_can_t_be_meant_is_refused(
        self, account: Account, job: Job, fields: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(ChangeError) as error:
            variants.set_vendor(job, "c9_5001", "acme mills", fields)
        assert str(error.value).startswith(message)
        assert written(account) == []

    @pytest.mark.parametrize("vendor", ["", " ", ".."])
    def test_without_a_name_is_refused(self, job: Job, vendor: str) -> None:
        for change in (
            lambda: variants.remove_vendor(job, "c9_5001", vendor),
            lambda: variants.set_vendor(job, "c9_5001", vendor, {"cost_price": 1}),
        ):
            with pytest.raises(ChangeError, match="Give the id of a vendor"):
                change()

    def test_that_the_variant_has_not_can_t_be_removed(self, account: Account, job: Job) -> None:
        with pytest.raises(ChangeError, match=r"^Variant TEE-RED-M has no vendor bolt. Its vendors: acme mills\.$"):
            variants.remove_vendor(job, "c9_5001", "bolt")
        variants.remove_vendor(job, "c9_5001", "Acme Mills")
        with pytest.raises(ChangeError, match=r"Its vendors: none\.$"):
            variants.remove_vendor(job, "c9_5001", "acme mills")
        assert (list_variant_vendors(account, "c9_5001"), len(written(account))) == ([], 1)

    def test_with_a_slash_in_its_name_is_told_from_the_variant(self) -> None:
        for ids in (("c9_5001", ""), ("c9_5001", "bolt / co"), ("gid://5", ""), ("50%2F/1", "a/b")):
            assert split_target(variant_target(*ids)) == ids
        assert variant_target("c9_5001", "bolt / co") == "c9_5001/bolt / co"

    def test_whose_other_data_somebody_changes_meanwhile_is_not_overwritten(self, account: Account, job: Job) -> None:
        account.faults.append(Fault.no_answer().only(is_write))

        def edit(request: RecordedRequest) -> None:
            if not is_write(request) and written(account):
                account.put_variant_vendor("c9_5001", "acme mills", {**ACME, "vendor_reference": "NEW"})

        account.before_answer.append(edit)
        (outcome,) = variants.set_vendor(job, "c9_5001", "acme mills", {"cost_price": 5})
        assert (outcome.state, "vendor_reference is NEW" in outcome.message) == ("unknown", True)
        assert [request.applied for request in written(account)] == [False]


def test_changed_variants_are_read_back_with_the_catalog(
    account: Account, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    variants.set_settings(job, "c9_5001", {"lead_time": 35})
    assert job.warehouse.execute("select variant_id from inventory_planner.variants") == [("c9_5001",)]
    assert len(written(account)) == 1

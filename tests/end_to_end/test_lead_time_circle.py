"""A vendor whose lead time setting is wrong: found, proposed, written, read back, and the next day's reports follow."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from inventory_planner import variants
from inventory_planner.data_folder import DataFolder
from inventory_planner.run import run
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner_emulator import Account, Server, demo_account, live_a_day
from roads import client_of

TODAY = date(2026, 1, 5)
VENDOR = "vesta appliances"

Row = dict[str, Any]


@pytest.fixture
def folder(parsed_folder: DataFolder) -> DataFolder:
    return parsed_folder


@pytest.fixture
def account(served: Server) -> Account:
    served.account = demo_account(TODAY)
    return served.account


def build(job: Job, day: date) -> None:
    assert run(job, {"as_of_date": day.isoformat()}).is_published


def rows(folder: DataFolder, mart: str) -> dict[tuple[str, str | None], Row]:
    """The published rows of the vendor's variants, by variant and warehouse."""
    connection = engine_of(folder).connect_published()
    assert connection is not None
    found = connection.execute(f"select * from marts.{mart} where vendor_id = ? order by variant_id", [VENDOR])
    names = [column[0] for column in found.description]
    shown = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    connection.close()
    return {(row["variant_id"], row["warehouse_id"]): row for row in shown}


@pytest.mark.long
def test_a_wrong_lead_time_is_found_proposed_written_and_changes_the_next_days_reports(
    account: Account, server: Server, settings: Settings, warehouse: Warehouse, folder: DataFolder
) -> None:
    with client_of("direct", account, server.url) as client:
        job = Job(client, settings, warehouse)
        build(job, TODAY)
        before, judged = rows(folder, "stockout_risk"), rows(folder, "lead_time_settings")
        proposals = {key: row for key, row in judged.items() if row["is_proposed"]}

        assert len(proposals) > 1
        assert {row["configured_lead_time_days"] for row in judged.values()} == {14}
        assert {row["proposal_reason"] for row in proposals.values()} == {"too short"}
        assert all(30 < row["observed_lead_time_days"] < 40 and row["count_orders"] >= 5 for row in proposals.values())
        assert all(row["proposal_reason"] == "low sample" for row in judged.values() if not row["is_proposed"])

        outcomes = variants.set_lead_times(job, variants.list_proposals(job, "Vesta Appliances"))
        assert outcomes
        assert all(each.is_done for each in outcomes)
        needed: dict[str, int] = {}  # one for all warehouses of a variant: the longest
        for (variant_id, _), row in proposals.items():
            needed[variant_id] = max(needed.get(variant_id, 0), row["proposed_lead_time_days"])
        assert {each.target: each.after["lead_time"] for each in outcomes} == needed

        tomorrow = TODAY + timedelta(days=1)
        live_a_day(account, TODAY)
        account.run_background_jobs()
        job.warehouse.execute(
            "update inventory_planner._syncs set started_at = started_at - interval 1 day where sync_kind = 'catalog'"
        )
        build(job, tomorrow)
        after, settled = rows(folder, "stockout_risk"), rows(folder, "lead_time_settings")
        assert variants.set_lead_times(job, variants.list_proposals(job, "Vesta Appliances")) == []

    in_both = [key for key in before if key in after and key[0] in needed]
    assert in_both
    for key in in_both:
        assert (before[key]["lead_time_days"], after[key]["lead_time_days"]) == (14, needed[key[0]])
        assert settled[key]["configured_lead_time_days"] == needed[key[0]]
        assert settled[key]["proposal_reason"] != "too short"
    assert [row for row in after.values() if row["order_by_date"] and row["first_gap_in_days"] is not None]
    to_order = {key: row for key, row in after.items() if key[0] in needed and "order " in row["recommended_action"]}
    assert to_order
    for key, row in to_order.items():
        latest = row["first_gap_date"] - timedelta(days=needed[key[0]])
        assert row["order_by_date"] == max(latest, tomorrow)
        assert row["recommended_action"] == ("order now" if latest <= tomorrow else "order later")

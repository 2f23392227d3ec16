from __future__ import annotations

import json
import logging

import pytest

from inventory_planner.marts.dbt_events import DbtEvents

LOG = logging.getLogger("inventory_planner.marts.dbt")


def event(name: str, message: str, node: str = "", schema: str = "") -> str:
    data = {"total": 9, "node_info": {"node_name": node, "node_relation": {"schema": schema}}}
    return json.dumps({"data": data, "info": {"name": name, "msg": message}}) + "\n"


EVENTS = [
    event("MainReportVersion", "Running with dbt=1.11"),
    event("LogSeedResult", "1 of 9 OK", "order_statuses", "seeds"),
    event("LogModelResult", "2 of 9 OK", "stg_orders", "staging"),
    event("LogModelResult", "3 of 9 OK", "vendors", "marts"),
    event("LogTestResult", "4 of 9 PASS", "vendors_have_a_key", "marts"),
]


def test_events_are_shown_as_text_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    events = DbtEvents(LOG, all_marts=41)
    with caplog.at_level(logging.DEBUG, LOG.name):
        shown = [events.read(line) for line in EVENTS]
        events.log_summary()

    assert shown == ["Running with dbt=1.11\n", "1 of 9 OK\n", "2 of 9 OK\n", "3 of 9 OK\n", "4 of 9 PASS\n"]
    assert caplog.messages == [
        "1 of 9: order_statuses",
        "2 of 9: stg_orders",
        "3 of 9: vendors",
        "4 of 9: vendors_have_a_key",
        "Built 1 marts and ran 1 tests in 0 s.",
    ]
    assert caplog.records[3].fields == {  # type: ignore[attr-defined]
        "node": "vendors_have_a_key",
        "done": 4,
        "total": 9,
        "marts": 1,
        "all_marts": 41,
    }
    assert caplog.records[4].fields == {"marts": 1, "tests": 1, "seconds": 0.0}  # type: ignore[attr-defined]


def test_the_message_of_a_node_that_failed_is_kept() -> None:
    message, test = "Got 1 result, configured to fail if != 0", "test.inventory_planner.vendors_have_a_unique_key"
    failed = {"msg": message, "node_info": {"unique_id": test}}
    skipped = {"msg": "Skipped due to an upstream failure"}
    events = DbtEvents(LOG, all_marts=41)

    for data in (failed, skipped):
        events.read(json.dumps({"data": data, "info": {"name": "RunResultError", "msg": f"  {data['msg']}"}}))

    assert events.failures == {test: message}


@pytest.mark.parametrize("line", ["vendors\n", '{"name": "vendors"}\n', '{"a\n', "[1]\n"])
def test_any_other_output_stays_as_it_is(line: str, caplog: pytest.LogCaptureFixture) -> None:
    events = DbtEvents(LOG, all_marts=41)
    assert events.read(line) == line
    events.log_summary()
    assert caplog.messages == []

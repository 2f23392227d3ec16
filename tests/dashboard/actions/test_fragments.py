from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

from inventory_planner.orders import Change, Outcome
from inventory_planner.warehouse.write_log import State
from inventory_planner.writeback.apply import RUN_AGAIN
from inventory_planner.writeback.change import Action
from inventory_planner_dashboard.actions import fragments
from inventory_planner_dashboard.actions.planner import Plan, Sent, request_closing
from orders import line, order, record_of


def sent(order_id: str, state: State = State.APPLIED, message: str = "Applied.", **after: Any) -> Sent:
    outcome = Outcome("update", order_id, f"PO {order_id}", "", dict.fromkeys(after), after, state, message, (), "job")
    return Sent(datetime(2026, 1, 5, 9, 30, tzinfo=UTC), "a1000", outcome, {})


def words(html: str) -> list[str]:
    return [unescape(each).strip() for each in re.findall(r">([^<]+)", html)]


def test_orders_that_the_dashboard_has_closed_are_not_offered_again() -> None:
    rows = [{"order": name, "label": f"<{name}>"} for name in ("1", "2", "3", "4")]
    done = [sent("1", status="CLOSED"), sent("2", expected_date="2026-02-01"), sent("3", State.FAILED, status="CLOSED")]

    offered = fragments.bulk(rows, "a1000", done)

    assert re.findall(r'name="order" value="(\d)"', offered) == ["2", "3", "4"]
    assert [each for each in words(offered) if each.startswith("<")] == ["<2>", "<3>", "<4>"]


def test_an_unknown_outcome_says_what_to_do_on_the_page() -> None:
    html = fragments.outcomes(
        [
            sent("1", status="CLOSED"),
            sent("2", State.UNKNOWN, f"No answer. {RUN_AGAIN}", status="CLOSED"),
        ]
    )

    assert words(html) == [
        (
            "Order PO 2: No answer. Review the same change again: the dashboard reads the account first and sends only"
            " what is missing."
        ),
        "1 change unknown, 1 change applied",
        *("Order", "Change", "Before", "After", "State"),
        *("PO 2", "update: status", "-", "CLOSED", "unknown"),
        *("PO 1", "update: status", "-", "CLOSED", "applied"),
        "The pages show it after the next run.",
        "To undo it: inventory-planner writes undo job",
    ]


def test_what_was_sent_is_listed_until_the_figures_include_it() -> None:
    assert fragments.summary([]) == ""
    assert words(fragments.summary([sent("1", expected_date="2026-02-01")])) == [
        "Sent from this dashboard since the figures were published. The pages show it after the next run.",
        "2026-01-05 09:30 UTC: Order PO 1, update: expected_date: - → 2026-02-01 (applied)",
    ]


def test_a_date_that_has_passed_is_pointed_out_before_it_is_sent() -> None:
    def shown(expected: str) -> str:
        dates = {"expected_date": expected}
        change = Change(Action.UPDATE, "1", "1042", {"expected_date": "2026-01-20"}, dates, dates)
        return fragments.plan(Plan("p", request_closing("a1000", []), (change,)))

    assert "Order 1042: the new expected date is in the past." in shown("2020-01-31")
    assert "in the past" not in shown("2099-01-31")


def test_an_order_with_a_negative_total_can_be_changed_in_a_browser() -> None:
    items = [line("v", sku="V", received=-2), line("w", sku="W", received=0)]

    html = fragments.choice(record_of(order(items=items)).order, {"account": "a1000", "order": "1"})

    assert re.findall(r'<input type="number"([^>]*) step="any" name="received:(\w)"', html) == [
        ("", "v"),
        (' min="0"', "w"),
    ]

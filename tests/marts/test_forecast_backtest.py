"""Forecasts of a past day's book, compared with when the goods came."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from statistics import mean

import pytest

from dbt_runs import dbt, select
from filling import fill
from hand_made import AS_OF, Json
from inventory_planner.data_folder import DataFolder
from inventory_planner_emulator.demo.history import demo_orders

AFTERWARDS = AS_OF + timedelta(days=184)  # by then, nearly all that was open has arrived
MIDNIGHT = datetime.combine(AS_OF + timedelta(days=1), time(), UTC)
SEEDS = range(1, 9)  # one account each: a single one has few overdue lines

Line = tuple[str, str, str]  # account, order, variant


def book_on_the_day(orders: list[Json]) -> list[Json]:
    """The orders as they were at the end of the day: without what happened later."""
    return [_as_it_was(order) for order in orders if order["created_date"] <= AS_OF.isoformat()]


def arrivals_after_the_day(account: str, orders: list[Json]) -> dict[Line, date]:
    """When the last goods of each line came, if after the day; without variants that an order repeats."""
    found: dict[Line, date] = {}
    for order in orders:
        ids = [line["id"] for line in order["items"]]
        for line in order["items"]:
            later = [receipt["date"] for receipt in _history(line) if receipt["date"] >= MIDNIGHT.timestamp()]
            if later and ids.count(line["id"]) == 1:
                found[account, order["id"], line["id"]] = datetime.fromtimestamp(max(later), UTC).date()
    return found


def _as_it_was(order: Json) -> Json:
    is_final = datetime.fromisoformat(order["last_modified"]) < MIDNIGHT
    lines = [_received_by_the_day(line) for line in order["items"]]
    return {**order, "items": lines, "status": order["status"] if is_final else "open"}


def _received_by_the_day(line: Json) -> Json:
    known = [receipt for receipt in _history(line) if receipt["date"] < MIDNIGHT.timestamp()]
    received = sum((Decimal(str(receipt["value"])) for receipt in known), Decimal(0))
    return {**line, "received": received, "received_history": known}


def _history(line: Json) -> list[Json]:
    return line.get("received_history") or []


def errors(rows: list[Json], forecast: str) -> float:
    """The mean absolute error in days, among the lines that have a forecast."""
    return mean(abs((row["arrived"] - row[forecast]).days) for row in rows if row["forecast_receipt_date"])


def share_by_latest(rows: list[Json]) -> float:
    """The share of lines that arrived by the latest date, among those that have one."""
    return mean(row["arrived"] <= row["latest_receipt_date"] for row in rows if row["latest_receipt_date"])


@pytest.mark.long
def test_forecasts_of_a_past_day_came_true_within_bounds(parsed_folder: DataFolder) -> None:
    accounts = {f"demo {seed}": demo_orders(AFTERWARDS, seed=seed) for seed in SEEDS}
    fill(parsed_folder.warehouse, {account: book_on_the_day(orders) for account, orders in accounts.items()})
    arrived = {
        line: day
        for account, orders in accounts.items()
        for line, day in arrivals_after_the_day(account, orders).items()
    }

    run = dbt(parsed_folder, "build", "--select", "+open_lines", "--exclude-resource-type", "test", "unit_test")

    assert set(run.outcomes.values()) == {"success"}, run.output
    rows = [
        {**row, "arrived": arrived[row["line"]]}
        for row in select(
            parsed_folder.warehouse,
            """
            select (account_id, purchase_order_id, variant_id) as line, is_overdue, forecast_receipt_date,
                latest_receipt_date, greatest(promise_current, as_of_date) as promise_or_today
            from marts.open_lines where order_type = 'po'
            """,
        )
        if row["line"] in arrived
    ]
    due, overdue = ([row for row in rows if row["is_overdue"] == is_overdue] for is_overdue in (False, True))
    assert len(due) > 800
    assert len(overdue) > 100
    # nine of ten lines should arrive by the latest date; those of an order arrive together, and samples are small
    assert 0.80 <= share_by_latest(due) <= 0.97
    assert 0.70 <= share_by_latest(overdue) <= 0.97
    assert errors(due, "forecast_receipt_date") < 5
    assert errors(overdue, "forecast_receipt_date") < 5
    # a forecast is better than the promise and, once that has passed, than today
    assert errors(due, "forecast_receipt_date") < 0.9 * errors(due, "promise_or_today")
    assert errors(overdue, "forecast_receipt_date") < 0.9 * errors(overdue, "promise_or_today")

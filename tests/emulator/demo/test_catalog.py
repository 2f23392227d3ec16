"""The catalog of the demo account, calculated anew from its orders and from what its customers want."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from math import ceil
from typing import Any

import pytest

from emulator_client import EmulatorClient
from inventory_planner_emulator import Account, demo_account, live_a_day, serve

pytestmark = pytest.mark.long

TODAY = date(2026, 3, 2)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
OPEN = {"open", "ordered", "Partially received"}
COMBINED = "c7_combined"
SAMPLE = ("c7_5000", "c7_5112", "c7_5821", "c7_6020", "c7_6100", "c7_9001", "c7_9102")
Record = dict[str, Any]
Catalog = dict[str, Record]


def read_catalog(account: Account) -> Catalog:
    """Every variant, with its figures by warehouse under `places`."""
    with serve(account) as server, EmulatorClient(server.url) as client:
        client.headers["Authorization"] = account.api_key
        rows = client.read_rows("variants", limit=1000, removed="true")
    return {row["id"]: {**row, "places": {place["warehouse"]: place for place in row["warehouse"]}} for row in rows}


@cache
def demo(seed: int = 1) -> tuple[Account, Catalog]:
    account = demo_account(TODAY, seed=seed, now=lambda: MIDNIGHT + timedelta(hours=12))
    return account, read_catalog(account)


@cache
def demo_after_a_day() -> tuple[Account, Catalog, Catalog]:
    """The account in its second day of business, and its catalogs of both days."""
    account = demo_account(TODAY, now=lambda: MIDNIGHT + timedelta(days=2))
    first = live_a_day(account, TODAY) and read_catalog(account)
    live_a_day(account, TODAY + timedelta(days=1))
    return account, first, read_catalog(account)


def real_places(catalog: Catalog) -> list[tuple[str, Record]]:
    return [(key, place) for key, row in catalog.items() for name, place in row["places"].items() if name != COMBINED]


def movements(account: Account) -> dict[tuple[str, str], Counter[date]]:
    """What receipts brought to a warehouse less what transfers and assembly took from it, by day."""
    found: dict[tuple[str, str], Counter[date]] = defaultdict(Counter)
    for order in account.orders():
        source = order.get("source_warehouse")
        for line in order["items"]:
            taken = [(part["id"], part["quantity"]) for part in line.get("components", [])]
            if source and order["type"] != "assembly":
                taken = [(line["id"], 1)]
            for receipt in line.get("received_history", []):
                day, units = datetime.fromtimestamp(receipt["date"], UTC).date(), int(receipt["value"])
                found[line["id"], order["warehouse"]][day] += units
                for part, quantity in taken:
                    found[part, source][day] -= units * quantity
    return found


def sell(account: Account, variant: str, warehouse: str, today: date) -> tuple[Any, list[tuple[bool, Any]]]:
    """The stock today; for each day before, whether there was any, and what was sold of what was wanted."""
    assert account.assortment is not None
    first_day, item = account.assortment.first_day, account.assortment.variants[variant].items[warehouse]
    moved = movements(account)[variant, warehouse]
    stock, days = item.opening_stock, []
    for number, wanted in enumerate(item.demand.units(first_day, (today - first_day).days)):
        stock += moved[first_day + timedelta(days=number)]
        sold = min(wanted, max(stock, 0))
        days.append((stock > 0, sold))
        stock -= sold
    return stock, days


def daily_forecast(place: Record) -> list[float]:
    """The forecast of each day from today on."""
    days: list[float] = []
    for year, months in dict(place["forecast_by_period"]).items():
        for month, units in months.items():
            length = monthrange(int(year), int(month))[1]
            days += [units / length] * length
    return days[TODAY.day - 1 :]


def open_lines(account: Account, variant: str, place: Record) -> Iterator[tuple[int, Any]]:
    """In how many days how much is expected."""
    for order in account.orders():
        if order["status"] in OPEN and order["warehouse"] == place["warehouse"]:
            after = date.fromisoformat(order["created_date"]) + timedelta(days=place["lead_time"])
            due = date.fromisoformat(order["expected_date"]) if order["expected_date"] else after
            for line in order["items"]:
                left = int(line["replenishment"] - line.get("received", 0))
                if line["id"] == variant and left > 0:
                    yield max((due - TODAY).days, 0), left


def lead_times(account: Account, variant: str, warehouse: str) -> list[int]:
    return [
        (datetime.fromtimestamp(receipt["date"], UTC).date() - date.fromisoformat(order["created_date"])).days
        for order in account.orders()
        if order["warehouse"] == warehouse and (order["source_type"] == "vendor" or order["type"] == "assembly")
        for line in order["items"]
        if line["id"] == variant
        for receipt in line.get("received_history", [])
    ]


@pytest.mark.parametrize("variant", SAMPLE)
def test_stock_is_what_there_was_and_what_came_less_what_was_sold(variant: str) -> None:
    account, catalog = demo()
    for warehouse, place in catalog[variant]["places"].items():
        if warehouse == COMBINED:
            continue
        stock, days = sell(account, variant, warehouse, TODAY)
        sold = [units for _, units in days]
        year_in_stock = sum(in_stock for in_stock, _ in days[-365:])
        assert {
            name: place[name] for name in ("in_stock", "total_sales", "last_90_days_sales", "oos_last_60_days")
        } == {
            "in_stock": stock,
            "total_sales": sum(sold),
            "last_90_days_sales": sum(sold[-90:]),
            "oos_last_60_days": sum(not in_stock for in_stock, _ in days[-60:]),
        }
        velocity = sum(sold[-365:]) / year_in_stock if year_in_stock else 0
        assert place["forecast_description"]["sales_velocity1"] == pytest.approx(velocity, abs=0.0001)
        by_month = [units for months in dict(place["orders_by_month"]).values() for units in months.values()]
        assert sum(by_month) == sum(sold)
        assert place["last_30_days_revenue"] == pytest.approx(place["last_30_days_sales"] * place["price"])


@pytest.mark.parametrize("variant", SAMPLE)
def test_recommendations_follow_from_the_forecast_and_what_is_on_order(variant: str) -> None:
    account, catalog = demo()
    for warehouse, place in catalog[variant]["places"].items():
        if warehouse == COMBINED:
            continue
        on_order = sum(units for _, units in open_lines(account, variant, place))
        need = sum(daily_forecast(place)[: place["lead_time"] + place["review_period"]])
        short = need + place["minimum_stock"] - place["in_stock"] - on_order
        vendors = catalog[variant]["connections"][0]["vendors"]
        pack = vendors[0]["vendor_packaging"] if vendors else 1
        found = lead_times(account, variant, warehouse)
        assert place["purchase_orders_qty"] == on_order
        assert place["replenishment"] == max(ceil(round(short, 6)), 0)
        assert place["to_order"] == ceil(place["replenishment"] / pack) * pack
        assert place["overstocked_units"] == max(int(round(-short, 6)), 0)
        assert place["avg_lead_time"] == (pytest.approx(sum(found) / len(found), abs=0.051) if found else None)


@pytest.mark.parametrize("variant", SAMPLE)
def test_it_runs_out_as_a_simulation_by_day_says(variant: str) -> None:
    account, catalog = demo()
    for warehouse, place in catalog[variant]["places"].items():
        if warehouse == COMBINED or not place["last_365_days_sales"]:
            continue
        arrivals = list(open_lines(account, variant, place))
        stock, first_gap, days_of_sales, lost = max(place["in_stock"], 0), None, 0, 0.0
        for day, wanted in enumerate(daily_forecast(place)):
            stock += sum(units for due, units in arrivals if due == day)
            sold = min(stock, wanted)
            stock -= sold
            if wanted - sold > 1e-5:
                first_gap = day if first_gap is None else first_gap
                lost += wanted - sold if day < place["lead_time"] else 0
            if sold > 1e-5:
                days_of_sales = day + 1
        horizon = len(daily_forecast(place))
        has_gap_before_order = first_gap is not None and days_of_sales > first_gap + 1
        assert place["sells_out_in_first"] == (horizon if first_gap is None else first_gap)
        assert place["oos"] == days_of_sales + (first_gap or 0 if has_gap_before_order else 0)
        assert place["forecasted_lost_revenue_lead_time"] == pytest.approx(
            lost * place["price"], abs=0.01 * place["price"]
        )


@pytest.mark.parametrize("variant", SAMPLE)
def test_the_combined_warehouse_is_the_sum_of_the_others(variant: str) -> None:
    _, catalog = demo()
    *parts, combined = catalog[variant]["places"].values()
    for name in ("in_stock", "purchase_orders_qty", "replenishment", "to_order", "total_sales", "current_forecast"):
        assert combined[name] == pytest.approx(sum(part[name] for part in parts)), name
    assert combined["warehouse"] == COMBINED


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_has_every_case_that_reports_distinguish(seed: int) -> None:
    _, catalog = demo(seed)
    places = real_places(catalog)
    cases = {
        "out of stock": [key for key, place in places if place["in_stock"] <= 0 and place["last_365_days_sales"]],
        "runs out before an open order arrives": [
            key
            for key, place in places
            if place["oos"] is not None and place["sells_out_in_last"] > place["sells_out_in_first"] + 1
        ],
        "to order": [key for key, place in places if place["replenishment"]],
        "overstocked": [key for key, place in places if place["overstocked_units"]],
        "class A": [key for key, place in places if place["segment"] == "A"],
        "class B": [key for key, place in places if place["segment"] == "B"],
        "class C": [key for key, place in places if place["segment"] == "C"],
        "lost revenue": [key for key, place in places if place["forecasted_lost_revenue_lead_time"]],
    }
    assert [case for case, rows in cases.items() if len(rows) < 5] == []
    assert len([key for key, row in catalog.items() if row["removed"]]) == 2
    assert len([key for key, row in catalog.items() if row["merged"]]) == 1
    assert len([key for key, row in catalog.items() if len(row["connections"]) > 1]) > 20


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_line_has_a_variant_that_is_not_removed_and_some_variants_have_no_line(seed: int) -> None:
    account, catalog = demo(seed)
    ordered = {line["id"] for order in account.orders() for line in order["items"]}
    current = {key for key, row in catalog.items() if not row["removed"]}
    assert ordered <= current
    assert {"c7_9100", "c7_9101", "c7_9102"} <= current - ordered


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_vendor_takes_35_days_where_the_setting_says_14(seed: int) -> None:
    _, catalog = demo(seed)
    settings: dict[str, list[tuple[int, float]]] = {}
    for key, place in real_places(catalog):
        for vendor in catalog[key]["connections"][0]["vendors"]:
            if place["avg_lead_time"]:
                settings.setdefault(vendor["vendor"], []).append((place["lead_time"], place["avg_lead_time"]))
    wrong = settings.pop("vesta appliances")
    assert {setting for setting, _ in wrong} == {14}
    assert 33 < sum(days for _, days in wrong) / len(wrong) < 38
    for found in settings.values():
        assert sum(days for _, days in found) / len(found) < found[0][0] + 14


def test_the_same_day_and_seed_make_the_same_catalog() -> None:
    assert read_catalog(demo_account(TODAY)) == demo()[1]
    assert demo(2)[1] != demo()[1]


def test_the_figures_of_a_day_are_those_of_its_night() -> None:
    """What the first day of business sold and received shows on the second."""
    account, first, second = demo_after_a_day()
    assert first == demo()[1]
    nights = {place["last_forecast_time"] for _, place in real_places(second)}
    assert nights == {int((MIDNIGHT + timedelta(days=1, hours=2)).timestamp())}
    changed, moved = 0, movements(account)
    for variant, place in real_places(second):
        before = first[variant]["places"][place["warehouse"]]
        came = moved[variant, place["warehouse"]][TODAY]
        assert place["in_stock"] == before["in_stock"] + came - place["yesterday_sales"]
        assert place["total_sales"] == before["total_sales"] + place["yesterday_sales"]
        changed += bool(came)
    assert changed > 10

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from emulator_client import EmulatorClient
from inventory_planner_emulator import Account, demo_account, serve
from orders import API_KEY

pytestmark = pytest.mark.long

TODAY = date(2026, 3, 2)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
ACTIVE = {"open", "ordered", "Partially received"}
Order = dict[str, Any]


@cache
def orders_of_seed(seed: int) -> list[Order]:
    return demo_account(TODAY, seed=seed).orders()


@pytest.fixture
def orders() -> list[Order]:
    return orders_of_seed(1)


def total(rows: list[dict[str, Any]], field: str) -> Any:
    return sum(row.get(field) or 0 for row in rows)


def lines_of(orders: list[Order]) -> list[dict[str, Any]]:
    return [line for order in orders for line in order["items"]]


def receipt_dates(order: Order) -> list[int]:
    return [receipt["date"] for line in order["items"] for receipt in line.get("received_history", [])]


def pushed_rows(order: Order) -> list[dict[str, Any]]:
    return [row for update in order.get("stock_updates", []) for row in update["items"]]


def of_vendor(orders: list[Order], name: str) -> list[Order]:
    return [order for order in orders if order["source_display_name"] == name]


def test_the_same_day_and_seed_make_the_same_account(orders: list[Order]) -> None:
    assert demo_account(TODAY).orders() == orders
    assert demo_account(TODAY, seed=2).orders() != orders
    assert demo_account(TODAY + timedelta(days=1)).orders() != orders


def test_it_has_eighteen_months_of_orders_in_the_order_of_entry(orders: list[Order]) -> None:
    created = [order["created_at"] for order in orders]
    assert len(orders) == 600
    assert created == sorted(created)
    assert created[0] < "2024-09-15"
    assert "2026-02-25" < created[-1] < "2026-03-02"
    assert [order["reference"] for order in orders] == [str(1001 + number) for number in range(600)]
    assert len({order["id"] for order in orders}) == 600


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_totals_of_an_order_are_those_of_its_lines(seed: int) -> None:
    for order in orders_of_seed(seed):
        shipping = (order["shipping_handling"] or 0) + (order.get("shipping_handling_tax") or 0)
        assert order["total"] == total(order["items"], "total") + shipping
        assert order["total_ordered"] == total(order["items"], "replenishment")
        assert order["total_received"] == total(order["items"], "received")


def test_the_total_of_a_line_is_quantity_times_price_less_discount_plus_tax(orders: list[Order]) -> None:
    for order in orders:
        for line in order["items"]:
            discount = line.get("discount") or 0 if order["discount_enabled"] else 0
            cost = line["replenishment"] * line["cost_price"] * (100 - discount) / 100
            assert (line["ordered_cost"], line["total_ex_tax"]) == (cost, cost)
            assert line["total"] == cost * (100 + (line.get("tax") or 0)) / 100


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_receipts_add_up_and_are_missing_if_nothing_arrived(seed: int) -> None:
    for line in lines_of(orders_of_seed(seed)):
        if "received" in line:
            assert line["received"] == total(line["received_history"], "value")
            assert line["received"] > 0
        else:
            assert "received_history" not in line


def test_no_event_is_in_the_future_or_before_its_order(orders: list[Order]) -> None:
    for order in orders:
        created = datetime.fromisoformat(order["created_at"])
        modified = datetime.fromisoformat(order["last_modified"])
        assert created <= modified < MIDNIGHT
        assert modified.microsecond == 0
        assert all(created.timestamp() < moment <= modified.timestamp() for moment in receipt_dates(order))
        for line in order["items"]:
            moments = [receipt["date"] for receipt in line.get("received_history", [])]
            assert moments == sorted(moments)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_stock_update_has_all_receipts_or_those_before_the_last_delivery(seed: int) -> None:
    for order in orders_of_seed(seed):
        if "stock_updates" in order:
            pushed = [(row["id"], row["delta"]) for row in pushed_rows(order)]
            histories = [(line["id"], line["received_history"]) for line in order["items"] if "received" in line]
            last = max(receipt_dates(order))
            before = [(key, [receipt for receipt in found if receipt["date"] < last]) for key, found in histories]
            assert pushed in (
                [(key, total(history, "value")) for key, history in histories],
                [(key, total(history, "value")) for key, history in before if history],
            )


def test_the_received_date_is_the_day_of_the_last_receipt(orders: list[Order]) -> None:
    for order in orders:
        moments = receipt_dates(order)
        last = datetime.fromtimestamp(max(moments), UTC).date().isoformat() if moments else None
        assert order["received_date"] == last


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_has_every_kind_of_order(seed: int) -> None:
    orders = orders_of_seed(seed)
    assert {order["status"] for order in orders} == {"draft", "cancelled", "closed", *ACTIVE}
    assert {(order["type"], order["source_type"]) for order in orders} == {
        ("po", "vendor"),
        ("", "vendor"),
        ("transfer", "warehouse"),
        ("", "warehouse"),
        ("assembly", "warehouse"),
    }
    assert len({order["warehouse"] for order in orders}) == 3
    assert len({order["vendor"] for order in orders if order["source_type"] == "vendor"}) == 12
    assert {order["currency"] for order in orders} == {"EUR", "USD"}
    assert all(line["components"] for order in orders if order["type"] == "assembly" for line in order["items"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_has_every_case_that_reports_distinguish(seed: int) -> None:
    orders, lines = orders_of_seed(seed), lines_of(orders_of_seed(seed))
    active = [order for order in orders if order["status"] in ACTIVE]
    short = [order for order in orders if order["total_received"] < order["total_ordered"]]
    cases = {
        "overdue": [order for order in short if order in active and (order["expected_date"] or "9999") < str(TODAY)],
        "without a promised date": [order for order in active if order["expected_date"] is None],
        "closed short": [order for order in short if order["status"] == "closed"],
        "received, not closed": [order for order in active if order["total_received"] >= order["total_ordered"]],
        "received in parts": [line for line in lines if len(line.get("received_history", [])) > 1],
        "over-received": [line for line in lines if line.get("received", 0) > line["replenishment"]],
        "landed cost": [line for line in lines if "landing_cost_price" in line],
        "discount": [order for order in orders if order["discount_enabled"]],
        "shipping": [order for order in orders if order["shipping_handling"]],
        "saved": [order for order in orders if order["connections"]],
        "pushed": [order for order in orders if order.get("stock_updates")],
        "push failed": [order for order in orders if any(row.get("error") for row in pushed_rows(order))],
        "partly pushed": [
            order for order in orders if 0 < total(pushed_rows(order), "delta") < order["total_received"]
        ],
        "custom fields": [order for order in orders if order["custom_fields"]],
        "trailing space in a SKU": [line for line in lines if line["sku"].endswith(" ")],
    }
    assert [case for case, rows in cases.items() if len(rows) < 3] == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_order_repeats_a_variant(seed: int) -> None:
    orders = orders_of_seed(seed)
    assert sum(len({line["id"] for line in order["items"]}) < len(order["items"]) for order in orders) == 1


def test_a_vendor_has_one_currency(orders: list[Order]) -> None:
    pairs = {(order["vendor"], order["currency"]) for order in orders if order["source_type"] == "vendor"}
    assert len(pairs) == 12


def late_share(orders: list[Order]) -> float:
    received = [order for order in orders if order["received_date"] and order["expected_date"]]
    return sum(order["received_date"] > order["expected_date"] for order in received) / len(received)


def fill_rate(orders: list[Order]) -> Decimal:
    closed = [order for order in orders if order["status"] == "closed"]
    rate: Decimal = total(closed, "total_received") / total(closed, "total_ordered")
    return rate


def test_vendors_have_habits(orders: list[Order]) -> None:
    assert late_share(of_vendor(orders, "Northfield Textiles")) < 0.5
    assert late_share(of_vendor(orders, "Brightwater Ceramics")) > 0.5
    assert fill_rate(of_vendor(orders, "Kestrel Lighting")) < Decimal("0.95")
    assert fill_rate(of_vendor(orders, "Vesta Appliances")) == 1
    assert fill_rate(of_vendor(orders, "Pan-Orient Trading")) > 1


def prices(orders: list[Order], sku: str) -> list[Decimal]:
    return [line["cost_price"] for line in lines_of(orders) if line["sku"].strip() == sku]


def test_one_vendor_raises_its_prices(orders: list[Order]) -> None:
    rising, steady = prices(orders, "SLC-01-POL"), prices(orders, "VST-01-RED")
    assert rising == sorted(rising)
    assert rising[-1] > rising[0] * Decimal("1.15")
    assert steady[-1] < steady[0] * Decimal("1.03")


def test_the_account_is_served_with_exact_numbers(orders: list[Order]) -> None:
    with serve(Account(orders, api_key=API_KEY)) as server, EmulatorClient(server.url) as client:
        rows = client.read("purchase-orders", limit=1000).json(parse_float=Decimal)["purchase-orders"]
    assert {row["id"]: row for row in rows} == {order["id"]: order for order in orders}

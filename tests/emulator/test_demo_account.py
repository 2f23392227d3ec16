from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import httpx
import pytest

from inventory_planner_emulator import Account, demo_account, live_a_day, serve

TODAY = date(2026, 3, 2)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
ACTIVE = {"open", "ordered", "Partially received"}
KINDS = {"new", "placed", "received", "promise moved", "line removed", "cancelled", "closed", "deleted"}
Order = dict[str, Any]


@cache
def seeded(seed: int) -> list[Order]:
    return demo_account(TODAY, seed=seed).orders()


@pytest.fixture
def orders() -> list[Order]:
    return seeded(1)


def number(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def sum_of(rows: list[dict[str, Any]], field: str) -> Decimal:
    return sum((number(row.get(field)) for row in rows), Decimal(0))


def lines(orders: list[Order]) -> list[dict[str, Any]]:
    return [item for order in orders for item in order["items"]]


def is_purchase(order: Order) -> bool:
    return order["source_type"] == "vendor"


def is_due(order: Order) -> bool:
    return order["expected_date"] is not None and order["expected_date"] < TODAY.isoformat()


def pushed_rows(order: Order) -> list[dict[str, Any]]:
    return [row for update in order.get("stock_updates", []) for row in update["items"]]


def of_vendor(orders: list[Order], name: str) -> list[Order]:
    return [order for order in orders if order["source_display_name"] == name]


def test_the_same_day_and_seed_make_the_same_account(orders: list[Order]) -> None:
    assert demo_account(TODAY).orders() == orders
    assert demo_account(TODAY, seed=2).orders() != orders
    assert demo_account(TODAY + timedelta(days=1)).orders() != orders


def test_it_holds_eighteen_months_of_orders_entered_in_turn(orders: list[Order]) -> None:
    entered = [order["created_at"] for order in orders]
    assert len(orders) == 600
    assert entered == sorted(entered)
    assert entered[0] < "2024-09-15"
    assert "2026-02-25" < entered[-1] < "2026-03-02"
    assert [order["reference"] for order in orders] == [str(1001 + place) for place in range(600)]
    assert len({order["id"] for order in orders}) == 600


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_totals_are_those_of_the_lines(seed: int) -> None:
    for order in seeded(seed):
        shipping = number(order["shipping_handling"]) + number(order.get("shipping_handling_tax"))
        assert order["total"] == sum_of(order["items"], "total") + shipping
        assert order["total_ordered"] == sum_of(order["items"], "replenishment")
        assert order["total_received"] == sum_of(order["items"], "received")


def test_a_line_costs_its_quantity_at_its_price_less_discount_plus_tax(orders: list[Order]) -> None:
    for order in orders:
        for item in order["items"]:
            off = number(item.get("discount")) if order["discount_enabled"] else Decimal(0)
            cost = item["replenishment"] * item["cost_price"] * (100 - off) / 100
            assert (item["ordered_cost"], item["total_ex_tax"]) == (cost, cost)
            assert item["total"] == cost * (100 + number(item.get("tax"))) / 100


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_receipts_add_up_and_are_absent_where_nothing_came(seed: int) -> None:
    for item in lines(seeded(seed)):
        if "received" in item:
            assert item["received"] == sum_of(item["received_history"], "value")
            assert item["received"] > 0
        else:
            assert "received_history" not in item


def test_nothing_lies_in_the_future_or_before_its_order(orders: list[Order]) -> None:
    for order in orders:
        moment = datetime.fromisoformat(order["last_modified"])
        began = datetime.fromisoformat(order["created_at"])
        assert began <= moment < MIDNIGHT
        assert moment.microsecond == 0
        for item in order["items"]:
            dates = [receipt["date"] for receipt in item.get("received_history", [])]
            assert dates == sorted(dates)
            assert all(began.timestamp() < day <= moment.timestamp() for day in dates)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_shop_is_told_of_what_came_or_of_what_had_come_before_the_last_delivery(seed: int) -> None:
    pushed = [order for order in seeded(seed) if "stock_updates" in order]
    for order in pushed:
        told = [(row["id"], row["delta"]) for row in pushed_rows(order)]
        histories = [(item["id"], item["received_history"]) for item in order["items"] if "received" in item]
        last = max(receipt["date"] for _, history in histories for receipt in history)
        before = [(key, [each for each in history if each["date"] < last]) for key, history in histories]
        assert told in (
            [(key, sum_of(history, "value")) for key, history in histories],
            [(key, sum_of(history, "value")) for key, history in before if history],
        )


def test_the_received_date_is_the_day_of_the_last_receipt(orders: list[Order]) -> None:
    for order in orders:
        dates = [receipt["date"] for item in order["items"] for receipt in item.get("received_history", [])]
        last = datetime.fromtimestamp(max(dates), UTC).date().isoformat() if dates else None
        assert order["received_date"] == last


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_has_every_kind_of_order(seed: int) -> None:
    orders = seeded(seed)
    assert {order["status"] for order in orders} == {"draft", "cancelled", "closed", *ACTIVE}
    assert {(order["type"], order["source_type"]) for order in orders} == {
        ("po", "vendor"),
        ("", "vendor"),
        ("transfer", "warehouse"),
        ("", "warehouse"),
        ("assembly", "warehouse"),
    }
    assert len({order["warehouse"] for order in orders}) == 3
    assert len({order["vendor"] for order in orders if is_purchase(order)}) == 12
    assert {order["currency"] for order in orders} == {"EUR", "USD"}
    assert all(item["components"] for order in orders if order["type"] == "assembly" for item in order["items"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_has_every_case_that_a_report_must_tell_apart(seed: int) -> None:
    orders = seeded(seed)
    active = [order for order in orders if order["status"] in ACTIVE]
    short = [order for order in orders if order["total_received"] < order["total_ordered"]]
    repeats = [order for order in orders if len({item["id"] for item in order["items"]}) < len(order["items"])]
    found = {
        "overdue": [order for order in short if order["status"] in ACTIVE and is_due(order)],
        "unpromised": [order for order in active if order["expected_date"] is None],
        "closed short": [order for order in short if order["status"] == "closed"],
        "received, not closed": [order for order in active if order["total_received"] >= order["total_ordered"]],
        "received in bits": [item for item in lines(orders) if len(item.get("received_history", [])) > 1],
        "over": [item for item in lines(orders) if number(item.get("received")) > item["replenishment"]],
        "landed": [item for item in lines(orders) if "landing_cost_price" in item],
        "discounted": [order for order in orders if order["discount_enabled"]],
        "shipping": [order for order in orders if order["shipping_handling"]],
        "saved": [order for order in orders if order["connections"]],
        "pushed": [order for order in orders if order.get("stock_updates")],
        "refused by the shop": [order for order in orders if any(row.get("error") for row in pushed_rows(order))],
        "not all pushed": [
            order for order in orders if 0 < sum_of(pushed_rows(order), "delta") < order["total_received"]
        ],
        "custom": [order for order in orders if order["custom_fields"]],
        "stray blank": [item for item in lines(orders) if item["sku"].endswith(" ")],
    }
    assert [case for case, rows in found.items() if len(rows) < 3] == []
    assert len(repeats) == 1


def test_a_vendor_trades_in_one_currency(orders: list[Order]) -> None:
    pairs = {(order["vendor"], order["currency"]) for order in orders if is_purchase(order)}
    assert len(pairs) == 12


def late_share(orders: list[Order]) -> float:
    received = [order for order in orders if order["received_date"] and order["expected_date"]]
    return sum(order["received_date"] > order["expected_date"] for order in received) / len(received)


def test_vendors_have_habits(orders: list[Order]) -> None:
    assert (
        late_share(of_vendor(orders, "Northfield Textiles"))
        < 0.5
        < late_share(of_vendor(orders, "Brightwater Ceramics"))
    )
    closed = [order for order in orders if order["status"] == "closed"]
    ratio = {
        name: sum_of(of_vendor(closed, name), "total_received") / sum_of(of_vendor(closed, name), "total_ordered")
        for name in ("Kestrel Lighting", "Vesta Appliances", "Pan-Orient Trading")
    }
    assert ratio["Kestrel Lighting"] < Decimal("0.95") < ratio["Vesta Appliances"] == 1 < ratio["Pan-Orient Trading"]


def prices(orders: list[Order], sku: str) -> list[Decimal]:
    return [item["cost_price"] for item in lines(orders) if item["sku"].strip() == sku]


def test_one_vendor_raises_its_prices(orders: list[Order]) -> None:
    rising, steady = prices(orders, "SLC-01-POL"), prices(orders, "VST-01-RED")
    assert rising == sorted(rising)
    assert rising[-1] > rising[0] * Decimal("1.15")
    assert steady[-1] < steady[0] * Decimal("1.03")


def a_lived_account() -> tuple[Account, list[Any]]:
    account = demo_account(TODAY, now=lambda: MIDNIGHT + timedelta(days=2, hours=9))
    return account, [live_a_day(account, TODAY + timedelta(days=days)) for days in (0, 1)]


def test_a_day_is_the_same_for_the_same_account_day_and_seed() -> None:
    (one, told), (two, told_again) = a_lived_account(), a_lived_account()
    assert told == told_again
    assert one.orders() == two.orders()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_day_brings_every_kind_of_event(seed: int) -> None:
    account = demo_account(TODAY, now=lambda: MIDNIGHT + timedelta(days=1), seed=seed)
    told = live_a_day(account, TODAY, seed=seed)
    assert {event.kind for event in told} == KINDS
    assert 15 <= len(told) <= 40
    assert [event.at for event in told] == sorted(event.at for event in told)
    assert all(event.told.isprintable() and "None" not in event.told for event in told)


def test_a_day_changes_the_orders_that_it_tells_of_and_no_others() -> None:
    account = demo_account(TODAY, now=lambda: MIDNIGHT + timedelta(days=1))
    before = {order["id"]: order for order in account.orders()}
    told = live_a_day(account, TODAY)
    after = {order["id"]: order for order in account.orders()}
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert changed == {event.order_id for event in told}
    kinds = Counter(event.kind for event in told)
    assert len(after) == len(before) + kinds["new"] - kinds["deleted"]


def test_a_day_stamps_orders_with_the_instants_that_it_tells() -> None:
    account = demo_account(TODAY, now=lambda: MIDNIGHT + timedelta(days=1))
    told = live_a_day(account, TODAY)
    stamps = {order["id"]: datetime.fromisoformat(order["last_modified"]) for order in account.orders()}
    assert {event.order_id: event.at for event in told if event.kind != "deleted"} == {
        event.order_id: stamps[event.order_id] for event in told if event.kind != "deleted"
    }


def test_totals_and_receipts_hold_after_days_of_business() -> None:
    account, _ = a_lived_account()
    for order in account.orders():
        assert order["total_ordered"] == sum_of(order["items"], "replenishment")
        assert order["total_received"] == sum_of(order["items"], "received")
        for item in order["items"]:
            assert number(item.get("received")) == sum_of(item.get("received_history", []), "value")


def test_a_day_that_has_hardly_begun_stays_behind_the_clock() -> None:
    now = MIDNIGHT + timedelta(seconds=5)
    account = demo_account(TODAY, now=lambda: now)
    assert all(MIDNIGHT <= event.at <= now for event in live_a_day(account, TODAY))
    assert account.now() == now


def test_a_day_to_come_is_refused() -> None:
    account = demo_account(TODAY, now=lambda: MIDNIGHT)
    with pytest.raises(ValueError, match="2026-03-03 has not begun"):
        live_a_day(account, date(2026, 3, 3))


def test_the_demo_account_is_served_with_its_exact_numbers(orders: list[Order]) -> None:
    with serve(demo_account(TODAY)) as server:
        headers = {"Authorization": "demo-key", "Account": "a1000"}
        answer = httpx.get(f"{server.url}/api/v1/purchase-orders", params={"limit": 1000}, headers=headers)
    served = {order["id"]: order for order in answer.json(parse_float=Decimal)["purchase-orders"]}
    assert served == {order["id"]: order for order in orders}

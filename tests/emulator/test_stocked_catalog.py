"""The catalog of an account that stocks what customers want of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from emulator_client import EmulatorClient
from inventory_planner_emulator import (
    Account,
    Assortment,
    Demand,
    Quirks,
    Server,
    StockedVariant,
    StockedWarehouse,
    StockItem,
    run_nightly_sync,
)
from orders import API_KEY

FIRST_DAY, TODAY = date(2025, 9, 1), date(2025, 12, 1)  # 91 days
MORNING = datetime(2025, 12, 1, 2, tzinfo=UTC)
MUG = {"sku": "MUG", "title": "Mug", "price": 10, "removed": False, "connection_main": True}
ACME = {"vendor": "acme", "cost_price": 4, "cost_price_currency": "EUR", "vendor_packaging": 12}
MAIN, EAST = StockedWarehouse("c1_1", "Main"), StockedWarehouse("c1_2", "East")
BOTH = StockedWarehouse("c1_combined", "Both", parts=("c1_1", "c1_2"))


def item(per_day: float = 5, *, in_stock: int = 10, **settings: Any) -> StockItem:
    """What sells so much a day, and so has so much in stock today if nothing arrived or ran out."""
    opening = round(per_day * (TODAY - FIRST_DAY).days) + in_stock
    return StockItem(Demand(per_day), opening, **{"lead_time": 14, **settings})


def order(order_id: str = "a", quantity: int = 20, **fields: Any) -> dict[str, Any]:
    line = {"id": "v", "replenishment": quantity, **fields.pop("line", {})}
    shared = {"status": "open", "vendor": "acme", "warehouse": "c1_1", "created_date": "2025-11-01"}
    return {"id": order_id, **shared, "expected_date": "2025-12-06", "items": [line], **fields}


def received(quantity: int, day: str) -> dict[str, Any]:
    at = int(datetime.fromisoformat(f"{day}T09:00:00+00:00").timestamp())
    return {"received": quantity, "received_history": [{"date": at, "value": quantity}]}


class Shop:
    """An account with one variant, served."""

    def __init__(self, server: Server, client: EmulatorClient) -> None:
        self.server, self.client = server, client

    def open(self, *orders: dict[str, Any], **items: StockItem) -> Account:
        """Stock the variant in these warehouses; two of them have a combined one."""
        places = {f"c1_{number}": each for number, each in enumerate(items.values(), start=1)}
        warehouses = (MAIN, EAST, BOTH) if len(places) > 1 else (MAIN,)
        variant = StockedVariant("v", places, ({"id": "v", **MUG},), (ACME,))
        assortment = Assortment(FIRST_DAY, warehouses, {"v": variant})
        account = Account(orders, api_key=API_KEY, now=lambda: MORNING, assortment=assortment)
        self.server.account = account
        return account

    def variant(self, **params: Any) -> Any:
        (row,) = self.client.read_rows("variants", **{"id": "v", **params})
        return row

    def shown(self, *names: str) -> list[Any]:
        row = self.variant()
        return [row[name] for name in names]

    def by_warehouse(self, *names: str) -> dict[str, list[Any]]:
        return {place["warehouse"]: [place[name] for name in names] for place in self.variant()["warehouse"]}


@pytest.fixture
def shop(server: Server, client: EmulatorClient) -> Shop:
    return Shop(server, client)


# run-out


def test_the_documented_case_sells_out_in_11_days_and_first_in_2(shop: Shop) -> None:
    """5 a day, 10 on hand, 20 due in 5 days."""
    shop.open(order(), main=item())
    assert shop.shown("in_stock", "purchase_orders_qty", "last_30_days_sales", "current_forecast") == [10, 20, 150, 155]
    assert shop.shown("oos", "sells_out_in_first", "forecast_stock_cover_day") == [11, 2, 2]
    assert shop.variant()["forecast_description"]["sales_velocity1"] == 5


@pytest.mark.parametrize(
    ("orders", "in_stock", "expected"),
    [
        pytest.param([], 10, [2, 2, 2], id="nothing on order"),
        pytest.param([], 12, [3, 2, 2], id="a last day with too few"),
        pytest.param([order()], 30, [10, 10, 6], id="the order comes in time"),
        pytest.param([order(expected_date="2025-11-20")], 10, [6, 6, 2], id="an overdue order is expected at once"),
        pytest.param([order(expected_date=None, created_date="2025-11-22")], 10, [11, 2, 2], id="no date: lead time"),
        pytest.param([order(status="draft")], 10, [2, 2, 2], id="a draft is not on order"),
        pytest.param([order(status="cancelled")], 10, [2, 2, 2], id="nor is a cancelled order"),
        pytest.param([order(warehouse="c1_9")], 10, [2, 2, 2], id="an order for another warehouse"),
        pytest.param([order(line=received(20, "2025-11-20"), status="Partially received")], -10, [2, 2, 2], id="here"),
    ],
)
def test_it_runs_out_when_stock_and_orders_are_gone(
    shop: Shop, orders: list[dict[str, Any]], in_stock: int, expected: list[int]
) -> None:
    shop.open(*orders, main=item(in_stock=in_stock))
    assert shop.shown("oos", "sells_out_in_first", "forecast_stock_cover_day") == expected


def test_what_never_sells_never_runs_out(shop: Shop) -> None:
    shop.open(main=item(0))
    names = (
        "in_stock",
        "oos",
        "replenish_date",
        "replenishment",
        "overstocked_units",
        "forecasted_lost_revenue_lead_time",
    )
    assert shop.shown(*names) == [10, None, None, 0, 10, 0]
    assert shop.shown("forecast_by_period", "orders_by_month") == [[], []]


def test_demand_without_stock_is_lost_and_counts_as_days_out_of_stock(shop: Shop) -> None:
    """450 units last 90 of the 91 days; the last day finds 3."""
    account = shop.open(main=StockItem(Demand(5), 448, lead_time=14))
    assert shop.shown("in_stock", "total_sales", "yesterday_sales", "oos_last_60_days") == [0, 448, 0, 1]
    account.now = lambda: MORNING + timedelta(days=9)
    run_nightly_sync(account)
    names = ("total_sales", "last_7_days_sales", "last_30_days_sales", "oos_last_60_days", "forecast_stock_cover_day")
    assert shop.shown(*names) == [448, 0, 98, 10, 0]
    description = shop.variant()["forecast_description"]
    assert (description["total_days"], description["total_days_oos"]) == (100, 10)
    assert description["sales_velocity1"] == pytest.approx(448 / 90, abs=0.0001)
    assert shop.variant()["stockouts_hist"] == [["2025-11-30", 1]]


# what to order


def test_the_recommendation_covers_lead_time_and_review_period(shop: Shop) -> None:
    """220 for 44 days at 5 a day, and a minimum of 6, less 10 in stock and 20 on order."""
    shop.open(order(), main=item(minimum_stock=6, review_period=30))
    names = ("replenishment", "to_order", "to_order_cost", "replenish_date", "overstocked_units")
    assert shop.shown(*names) == [196, 204, 816, "2025-12-01", 0]
    assert shop.variant()["forecasted_lost_revenue_lead_time"] == 10 * (14 * 5 - 10 - 20)


def test_what_is_left_after_the_planning_period_is_overstock(shop: Shop) -> None:
    """500 units last 100 days; ordering can wait until 14 days before they are gone."""
    shop.open(main=item(in_stock=500, review_period=30))
    names = ("replenishment", "to_order", "overstocked_units", "overstocked_cost", "replenish_date", "cost")
    assert shop.shown(*names) == [0, 0, 280, 1120, (TODAY + timedelta(days=86)).isoformat(), 2000]


def test_a_setting_shows_at_once_and_counts_from_the_next_night(shop: Shop) -> None:
    account = shop.open(main=item(review_period=30))
    before = shop.shown("replenishment")
    shop.client.write("PATCH", "variants/v", {"variant": {"lead_time": 20}})
    assert shop.shown("lead_time", "replenishment") == [20, *before]
    run_nightly_sync(account)
    assert shop.shown("lead_time", "replenishment") == [20, before[0] + 6 * 5]


def test_a_setting_counts_at_once_if_the_jobs_are_not_skipped(shop: Shop) -> None:
    account = shop.open(main=item(review_period=30))
    account.now = lambda: MORNING + timedelta(hours=8)
    body = {"variant": {"lead_time": "16", "review_period": 28, "skip_background_jobs": False}}
    _, answer = shop.client.write("PATCH", "variants/v", body)
    assert answer["variant"] == shop.variant()
    assert shop.shown("lead_time", "review_period", "replenishment") == ["16", 28, 210]
    assert shop.shown("last_forecast_time") == [int(account.now().timestamp())]


def test_a_vendor_s_terms_count_from_the_next_night(shop: Shop) -> None:
    account = shop.open(main=item(review_period=30))
    shop.client.write("PUT", "variants/v/vendors/acme", {"vendor": {"cost_price": 3, "vendor_packaging": 100}})
    assert shop.shown("cost_price", "to_order") == [4, 216]
    assert shop.variant()["connections"][0]["vendors"] == [{**ACME, "cost_price": 3, "vendor_packaging": 100}]
    run_nightly_sync(account)
    assert shop.shown("cost_price", "to_order", "to_order_cost") == [3, 300, 900]


# nights


def test_figures_are_those_of_the_last_night(shop: Shop) -> None:
    account = shop.open(order(), main=item())
    account.now = lambda: MORNING + timedelta(hours=9)
    account.receive("a", "v", 20)
    account.put(order("b", 7))
    assert shop.shown("in_stock", "purchase_orders_qty", "last_forecast_time") == [10, 20, int(MORNING.timestamp())]
    account.now = lambda: MORNING + timedelta(days=1)
    run_nightly_sync(account)
    tomorrow = int(account.now().timestamp())
    assert shop.shown("in_stock", "purchase_orders_qty", "last_forecast_time") == [25, 7, tomorrow]
    assert shop.shown("yesterday_sales", "cur_month_sales", "prev_month_sales") == [5, 5, 150]
    assert shop.shown("avg_lead_time", "last_received_at_time") == [30, "2025-12-01T11:00:00+00:00"]


# several warehouses


def test_a_transfer_moves_stock_and_an_assembly_order_uses_components(shop: Shop) -> None:
    transfer = order(
        *("t", 30),
        type="transfer",
        vendor=None,
        source_warehouse="c1_1",
        warehouse="c1_2",
        status="closed",
        line=received(30, "2025-11-20"),
    )
    kit = {"id": "kit", "components": [{"id": "v", "quantity": 2}], **received(4, "2025-11-21")}
    assembly = {**order("k"), "type": "assembly", "vendor": None, "source_warehouse": "c1_2", "items": [kit]}
    shop.open(transfer, assembly, main=item(in_stock=100), east=item(1, in_stock=5))
    assert shop.by_warehouse("in_stock", "avg_lead_time") == {
        "c1_1": [70, None],
        "c1_2": [27, None],
        "c1_combined": [97, None],
    }


def test_a_combined_warehouse_adds_up_its_parts(shop: Shop) -> None:
    shop.open(
        order(),
        order("b", 12, warehouse="c1_2"),
        main=item(review_period=30, minimum_stock=6),
        east=item(2, in_stock=40),
    )
    main, east, both = shop.variant()["warehouse"]
    sums = (
        *("in_stock", "purchase_orders_qty", "replenishment", "to_order", "to_order_cost", "minimum_stock"),
        *("last_30_days_sales", "last_30_days_revenue", "total_sales", "overstocked_units", "current_forecast", "cost"),
        "forecasted_lost_revenue_lead_time",
    )
    assert {name: both[name] for name in sums} == {name: main[name] + east[name] for name in sums}
    assert (both["warehouse"], both["lead_time"], both["review_period"]) == ("c1_combined", 14, 30)
    assert both["sells_out_in_first"] == 11  # 50 units at 7 a day last until 32 more arrive
    assert both["forecast_description"]["sales_velocity1"] == 7
    types = {row["name"]: row["type"] for row in shop.client.read_rows("warehouses")}
    assert types == {"c1_1": "warehouse", "c1_2": "warehouse", "c1_combined": "combined"}


def test_a_filter_of_variants_orders_what_the_warehouse_needs(shop: Shop) -> None:
    shop.open(main=item(review_period=30), east=item(2, in_stock=400))
    needed = {place: row[0] for place, row in shop.by_warehouse("replenishment").items()}
    body = {"vendor": "acme", "warehouse": "c1_1", "variants_filter": {"replenishment_gt": 0}}
    created = shop.client.write_order("POST", "purchase-orders", body)
    assert [line["replenishment"] for line in created["items"]] == [needed["c1_1"]]
    body = {**body, "warehouse": "c1_2"}
    assert shop.client.write("POST", "purchase-orders", {"purchase-order": body})[0] == 500


# shapes


def test_one_warehouse_is_flat_and_several_are_nested_unless_a_quirk_says_so(shop: Shop) -> None:
    account = shop.open(main=item())
    flat = shop.variant()
    assert (flat["in_stock"], flat["sku"], flat["connections"][0]["vendors"]) == (10, "MUG", [ACME])
    assert "warehouse" not in flat
    account.quirks = Quirks(nested_variants=True)
    assert shop.variant()["warehouse"][0]["in_stock"] == 10

    account = shop.open(main=item(), east=item(2, in_stock=40))
    assert shop.variant().keys() == {"id", "removed", "merged", "connections", "warehouse"}
    assert shop.client.read("variants/v").json()["variant"] == shop.variant()
    account.quirks = Quirks(nested_variants=False)
    assert shop.shown("in_stock", "sku", "lead_time") == [50, "MUG", 14]


def test_fields_are_found_in_each_warehouse_and_parts_come_whole(shop: Shop) -> None:
    shop.open(main=item(), east=item(2, in_stock=40))
    whole = shop.variant()
    assert shop.variant(fields="id,in_stock,oos,sku") == {
        "id": "v",
        "warehouse": [{name: place[name] for name in ("warehouse", "in_stock", "oos")} for place in whole["warehouse"]],
    }
    assert shop.variant(fields="id,warehouse.oos") == shop.variant(fields="id,oos")
    assert shop.variant(fields="id,warehouse,connections") == {
        name: whole[name] for name in ("id", "connections", "warehouse")
    }
    assert shop.variant(fields="id,nothing") == {"id": "v"}


def test_listings_may_be_an_object(shop: Shop) -> None:
    account = shop.open(main=item(), east=item())
    listings = shop.variant()["connections"]
    account.quirks = Quirks(connections_as_object=True)
    assert shop.variant(fields="connections") == {"connections": {"0": listings[0]}}


def test_variants_are_filtered_and_sorted_by_their_figures_together(shop: Shop) -> None:
    shop.open(main=item(), east=item(2, in_stock=40))
    for params in ({"in_stock": 50}, {"oos_lte": 30}, {"sku": "MUG"}, {"replenishment_gt": 0}):
        assert shop.variant(in_stock_sort="desc", **params)["id"] == "v"
    for params in ({"in_stock": 10}, {"sku": "OTHER"}, {"removed": "true", "in_stock_gt": 50}):
        assert shop.client.read_rows("variants", **params) == []


def test_restless_figures_change_at_every_read(shop: Shop) -> None:
    account = shop.open(main=item(), east=item())
    account.quirks = Quirks(restless_figures=True)
    reads = [shop.by_warehouse("in_stock", "last_30_days_sales", "lead_time")["c1_1"] for _ in range(2)]
    assert [after - before for before, after in zip(*reads, strict=True)] == [1, 1, 0]


@pytest.mark.parametrize("nested", [False, True])
def test_what_is_put_is_shown_as_put(shop: Shop, nested: bool) -> None:
    account = shop.open(main=item(), **({"east": item()} if nested else {}))
    account.put_variant("v", title="Put", removed=True)
    account.put_variant("w", in_stock=3, replenishment=9, review_period=21, oos=4)
    assert shop.client.read_rows("variants", fields="id,in_stock,replenishment,review_period,oos") == [
        {"id": "w", "in_stock": 3, "replenishment": 9, "review_period": 21, "oos": 4}
    ]
    assert shop.client.read_rows("variants", removed="true", sku="MUG", fields="id,title,removed") == [
        {"id": "v", "title": "Put", "removed": True}
    ]
    account.delete_variant("v")
    assert [row["id"] for row in shop.client.read_rows("variants", removed="true")] == ["w"]

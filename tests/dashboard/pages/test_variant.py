from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import duckdb
import pytest

from inventory_planner_dashboard.filters import Filters
from inventory_planner_dashboard.pages.variant import GAPS, GOODS, LINES, STOCK, WAREHOUSES
from inventory_planner_dashboard.routes import render_page
from inventory_planner_dashboard.view import View

pytestmark = pytest.mark.long

Open = Callable[..., View]
KEYS = {"account": "a", "variant": "v", "warehouse": "w"}
PERIODS = """
    create schema marts;
    create table marts.projected_stock as
    select 'a' as account_id, 'v' as variant_id, 'w' as warehouse_id, *,
        first_date + cast(count_days as integer) - 1 as last_date
    from (values
        (date '2026-03-01', 5, 5.0, 10.0, 0.0, 10.0, 15.0, 0.0, 3),
        (date '2026-03-06', 4, 5.0, 0.0, 20.0, 20.0, 0.0, 0.0, 0)
    ) as periods (first_date, count_days, demand_per_day, quantity_at_start, quantity_received, quantity_sold,
        quantity_short, quantity_at_end, gap_days)
"""


def searched(text: str) -> Filters:
    return Filters(currency="EUR", search=text)


def test_the_projected_stock_falls_to_nothing_and_rises_when_goods_arrive() -> None:
    """Ten units in stock, five sold a day, twenty due on the fifth day: nothing is left from day 2 to day 4."""
    march = datetime(2026, 3, 1)  # noqa: DTZ001 (a day of the account)
    with duckdb.connect() as connection:
        connection.execute(PERIODS)
        stock = connection.execute(STOCK, KEYS).fetchall()
        gaps = connection.execute(GAPS, KEYS).fetchall()

    assert [((moment - march).days, quantity) for moment, quantity, _ in stock] == [
        *((0, 10.0), (0, 10.0), (2, 0.0), (5, 0.0)),
        *((5, 0.0), (5, 20.0), (9, 0.0), (9, 0.0)),
    ]
    assert gaps == [(march + timedelta(days=2), march + timedelta(days=5), 3, 15)]


def test_the_time_line_has_the_open_orders_that_the_projection_counts(opened: Open) -> None:
    view = opened()
    for place in view.rows("select * from marts.variants where sku = 'POT-04-MED'").to_pylist():
        keys = {"account": place["account_id"], "warehouse": place["warehouse_id"]}
        goods = view.rows(GOODS, **keys, ordered_as=[place["variant_id"]], most=180).to_pylist()
        counted = view.row(
            """
            select sum(quantity_received) as quantity from marts.projected_stock
            where account_id = $account and variant_id = $variant and warehouse_id = $warehouse
            """,
            **keys,
            variant=place["variant_id"],
        )["quantity"]
        assert sum(each["quantity"] for each in goods if each["kind"] == "on order") == counted


def test_transfers_and_orders_in_another_currency_are_on_the_page_as_in_the_projection(opened: Open) -> None:
    view = opened("update marts.open_lines set order_type = 'transfer', currency_code = 'USD' where sku = 'POT-04-MED'")
    (variant,) = view.rows(
        "select distinct account_id, variant_id from marts.variants where sku = 'POT-04-MED'"
    ).to_pylist()

    found = view.rows(LINES, account=variant["account_id"], ordered_as=[variant["variant_id"]]).to_pylist()

    assert {(each["order_type"], each["currency_code"]) for each in found} == {("transfer", "USD")}


def test_the_search_chooses_the_variant_of_exactly_this_sku(opened: Open) -> None:
    html = render_page("#/variant", opened(filters=searched("pot-04-med"))).text

    assert '<h2 class="ip-section">POT-04-MED · Jute Rug Medium</h2>' in html
    assert "The variant with the most revenue at risk" not in html


def test_a_search_that_matches_several_variants_offers_the_others(opened: Open) -> None:
    html = render_page("#/variant", opened(filters=searched("POT-04"))).text

    assert html.count('<h2 class="ip-section">POT-04-') == 1
    assert "The variant with the most revenue at risk" in html
    assert 'href="?search=POT-04-LAR#/variant"' in html


def test_a_search_that_matches_no_variant_says_so(opened: Open) -> None:
    html = render_page("#/variant", opened(filters=searched("nothing like it"))).text

    assert "No variant of the catalog matches these filters." in html


def test_two_variants_with_the_same_sku_are_tabs(opened: Open) -> None:
    marts = ("variants", "stockout_risk", "projected_stock")
    view = opened(
        *(f"insert into marts.{mart} select * replace ('a2000' as account_id) from marts.{mart}" for mart in marts),
        filters=searched("POT-04-MED"),
    )

    assert render_page("#/variant", view).text.count('<h2 class="ip-section">POT-04-MED') == 2


def test_each_warehouse_of_the_variant_has_its_stock_and_settings(opened: Open) -> None:
    view = opened()
    (variant,) = view.rows(
        "select distinct account_id, variant_id from marts.variants where sku = 'POT-04-MED'"
    ).to_pylist()
    keys = {"account": variant["account_id"], "variant": variant["variant_id"]}
    columns = ["warehouse_name", "quantity_in_stock", "configured_lead_time_days"]

    found = view.rows(WAREHOUSES, **keys).select(columns).to_pylist()

    stated = view.rows(
        f"select {', '.join(columns)} from published.marts.variants where sku = 'POT-04-MED'"
    ).to_pylist()
    assert sorted(map(str, found)) == sorted(map(str, stated))
    assert len(found) == 3

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from inventory_planner_dashboard.filters import Filters
from inventory_planner_dashboard.pages.running_out import ACCURACY, EXCESS_TOTALS, GAPS, TOTALS
from inventory_planner_dashboard.routes import render_page
from inventory_planner_dashboard.view import View

pytestmark = pytest.mark.long

Open = Callable[..., View]
OTHER_ACCOUNT = "insert into marts.purchase_orders select * replace ('a2000' as account_id) from marts.purchase_orders"
NO_CATALOG = [
    f"delete from marts.{mart}"
    for mart in ("variants", "stockout_risk", "projected_stock", "replenishment_cover", "lead_time_settings")
]
NOT_READ = "The catalog of account {} has not been read"
IN_DOLLARS = """
    update marts.{} set currency_code = 'USD' where warehouse_name = 'East Hub'
"""
HISTORY = """
    insert into marts.forecast_accuracy by name
    select account_id, variant_id, warehouse_id, vendor_name, sku, date '2026-10-01' as month_start,
        10 as quantity_forecast, 8 as quantity_sold, 2 as quantity_error, 2 as quantity_error_absolute,
        0.25 as error_rate, 0.25 as error_rate_absolute
    from marts.variants where sku in ('POT-04-MED', 'POT-04-LAR') and warehouse_name = 'Main DC'
"""


def test_a_row_says_what_runs_out_when_and_whom_to_call(opened: Open) -> None:
    as_of = date(2026, 6, 1)
    view = opened(
        "delete from marts.stockout_risk where priority is null or priority > 3",
        "delete from marts.variants where (variant_id, warehouse_id) not in"
        " (select variant_id, warehouse_id from marts.stockout_risk)",
        "update marts.variants set vendor_email = 'sales@acme.example'",
        f"update marts.stockout_risk set revenue_at_risk = 100 - priority, first_gap_date = '{as_of}',"
        " quantity_lost = priority, sku = 'S' || priority, vendor_name = 'Acme', purchase_order_number = null,"
        " order_vendor_name = null, order_vendor_email = null, order_receipt_date = null, days_after_gap = null",
        f"update marts.stockout_risk set purchase_order_number = '77', order_vendor_name = 'Bolt',"
        f" order_vendor_email = 'orders@bolt.example', order_receipt_date = '{as_of + timedelta(days=5)}',"
        " days_after_gap = 5 where priority = 2",
        "update marts.stockout_risk set purchase_order_number = '78', order_vendor_name = 'East Hub'"
        " where priority = 3",
    )
    columns = ["sku", "revenue_at_risk", "first_gap_date", "purchase_order_number", "contact_name", "contact_email"]

    assert view.rows(GAPS).select([*columns, "days_after_gap"]).to_pylist() == [
        dict(zip([*columns, "days_after_gap"], row, strict=True))
        for row in [
            ("S1", 99, as_of, None, "Acme", "sales@acme.example", None),
            ("S2", 98, as_of, "77", "Bolt", "orders@bolt.example", 5),
            ("S3", 97, as_of, "78", "East Hub", None, None),  # a transfer has nobody to write to
        ]
    ]


def test_the_tiles_add_up_what_the_mart_says_of_one_currency(opened: Open) -> None:
    view = opened(IN_DOLLARS.format("stockout_risk"), IN_DOLLARS.format("replenishment_cover"))
    risks = view.rows("select * from published.marts.stockout_risk").to_pylist()
    euros = [each for each in risks if each["currency_code"] == "EUR" and each["first_gap_date"]]
    late = {each["variant_id"] for each in euros if each["first_gap_in_days"] <= each["lead_time_days"]}
    expedited = [each for each in euros if each["recommended_action"].startswith("expedite")]
    covers = view.rows("select * from published.marts.replenishment_cover where currency_code = 'EUR'").to_pylist()

    found = view.row(TOTALS)

    assert 0 < len(euros) < len([each for each in risks if each["first_gap_date"]])
    assert (found["count_variants"], found["count_expedite"]) == (len(late), len(expedited))
    assert found["count_orders"] == len({each["purchase_order_id"] for each in expedited})
    assert round(found["revenue_at_risk"], 4) == round(sum(each["revenue_at_risk"] for each in euros), 4)
    assert round(found["quantity_lost"], 4) == round(sum(each["quantity_lost"] for each in euros), 4)
    assert round(view.row(EXCESS_TOTALS)["excess_value"], 4) == round(
        sum(each["excess_value"] or 0 for each in covers), 4
    )


def test_the_part_of_the_catalog_in_another_currency_is_announced(opened: Open) -> None:
    html = render_page("#/running-out", opened(IN_DOLLARS.format("variants"))).text

    assert "This page shows warehouses whose prices are in EUR; the catalog has others, too:" in html
    assert 'href="?currency=USD"' in html


def test_an_account_without_a_catalog_is_named_and_the_other_is_shown(opened: Open) -> None:
    whole, with_other = opened(), opened(f"{OTHER_ACCOUNT} limit 5")

    for path in ("#/running-out", "#/lead-times", "#/variant"):
        html = render_page(path, with_other).text
        assert (NOT_READ.format("a2000") in html, NOT_READ.format("a1000") in html) == (True, False)
        assert "ip-notice" not in html
        assert NOT_READ.format("") not in render_page(path, whole).text
    assert with_other.row(TOTALS) == whole.row(TOTALS)


def test_without_any_catalog_the_pages_say_that_it_is_missing(opened: Open) -> None:
    view = opened(*NO_CATALOG)

    for path in ("#/running-out", "#/lead-times", "#/variant"):
        html = render_page(path, view).text
        assert NOT_READ.format("a1000") in html
        assert "ip-notice" not in html


def test_the_accuracy_of_forecasts_is_shown_by_vendor_once_there_is_history(opened: Open) -> None:
    assert "No history yet" in render_page("#/running-out", opened()).text

    view = opened(HISTORY)

    (found,) = view.rows(ACCURACY).to_pylist()
    assert found == {
        "vendor_name": "Pan-Orient Trading",
        "quantity_forecast": 20,
        "quantity_sold": 16,
        "bias": 0.25,
        "wape": 0.25,
        "mape": 0.25,
        "count_variants": 2,
    }
    assert "No history yet" not in render_page("#/running-out", view).text


def test_a_vendor_filter_leaves_the_items_of_that_vendor(opened: Open) -> None:
    view = opened(filters=Filters(currency="EUR", vendors=("Fjord Glassworks",)))

    assert set(view.rows(GAPS).column("vendor_name").to_pylist()) == {"Fjord Glassworks"}

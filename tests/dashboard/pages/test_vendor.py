from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

from inventory_planner_dashboard.chase import reminders
from inventory_planner_dashboard.filters import Filters
from inventory_planner_dashboard.pages.vendor import BOUGHT, DELIVERIES, DUE
from inventory_planner_dashboard.routes import render_page
from inventory_planner_dashboard.view import View

pytestmark = pytest.mark.long

Open = Callable[..., View]
CONTACT = """
    update marts.vendors set vendor_email = 'sales@acme.example', payment_terms = 'NET 30', last_currency_code = 'USD'
    where vendor_name = 'Brightwater Ceramics'
"""


def test_each_delivery_has_a_bar_of_its_own_even_where_orders_share_a_number() -> None:
    with duckdb.connect() as connection:
        connection.execute("""
            create schema marts;
            create table marts.purchase_orders as
            select *, 'Kestrel' as vendor_name, date '2026-03-01' + id as completion_date,
                30 as observed_lead_time_days, 30 as planned_lead_time_days, 0 as days_late,
                true as is_on_time, 1.0 as receipt_ratio, cast(id as varchar) as purchase_order_id
            from (values (1, '7'), (2, '8'), (3, '7')) as orders (id, purchase_order_number)
        """)
        bars = connection.execute(DELIVERIES, {"vendor": "Kestrel", "most": 40}).to_arrow_table()

    assert bars.select(["order_label", "purchase_order_number", "observed_lead_time_days"]).to_pylist() == [
        {"order_label": "7 (1)", "purchase_order_number": "7", "observed_lead_time_days": 30},
        {"order_label": "8", "purchase_order_number": "8", "observed_lead_time_days": 30},
        {"order_label": "7 (2)", "purchase_order_number": "7", "observed_lead_time_days": 30},
    ]


def test_a_vendor_shows_its_contact_and_reminder_also_where_the_filters_leave_no_order(opened: Open) -> None:
    filters = Filters(currency="JPY", vendors=("Brightwater Ceramics",))
    html = render_page("#/vendor", opened(CONTACT, filters=filters)).text

    for name, value in {"Email": "sales@acme.example", "Payment terms": "NET 30", "Currency": "USD"}.items():
        assert f"<dt>{name}</dt><dd>{value}</dd>" in html
    assert 'href="mailto:sales@acme.example?subject=Open%20order%20lines' in html


def test_a_vendor_shows_what_is_late_or_due_and_what_was_bought(opened: Open) -> None:
    view = opened("update marts.open_lines set is_due_soon = true where recommended_action = 'wait'")
    count = """
        select count(*) as lines from published.marts.open_lines
        where vendor_name = 'Brightwater Ceramics' and order_type = 'po' and currency_code = 'EUR'
            and (is_overdue or recommended_action = 'wait')
    """

    due = view.rows(DUE, vendor="Brightwater Ceramics").to_pylist()
    bought = view.rows(BOUGHT, vendor="Brightwater Ceramics").to_pylist()

    assert len(due) == view.row(count)["lines"] > 0
    assert [each["is_overdue"] for each in due] == sorted((each["is_overdue"] for each in due), reverse=True)
    assert {each["vendor_name"] for each in bought} == {"Brightwater Ceramics"}
    assert any(each["minimum_quantity"] for each in bought)


def test_vendors_of_the_same_name_in_two_accounts_are_reminded_of_their_own_orders(opened: Open) -> None:
    view = opened(
        "update marts.open_lines set vendor_name = 'Acme', vendor_email = 'eu@acme.example', vendor_id = 'acme',"
        " order_type = 'po', is_overdue = true",
        "insert into marts.open_lines select * replace ('b2000' as account_id, 'us@acme.example' as vendor_email)"
        " from marts.open_lines limit 1",
    )

    (found,) = reminders(view, ["Acme"]).values()

    assert {(each.address, len({line["account_id"] for line in each.lines})) for each in found} == {
        ("eu@acme.example", 1),
        ("us@acme.example", 1),
    }


def test_of_a_vendor_that_no_order_names_the_catalog_is_shown(opened: Open) -> None:
    view = opened(
        "update marts.variants set vendor_name = 'New Mill', vendor_email = 'hello@mill.example', currency_code = 'USD'"
        " where variant_id = (select min(variant_id) from marts.variants where not is_removed)",
        filters=Filters(vendors=("New Mill",)),
    )

    html = render_page("#/vendor", view).text

    assert "No purchase order names this vendor." in html
    for name, value in {
        "Email": "hello@mill.example",
        "Currency": "USD",
        "Variants": "1 in the catalog, with this vendor first",
    }.items():
        assert f"<dt>{name}</dt><dd>{value}</dd>" in html

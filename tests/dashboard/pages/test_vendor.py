from __future__ import annotations

import duckdb

from inventory_planner_dashboard.pages.vendor import DELIVERIES


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

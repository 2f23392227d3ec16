"""Every query of the dashboard. They select from the marts, which hold the rules; here is only what is counted up."""

from __future__ import annotations

from typing import Final

from filters import NO_VENDOR

# What can be chosen in the filters: of the whole file.

VENDOR_NAMES: Final = f"""
    select distinct coalesce(vendor_name, '{NO_VENDOR}') as vendor_name from published.marts.purchase_order_lines
    order by 1
"""  # noqa: S608 (our own word)
WAREHOUSE_NAMES: Final = """
    select distinct warehouse_name from published.marts.purchase_order_lines where warehouse_name is not null order by 1
"""
CURRENCIES: Final = """
    select currency_code, count(*) as count_lines from published.marts.purchase_order_lines
    group by currency_code order by count_lines desc, currency_code
"""
FIRST_AND_LAST_DAY: Final = """
    select min(least(sent_date, promise_date, first_receipt_date)) as first_day,
        max(greatest(sent_date, promise_date, last_receipt_date)) as last_day
    from published.marts.purchase_order_lines
"""

# Monday briefing.

OPEN_NOW: Final = """
    select count(*) as count_lines, sum(open_value) as open_value, sum(quantity_open) as quantity_open,
        count(*) filter (where is_overdue) as count_overdue,
        sum(open_value) filter (where is_overdue) as overdue_value,
        count(*) filter (where this_week) as count_arriving,
        sum(open_value) filter (where this_week) as arriving_value,
        sum(quantity_open) filter (where this_week) as quantity_arriving
    from (
        select *, promise_current between as_of_date and as_of_date + 6 as this_week from marts.open_lines
    )
"""
RECEIVED_IN_WEEKS: Final = """
    select sum(received_value) filter (where is_last_week) as received_value,
        sum(received_value) filter (where not is_last_week) as value_week_before,
        sum(quantity_received) filter (where is_last_week) as quantity_received
    from (
        select *, receipt_date > as_of_date - 7 as is_last_week
        from marts.goods_receipts where receipt_date > as_of_date - 14
    )
"""
RATES_BY_PERIOD: Final = """
    select period,
        sum(count_otif_lines) / nullif(sum(count_due_lines), 0) as otif_line_rate,
        sum(count_due_lines) as count_due_lines,
        sum(quantity_capped) / nullif(sum(quantity_ordered), 0) as fill_rate,
        sum(count_lines) as count_lines
    from marts.vendor_scorecard group by period
"""
ORDERS_TO_CLOSE: Final = """
    select count(*) as count_orders, sum(ordered_value) as ordered_value
    from marts.purchase_orders where lifecycle_state = 'received_not_closed'
"""
NEEDS_ACTION: Final = """
    select * from marts.exceptions
    order by case severity when 'high' then 1 when 'medium' then 2 else 3 end,
        value_at_stake desc nulls last, purchase_order_number, exception_rule
"""
INCOMING_BY_WEEK: Final = """
    select date_trunc('week', promise_current) as week_start, is_overdue, warehouse_name,
        sum(open_value) as open_value, sum(quantity_open) as quantity_open, count(*) as count_lines
    from marts.open_lines
    where is_overdue or promise_current < date_trunc('week', as_of_date) + interval 8 week
    group by 1, 2, 3 order by 1, 3
"""

# Received vs ordered: what neither is a draft nor was called off.

BY_MONTH: Final = """
    select date_trunc('month', coalesce(promise_date, sent_date)) as report_month,
        sum(quantity_ordered) as quantity_ordered, sum(quantity_received) as quantity_received,
        sum(quantity_capped) filter (where has_begun) / nullif(sum(quantity_ordered) filter (where has_begun), 0)
            as fill_rate,
        count(*) as count_lines
    from (
        select *, coalesce(promise_date, sent_date) <= getvariable('as_of_date') as has_begun
        from marts.purchase_order_lines
    )
    where status_type not in ('draft', 'canceled')
    group by 1 order by 1
"""
QUANTITIES: Final = """
    select count(*) as count_lines,
        sum(quantity_ordered) as quantity_ordered, sum(quantity_received) as quantity_received,
        sum(quantity_capped) as quantity_capped, sum(quantity_open) as quantity_open,
        sum(quantity_short) as quantity_short, sum(quantity_canceled) as quantity_canceled,
        sum(quantity_draft) as quantity_draft, sum(quantity_over) as quantity_over,
        sum(quantity_capped) filter (where is_placed) / nullif(sum(quantity_ordered) filter (where is_placed), 0)
            as fill_rate,
        count(*) filter (where is_placed) as count_placed_lines,
        count(*) filter (where is_otif) / nullif(count(*) filter (where is_due), 0) as otif_line_rate,
        count(*) filter (where is_due) as count_due_lines
    from (select *, status_type not in ('draft', 'canceled') as is_placed from marts.purchase_order_lines)
"""
BY_LIFECYCLE: Final = """
    select lifecycle_state, sum(ordered_value) as ordered_value, count(*) as count_orders
    from marts.purchase_orders group by 1
"""
BY_VENDOR: Final = """
    select vendor_name, count(*) as count_lines, sum(quantity_ordered) as quantity_ordered,
        sum(quantity_received) as quantity_received, sum(quantity_open) as quantity_open,
        sum(quantity_short) as quantity_short, sum(quantity_over) as quantity_over,
        sum(quantity_capped) / nullif(sum(quantity_ordered), 0) as fill_rate,
        max(last_receipt_date) as last_receipt_date
    from marts.purchase_order_lines where status_type not in ('draft', 'canceled')
    group by 1 order by quantity_ordered desc, vendor_name
"""
BY_ORDER: Final = """
    select * from marts.purchase_orders order by sent_date desc, purchase_order_number desc
"""
BY_LINE: Final = """
    select * from marts.received_vs_ordered order by sent_date desc, purchase_order_number desc, line_number
"""

# Incoming stock.

INCOMING_BY_VENDOR: Final = """
    select date_trunc('week', promise_current) as week_start, vendor_name,
        sum(quantity_open) as quantity_open, sum(open_value) as open_value, count(*) as count_lines
    from marts.open_lines where promise_current >= date_trunc('week', as_of_date)
    group by 1, 2 order by 1, 2
"""
PROMISED_AND_FORECAST: Final = """
    select date_trunc('week', promise_current) as week_start, 'promised' as basis, sum(quantity_open) as quantity_open
    from marts.open_lines where not is_overdue and promise_current is not null group by 1
    union all
    select date_trunc('week', forecast_receipt_date), 'forecast', sum(quantity_open)
    from marts.open_lines where forecast_receipt_date is not null group by 1
    order by 1, 2
"""
VOLUME_BY_WEEK: Final = """
    select date_trunc('week', forecast_receipt_date) as week_start, sum(open_volume_cbm) as open_volume_cbm,
        count(open_volume_cbm) as count_measured, count(*) as count_lines
    from marts.open_lines where forecast_receipt_date is not null group by 1 order by 1
"""
INCOMING_VARIANTS: Final = """
    select sku, max(title) as title, warehouse_name, sum(quantity_open) as quantity_open,
        sum(open_value) as open_value, count(*) as count_lines,
        min(promise_current) filter (where not is_overdue) as next_promise,
        min(forecast_receipt_date) as forecast_receipt_date,
        string_agg(distinct purchase_order_number, ', ' order by purchase_order_number) as orders
    from marts.open_lines group by sku, warehouse_name
    order by next_promise nulls last, sku, warehouse_name
"""

# Overdue and ageing.

AGEING: Final = """
    select ageing_bucket, vendor_name, sum(open_value) as open_value, sum(quantity_open) as quantity_open,
        count(*) as count_lines
    from marts.open_lines group by 1, 2
"""
OVERDUE: Final = """
    select count(*) as count_lines, sum(open_value) as open_value, sum(quantity_open) as quantity_open,
        median(days_overdue) as days_overdue, max(days_overdue) as days_overdue_most,
        count(*) filter (where is_stale) as count_stale
    from marts.open_lines where is_overdue
"""
OPEN_BY_DAY: Final = """
    select report_date, sum(open_value) as open_value,
        coalesce(sum(open_value) filter (where is_overdue), 0) as overdue_value, count(*) as count_orders
    from marts.open_order_days group by 1 order by 1
"""
OPEN_LINES: Final = """
    select * from marts.open_lines where is_overdue or promise_current is null or is_stale
    order by open_value desc nulls last, purchase_order_number, line_number
"""

# Vendor scorecard.

SCORECARD: Final = """
    select * from marts.vendor_scorecard where period = $period
    order by score desc nulls last, otif_line_rate desc nulls last, vendor_name
"""
VENDOR_MONTHS: Final = """
    select vendor_name, report_month, sum(count_otif_lines) / nullif(sum(count_due_lines), 0) as otif_line_rate,
        sum(count_due_lines) as count_due_lines
    from marts.vendor_months
    where report_month > as_of_date - interval 12 month and report_month <= as_of_date
    group by 1, 2 order by 1, 2
"""

# Vendor detail: one vendor, named by $vendor.

LARGEST_VENDOR: Final = """
    select vendor_name from marts.purchase_orders where vendor_name is not null
    group by 1 order by sum(ordered_value) desc nulls last, 1 limit 1
"""
VENDOR_PERIODS: Final = """
    select * from marts.vendor_scorecard where vendor_name = $vendor
"""
DELIVERIES: Final = """
    select *,
        case when count(*) over same_number = 1 then purchase_order_number
            else concat(purchase_order_number, ' (', row_number() over (same_number order by completion_date,
                purchase_order_id), ')') end as order_label
    from (
        select purchase_order_id, purchase_order_number, completion_date, lead_time_days, planned_lead_time_days,
            days_late, receipt_ratio,
            case when days_late is null then 'no promise' when not is_on_time then 'late'
                when days_late < 0 then 'early' else 'on time' end as delivery,
            case when receipt_ratio < 1 then 'short' when receipt_ratio = 1 then 'full' else 'over' end as quantity
        from marts.purchase_orders where vendor_name = $vendor and lead_time_days >= 0
        order by completion_date desc, purchase_order_number desc limit $most
    )
    window same_number as (partition by purchase_order_number)
    order by completion_date, purchase_order_number, purchase_order_id
"""
LEAD_TIMES_OF_VENDOR: Final = """
    select lead_time_days, count(*) as count_orders from marts.purchase_orders
    where vendor_name = $vendor and lead_time_days >= 0 group by 1 order by 1
"""
OPEN_ORDERS_OF_VENDOR: Final = """
    select * from marts.purchase_orders where vendor_name = $vendor and is_on_order and quantity_open > 0
    order by promise_current nulls last, purchase_order_number
"""
PRICES_OF_VENDOR: Final = """
    select sku, sent_date, avg(unit_cost) as unit_cost from marts.price_history
    where vendor_name = $vendor and sku in (
        select sku from marts.price_history where vendor_name = $vendor
        group by sku order by sum(quantity_ordered * unit_cost) desc nulls last, sku limit $most
    )
    group by sku, sent_date order by sent_date, sku
"""

# Lead times and safety days.

LEAD_TIMES_BY_VENDOR: Final = """
    select vendor_name, count(*) as count_orders, avg(lead_time_days) as lead_time_mean_days,
        avg(planned_lead_time_days) as planned_lead_time_mean_days,
        quantile_cont(lead_time_days, 0.1) as p10, quantile_cont(lead_time_days, 0.25) as p25,
        quantile_cont(lead_time_days, 0.5) as p50, quantile_cont(lead_time_days, 0.75) as p75,
        quantile_cont(lead_time_days, 0.9) as p90
    from marts.purchase_orders where is_vendor_order and lead_time_days >= 0
    group by 1 order by p50 desc
"""
SAFETY_DAYS: Final = """
    select * from marts.vendor_lead_times order by safety_days_95 desc nulls last, vendor_name, sku, warehouse_name
"""

# Receipts timeline.

RECEIPTS_BY_WEEK: Final = """
    select date_trunc('week', receipt_date) as week_start, warehouse_name,
        sum(quantity_received) as quantity_received, count(*) as count_receipts
    from marts.goods_receipts where receipt_date is not null group by 1, 2 order by 1, 2
"""
SPLIT_RECEIPTS: Final = """
    select count(*) as count_lines, count(*) filter (where count_receipts > 1) as count_split_lines,
        count(*) filter (where count_receipts > 1) / nullif(count(*), 0) as split_rate,
        avg(count_receipts) as receipts_mean
    from marts.purchase_order_lines where count_receipts > 0
"""
LATEST_SPLIT_ORDER: Final = """
    select purchase_order_id, purchase_order_number, vendor_name, promise_date, quantity_ordered
    from marts.purchase_orders
    where last_receipt_date is not null
    order by last_receipt_date > first_receipt_date desc, last_receipt_date desc, purchase_order_number desc limit 1
"""
ORDER_TIMELINE: Final = """
    select receipt_date, sum(quantity_received) as quantity_received,
        sum(sum(quantity_received)) over (order by receipt_date) as quantity_received_to_date
    from (
        select sent_date as receipt_date, 0 as quantity_received
        from marts.purchase_orders where purchase_order_id = $order
        union all
        select receipt_date, quantity_received from marts.goods_receipts where purchase_order_id = $order
    )
    where receipt_date is not null
    group by 1 order by 1
"""
RECEIPT_LIST: Final = """
    select * from marts.goods_receipts
    order by receipt_date desc nulls last, purchase_order_number, sku, receipt_number
"""

# Price and landed cost.

PRICE_VARIANCE_BY_VENDOR: Final = """
    select vendor_name, sum(price_variance) as price_variance,
        sum(price_variance) / nullif(sum(price_baseline), 0) as price_variance_rate,
        count(price_variance) as count_lines
    from marts.price_history where vendor_name is not null
    group by 1 having count(price_variance) > 0 order by 2 desc
"""
PRICE_TOTALS: Final = """
    select sum(price_variance) as price_variance,
        sum(price_variance) / nullif(sum(price_baseline), 0) as price_variance_rate,
        count(price_variance) as count_compared,
        avg(landed_uplift_rate) as landed_uplift_rate, count(landed_uplift_rate) as count_landed,
        count(*) as count_lines
    from marts.price_history
"""
MOST_CHANGED_PRICES: Final = """
    select sku, sent_date, avg(unit_cost) as unit_cost from marts.price_history
    where sku in (
        select sku from marts.price_history
        group by sku order by sum(abs(price_variance)) desc nulls last, sku limit $most
    )
    group by sku, sent_date order by sent_date, sku
"""
PRICE_CHANGES: Final = """
    select * from marts.price_history where price_change_rate <> 0
    order by abs(price_variance) desc nulls last, sent_date desc, purchase_order_number
"""
LANDED_BY_VENDOR: Final = """
    select vendor_name, landed_uplift_rate, count_lines, landed_uplift_value from marts.vendor_scorecard
    where period = '365' and landed_uplift_rate is not null order by landed_uplift_rate desc
"""

# Spend and cash.

SPEND_TOTALS: Final = """
    select sum(ordered_value) as ordered_value, sum(received_value) as received_value, sum(open_value) as open_value,
        count(*) as count_orders
    from marts.purchase_orders where status_type not in ('draft', 'canceled')
"""
PARETO: Final = """
    select * from marts.spend_concentration
    where spend_by = $by and period = '365' and value_basis = 'order' order by spend_rank
"""
SPEND_BY_MONTH: Final = """
    select date_trunc('month', sent_date) as report_month, sum(ordered_value) as ordered_value,
        sum(received_value) as received_value, count(*) as count_orders
    from marts.purchase_orders where status_type not in ('draft', 'canceled') and sent_date is not null
    group by 1 order by 1
"""
CASH_BY_WEEK: Final = """
    select case when week_start < date_trunc('week', as_of_date) then null else week_start end as week_start,
        due_basis, sum(open_value) as open_value, sum(count_orders) as count_orders
    from marts.cash_calendar where due_basis <> 'none' group by 1, 2 order by 1 nulls first, 2
"""
CASH: Final = """
    select * from marts.cash_calendar order by week_start nulls last, due_basis
"""

# Transfers and assemblies.

LANES: Final = """
    select source_warehouse_name, warehouse_name, sum(count_lines) as count_lines,
        sum(count_overdue_lines) as count_overdue_lines, sum(quantity_ordered) as quantity_ordered,
        sum(quantity_received) as quantity_received, sum(quantity_open) as quantity_open,
        sum(quantity_capped) / nullif(sum(quantity_ordered), 0) as fill_rate,
        sum(count_on_time_lines) / nullif(sum(count_due_lines), 0) as on_time_rate,
        sum(count_due_lines) as count_due_lines,
        sum(transit_mean_days * count_transit_days) / nullif(sum(count_transit_days), 0) as transit_mean_days
    from marts.transfer_lanes group by 1, 2 order by quantity_ordered desc
"""
COMPONENTS: Final = """
    select component_sku, max(component_title) as component_title, sum(quantity_needed) as quantity_needed,
        sum(quantity_used) as quantity_used, sum(quantity_still_needed) as quantity_still_needed
    from marts.assemblies where component_sku is not null
    group by 1 having sum(quantity_still_needed) > 0 order by quantity_still_needed desc, component_sku
"""
TRANSFERS: Final = """
    select * from marts.transfers order by is_overdue desc, sent_date desc, purchase_order_number
"""
ASSEMBLIES: Final = """
    select * from marts.assemblies order by is_complete, promise_date, purchase_order_number, component_sku
"""

# Data health.

CHECKS: Final = """
    select * from marts.data_health order by found_rate desc, check_name
"""
CHECKS_WITH_FINDINGS: Final = """
    select * from marts.data_health where count_found > 0
"""
STATUSES: Final = """
    select status, status_type, count(*) as count_orders, max(sent_date) as last_sent_date
    from marts.purchase_orders group by 1, 2 order by status_type = 'unknown' desc, count_orders desc, status
"""
EXCEPTIONS_BY_RULE: Final = """
    select exception_rule, severity, count(*) as count_found, sum(value_at_stake) as value_at_stake
    from marts.exceptions group by 1, 2 order by count_found desc, exception_rule
"""
NEWEST_CHANGE: Final = """
    select max(modified_at) as modified_at,
        count(*) filter (where status_type = 'unknown') as count_unknown,
        count(*) as count_orders, sum(count_lines) as count_lines
    from published.marts.purchase_orders
"""

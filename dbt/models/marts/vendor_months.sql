with

lines as (

    select
        *,
        coalesce(vendor_id, '(no vendor)') as vendor_key,
        coalesce(warehouse_id, '(no warehouse)') as warehouse_key,
        case when is_due then days_late end as due_days_late,
        case when is_vendor_order then observed_lead_time_days end as vendor_lead_time_days,
        case when received_landed_value is not null then received_value end as landed_base_value,
        {{ start_of('month', 'coalesce(promise_date, sent_date)') }} as report_month,
        case
            when promise_date is not null then 'promise'
            when sent_date is not null then 'order'
            else 'none'
        end as month_source,
        {{ start_of('month', 'sent_date') }} as sent_month
    from {{ ref('purchase_order_lines') }}
    where is_in_spend

),

prices as (

    select * from {{ ref('price_history') }}

),

lines_with_prices as (

    select
        lines.*,
        prices.price_variance,
        prices.price_baseline
    from lines
    left join prices
        on
            lines.account_id = prices.account_id
            and lines.purchase_order_line_id = prices.purchase_order_line_id

),

lines_summed_to_months as (

    select

        -- ids
        account_id,
        vendor_key as vendor_id,
        warehouse_key as warehouse_id,

        -- text
        max(coalesce(vendor_name, vendor_key)) as vendor_name,
        max(coalesce(warehouse_name, warehouse_key)) as warehouse_name,
        currency_code,
        month_source,

        -- numerics
        count(distinct case when is_vendor_order then purchase_order_id end) as count_orders,
        count(distinct case when not is_vendor_order then purchase_order_id end)
            as count_canceled_orders,
        count(*) filter (where is_vendor_order and not is_removed) as count_lines,
        count(is_complete) filter (where is_vendor_order) as count_ordered_lines,
        count(*) filter (where is_vendor_order and is_complete) as count_complete_lines,
        count(*) filter (where quantity_open > 0) as count_open_lines,
        count(*) filter (where is_overdue) as count_overdue_lines,
        count(*) filter (where quantity_short > 0) as count_short_lines,
        count(*) filter (where is_vendor_order and quantity_over > 0) as count_over_lines,
        count(*) filter (where not is_vendor_order and not is_removed) as count_canceled_lines,
        count(*) filter (where is_due) as count_due_lines,
        count(*) filter (where is_in_full) as count_in_full_lines,
        count(*) filter (where is_on_time) as count_on_time_lines,
        count(*) filter (where is_otif) as count_otif_lines,
        count(due_days_late) as count_dated_due_lines,
        count(*) filter (where due_days_late > 0) as count_late_lines,
        cast(coalesce(sum(due_days_late), 0) as bigint) as sum_days_late,
        count(vendor_lead_time_days) as count_line_lead_times,
        cast(coalesce(sum(vendor_lead_time_days), 0) as bigint) as sum_lead_time_days,
        cast(
            coalesce(sum(cast(vendor_lead_time_days as bigint) * vendor_lead_time_days), 0)
            as bigint
        )
            as sum_squared_lead_time_days,
        coalesce(sum(quantity_ordered) filter (where is_vendor_order), 0) as quantity_ordered,
        coalesce(sum(basis_quantity) filter (where is_vendor_order), 0) as basis_quantity,
        sum(quantity_received) as quantity_received,
        coalesce(sum(quantity_received) filter (where not is_vendor_order), 0)
            as quantity_received_canceled,
        coalesce(
            sum(quantity_received) filter (where is_vendor_order and quantity_ordered > 0), 0
        ) as quantity_received_of_ordered,
        coalesce(sum(quantity_capped) filter (where is_vendor_order), 0) as quantity_capped,
        sum(quantity_open) as quantity_open,
        sum(quantity_short) as quantity_short,
        coalesce(sum(quantity_over) filter (where is_vendor_order), 0) as quantity_over,
        sum(quantity_canceled) as quantity_canceled,
        sum(quantity_ignored) as quantity_ignored,
        coalesce(sum(basis_quantity) filter (where is_due), 0) as quantity_due,
        coalesce(
            sum({{ capped('quantity_by_promise', 'basis_quantity') }}) filter (where is_due), 0
        ) as quantity_on_time,
        coalesce(sum(quantity_early) filter (where is_due), 0) as quantity_early_due,
        coalesce(sum(quantity_late) filter (where is_due), 0) as quantity_late_due,
        coalesce(sum(quantity_capped) filter (where is_due), 0) as quantity_capped_due,
        coalesce(sum(basis_quantity) filter (where status_type = 'closed'), 0)
            as basis_quantity_closed,
        coalesce(sum(quantity_capped) filter (where status_type = 'closed'), 0)
            as quantity_capped_closed,
        coalesce(sum(unit_days_late) filter (where is_vendor_order), 0) as unit_days_late,
        coalesce(sum(ordered_value) filter (where is_vendor_order), 0) as ordered_value,
        coalesce(sum(received_value), 0) as received_value,
        coalesce(sum(received_value) filter (where not is_vendor_order), 0)
            as received_value_canceled,
        coalesce(sum(open_value), 0) as open_value,
        coalesce(sum(open_value) filter (where is_overdue), 0) as overdue_value,
        coalesce(sum(short_value), 0) as short_value,
        coalesce(sum(over_value) filter (where is_vendor_order), 0) as over_value,
        coalesce(sum(canceled_value), 0) as canceled_value,
        coalesce(
            sum(received_landed_value - landed_base_value) filter (where is_vendor_order), 0
        ) as landed_uplift_value,
        coalesce(sum(landed_base_value) filter (where is_vendor_order), 0) as landed_base_value,
        count(price_variance) as count_compared_lines,
        coalesce(sum(price_variance), 0) as price_variance,
        coalesce(sum(abs(price_variance)), 0) as price_movement,
        coalesce(sum(price_baseline), 0) as price_baseline,
        {{ sum_of_reporting('ordered_value', 'is_vendor_order') }}
            as ordered_value_reporting,
        {{ sum_of_reporting('received_value') }} as received_value_reporting,
        {{ sum_of_reporting('open_value', 'is_vendor_order') }}
            as open_value_reporting,

        -- dates
        report_month,
        sent_month,
        {{ as_of_date() }} as as_of_date

    from lines_with_prices
    group by
        account_id, vendor_key, warehouse_key, currency_code, report_month, month_source, sent_month

)

select * from lines_summed_to_months

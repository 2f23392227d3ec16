with

periods as (

    {{ periods() }}

),

orders as (

    select
        *,
        coalesce(vendor_id, '(no vendor)') as vendor_key,
        {{ days_between('coalesce(promise_date, sent_date)', as_of_date()) }} as days_ago
    from {{ ref('purchase_orders') }}
    where is_vendor_order or (order_type = 'po' and status_type = 'canceled')

),

orders_in_periods as (

    select
        orders.*,
        periods.period
    from orders
    inner join periods
        on periods.period_days is null or orders.days_ago between 0 and periods.period_days - 1

),

orders_summed_to_vendors as (

    select
        account_id,
        vendor_key as vendor_id,
        max(coalesce(vendor_name, vendor_key)) as vendor_name,
        currency_code,
        period,
        count(*) as count_orders,
        count(*) filter (where is_due) as count_due_orders,
        count(*) filter (where is_in_full) as count_in_full_orders,
        count(*) filter (where is_on_time) as count_on_time_orders,
        count(*) filter (where is_otif) as count_otif_orders,
        cast(sum(count_lines) as bigint) as count_lines,
        cast(sum(count_ordered_lines) as bigint) as count_ordered_lines,
        cast(sum(count_complete_lines) as bigint) as count_complete_lines,
        cast(sum(count_open_lines) as bigint) as count_open_lines,
        cast(sum(count_overdue_lines) as bigint) as count_overdue_lines,
        cast(sum(count_unpriced_lines) as bigint) as count_unpriced_lines,
        cast(sum(count_due_lines) as bigint) as count_due_lines,
        cast(sum(count_in_full_lines) as bigint) as count_in_full_lines,
        cast(sum(count_on_time_lines) as bigint) as count_on_time_lines,
        cast(sum(count_otif_lines) as bigint) as count_otif_lines,
        sum(quantity_ordered) as quantity_ordered,
        sum(quantity_received) as quantity_received,
        sum(quantity_received_of_ordered) as quantity_received_of_ordered,
        sum(quantity_capped) as quantity_capped,
        sum(quantity_open) as quantity_open,
        sum(quantity_short) as quantity_short,
        sum(quantity_over) as quantity_over,
        sum(quantity_due) as quantity_due,
        sum(quantity_on_time) as quantity_on_time,
        sum(case when status_type = 'closed' then quantity_ordered else 0 end)
            as quantity_ordered_closed,
        sum(case when status_type = 'closed' then quantity_capped else 0 end)
            as quantity_capped_closed,
        sum(ordered_value) as ordered_value,
        sum(received_value) as received_value,
        sum(open_value) as open_value,
        sum(overdue_value) as overdue_value,
        sum(short_value) as short_value,
        sum(over_value) as over_value,
        {{ sum_of_reporting('ordered_value') }} as ordered_value_reporting,
        {{ sum_of_reporting('received_value') }} as received_value_reporting,
        {{ sum_of_reporting('open_value') }} as open_value_reporting,
        sum(quantity_ignored) as quantity_ignored,
        count(promise_original) as count_promised_orders,
        count(*) filter (where count_promise_changes > 0) as count_redated_orders,
        count(*) filter (where count_promise_changes_after_due > 0)
            as count_redated_after_due_orders,
        cast(avg(promise_slip_days) as double) as promise_slip_mean_days,
        count(observed_lead_time_days) as count_lead_times,
        cast(avg(observed_lead_time_days) as double) as lead_time_mean_days,
        percentile_cont(0.5) within group (order by observed_lead_time_days)
            as lead_time_median_days,
        percentile_cont(0.9) within group (order by observed_lead_time_days)
            as lead_time_p90_days,
        stddev_samp(observed_lead_time_days) as lead_time_stddev_days,
        min(sent_date) as first_sent_date,
        max(sent_date) as last_sent_date
    from orders_in_periods
    where is_vendor_order
    group by account_id, vendor_key, currency_code, period

),

canceled_orders_summed_to_vendors as (

    select
        account_id,
        vendor_key as vendor_id,
        currency_code,
        period,
        count(*) as count_canceled_orders,
        sum(canceled_value) as canceled_value
    from orders_in_periods
    where not is_vendor_order
    group by account_id, vendor_key, currency_code, period

),

final as (

    select
        vendors.*,
        coalesce(canceled.count_canceled_orders, 0) as count_canceled_orders,
        coalesce(canceled.canceled_value, 0) as canceled_value
    from orders_summed_to_vendors as vendors
    left join canceled_orders_summed_to_vendors as canceled
        on
            vendors.account_id = canceled.account_id
            and vendors.vendor_id = canceled.vendor_id
            and vendors.currency_code = canceled.currency_code
            and vendors.period = canceled.period

)

select * from final

{%- set line_counts = [
    'count_lines', 'count_ordered_lines', 'count_complete_lines', 'count_open_lines', 'count_overdue_lines',
    'count_unpriced_lines', 'count_due_lines', 'count_in_full_lines', 'count_on_time_lines', 'count_otif_lines',
] -%}
{%- set sums = [
    'quantity_ordered', 'basis_quantity', 'quantity_received_of_ordered', 'quantity_capped', 'quantity_open',
    'quantity_short', 'quantity_over', 'quantity_due', 'quantity_on_time', 'quantity_ignored', 'ordered_value',
    'open_value', 'overdue_value', 'short_value', 'over_value',
] -%}

with

periods as (

    {{ periods(with_earlier=true) }}

),

orders as (

    select
        *,
        coalesce(vendor_id, '(no vendor)') as vendor_key,
        case when is_vendor_order then observed_lead_time_days end as vendor_lead_time_days,
        {{ days_between('coalesce(promise_date, sent_date)', as_of_date()) }} as days_ago
    from {{ ref('purchase_orders') }}
    where is_in_spend

),

orders_in_periods as (

    select
        orders.*,
        periods.period
    from orders
    inner join periods
        on {{ is_in_period('orders.days_ago') }}

),

orders_summed_to_vendors as (

    select
        account_id,
        vendor_key as vendor_id,
        max(coalesce(vendor_name, vendor_key)) as vendor_name,
        currency_code,
        period,
        count(*) filter (where is_vendor_order) as count_orders,
        count(*) filter (where not is_vendor_order) as count_canceled_orders,
        count(*) filter (where is_due) as count_due_orders,
        count(*) filter (where is_in_full) as count_in_full_orders,
        count(*) filter (where is_on_time) as count_on_time_orders,
        count(*) filter (where is_otif) as count_otif_orders,
        {%- for count in line_counts %}
            cast(coalesce(sum({{ count }}) filter (where is_vendor_order), 0) as bigint)
                as {{ count }},
        {%- endfor %}
        {%- for sum in sums %}
            coalesce(sum({{ sum }}) filter (where is_vendor_order), 0) as {{ sum }},
        {%- endfor %}
        coalesce(sum(basis_quantity) filter (where status_type = 'closed'), 0)
            as basis_quantity_closed,
        coalesce(sum(quantity_capped) filter (where status_type = 'closed'), 0)
            as quantity_capped_closed,
        sum(quantity_received) as quantity_received,
        coalesce(sum(quantity_received) filter (where not is_vendor_order), 0)
            as quantity_received_canceled,
        sum(received_value) as received_value,
        coalesce(sum(received_value) filter (where not is_vendor_order), 0)
            as received_value_canceled,
        coalesce(sum(canceled_value) filter (where not is_vendor_order), 0) as canceled_value,
        {{ sum_of_reporting('ordered_value', 'is_vendor_order') }} as ordered_value_reporting,
        {{ sum_of_reporting('received_value') }} as received_value_reporting,
        {{ sum_of_reporting('open_value') }} as open_value_reporting,
        count(promise_original) filter (where is_vendor_order) as count_promised_orders,
        count(*) filter (where is_vendor_order and count_promise_changes > 0)
            as count_redated_orders,
        count(*) filter (where is_vendor_order and count_promise_changes_after_due > 0)
            as count_redated_after_due_orders,
        cast(avg(case when is_vendor_order then promise_slip_days end) as double)
            as promise_slip_mean_days,
        count(vendor_lead_time_days) as count_lead_times,
        cast(avg(vendor_lead_time_days) as double) as lead_time_mean_days,
        percentile_cont(0.5) within group (order by vendor_lead_time_days) as lead_time_median_days,
        percentile_cont(0.9) within group (order by vendor_lead_time_days) as lead_time_p90_days,
        cast(stddev_samp(vendor_lead_time_days) as double) as lead_time_stddev_days,
        min(case when is_vendor_order then sent_date end) as first_sent_date,
        max(case when is_vendor_order then sent_date end) as last_sent_date
    from orders_in_periods
    group by account_id, vendor_key, currency_code, period

)

select * from orders_summed_to_vendors

with

periods as (

    {{ periods(with_earlier=true) }}

),

lines as (

    select
        *,
        coalesce(vendor_id, '(no vendor)') as vendor_key,
        case when is_due then days_late end as due_days_late,
        case when received_landed_value is not null then received_value end as landed_base_value,
        {{ days_between('coalesce(promise_date, sent_date)', as_of_date()) }} as days_ago
    from {{ ref('purchase_order_lines') }}
    where is_vendor_order

),

prices as (

    select * from {{ ref('price_history') }}

),

lines_in_periods as (

    select
        lines.*,
        periods.period,
        prices.price_variance,
        prices.price_baseline,
        prices.price_variance_365_days,
        prices.price_baseline_365_days,
        prices.landed_price_variance,
        prices.landed_price_baseline
    from lines
    inner join periods
        on {{ is_in_period('lines.days_ago') }}
    left join prices
        on
            lines.account_id = prices.account_id
            and lines.purchase_order_line_id = prices.purchase_order_line_id

),

lines_summed_to_vendors as (

    select
        account_id,
        vendor_key as vendor_id,
        currency_code,
        period,
        sum(case when is_due then quantity_capped else 0 end) as quantity_capped_due,
        sum(case when is_due then quantity_early else 0 end) as quantity_early_due,
        sum(case when is_due then quantity_late else 0 end) as quantity_late_due,
        sum(case when quantity_ordered > 0 then quantity_over else 0 end)
            as quantity_over_of_ordered,
        count(due_days_late) as count_dated_due_lines,
        count(*) filter (where due_days_late > 0) as count_late_lines,
        cast(avg(due_days_late) as double) as days_late_mean,
        percentile_cont(0.5) within group (order by due_days_late) as days_late_median,
        sum(unit_days_late) as unit_days_late,
        count(*) filter (where is_lead_time_negative) as count_negative_lead_times,
        count(observed_lead_time_days) as count_line_lead_times,
        cast(avg(observed_lead_time_days) as double) as line_lead_time_mean_days,
        percentile_cont(0.5) within group (order by observed_lead_time_days)
            as line_lead_time_median_days,
        percentile_cont(0.9) within group (order by observed_lead_time_days)
            as line_lead_time_p90_days,
        cast(stddev_samp(observed_lead_time_days) as double) as line_lead_time_stddev_days,
        {{ rate(
            'sum(cast(observed_lead_time_days as double) * cast(quantity_received as double))',
            'sum(case when observed_lead_time_days is not null then quantity_received end)'
        ) }} as unit_lead_time_mean_days,
        {{ rate(
            'sum(cast(observed_lead_time_days as double) * cast(received_value as double))',
            'sum(case when observed_lead_time_days is not null then received_value end)'
        ) }} as value_lead_time_mean_days,
        cast(
            avg(case when first_receipt_lead_time_days >= 0 then first_receipt_lead_time_days end)
            as double
        ) as first_receipt_lead_time_mean_days,
        count(*) filter (where count_receipts > 0) as count_received_lines,
        count(*) filter (where is_split) as count_split_lines,
        count(is_minimum_met) as count_minimum_lines,
        count(*) filter (where is_minimum_met) as count_minimum_met_lines,
        sum(case when is_due then least(quantity_received_first, basis_quantity) else 0 end)
            as quantity_first_delivery_due,
        count(price_variance) as count_compared_lines,
        sum(price_variance) as price_variance,
        sum(abs(price_variance)) as price_movement,
        sum(price_baseline) as price_baseline,
        sum(price_variance_365_days) as price_variance_365_days,
        sum(price_baseline_365_days) as price_baseline_365_days,
        sum(landed_price_variance) as landed_price_variance,
        sum(landed_price_baseline) as landed_price_baseline,
        sum(received_landed_value) - sum(landed_base_value) as landed_uplift_value,
        sum(landed_base_value) as landed_base_value
    from lines_in_periods
    group by account_id, vendor_key, currency_code, period

)

select * from lines_summed_to_vendors

{# Each term of the score is between 0 and 1; one that is not known takes its weight with it. #}
{%- set terms = {
    'otif': 'otif_line_rate',
    'fill': 'due_fill_rate',
    'lead_time_cv': 'lead_time_steadiness',
    'price': 'price_stability',
} -%}

with

periods as (

    {{ periods() }}

),

orders as (

    select
        *,
        {{ days_between('coalesce(promise_date, sent_date)', as_of_date()) }} as days_ago,
        coalesce(vendor_id, '(no vendor)') as vendor_key,
        case when lead_time_days >= 0 then lead_time_days end as known_lead_time_days
    from {{ ref('purchase_orders') }}
    where is_vendor_order

),

canceled_orders as (

    select
        *,
        {{ days_between('coalesce(promise_date, sent_date)', as_of_date()) }} as days_ago,
        coalesce(vendor_id, '(no vendor)') as vendor_key
    from {{ ref('purchase_orders') }}
    where order_type = 'po' and status_type = 'canceled'

),

prices as (

    select
        *,
        {{ days_between('coalesce(promise_date, sent_date)', as_of_date()) }} as days_ago
    from {{ ref('price_history') }}

),

lines as (

    select
        *,
        {{ days_between('coalesce(promise_date, sent_date)', as_of_date()) }} as days_ago,
        coalesce(vendor_id, '(no vendor)') as vendor_key,
        case when is_due then days_late end as due_days_late,
        case when lead_time_days >= 0 then lead_time_days end as known_lead_time_days,
        case when received_landed_value is not null then received_value end as landed_base_value
    from {{ ref('purchase_order_lines') }}
    where is_vendor_order

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
        vendor_key,
        currency_code,
        period,
        max(coalesce(vendor_name, vendor_key)) as vendor_name,
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
        avg(promise_slip_days) as promise_slip_mean_days,
        count(known_lead_time_days) as count_lead_times,
        avg(known_lead_time_days) as lead_time_mean_days,
        percentile_cont(0.5) within group (order by known_lead_time_days)
            as lead_time_median_days,
        percentile_cont(0.9) within group (order by known_lead_time_days)
            as lead_time_p90_days,
        stddev_samp(known_lead_time_days) as lead_time_stddev_days,
        min(sent_date) as first_sent_date,
        max(sent_date) as last_sent_date
    from orders_in_periods
    group by account_id, vendor_key, currency_code, period

),

canceled_orders_summed_to_vendors as (

    select
        canceled_orders.account_id,
        canceled_orders.vendor_key,
        canceled_orders.currency_code,
        periods.period,
        count(*) as count_canceled_orders,
        sum(canceled_orders.canceled_value) as canceled_value
    from canceled_orders
    inner join periods
        on
            periods.period_days is null
            or canceled_orders.days_ago between 0 and periods.period_days - 1
    group by
        canceled_orders.account_id,
        canceled_orders.vendor_key,
        canceled_orders.currency_code,
        periods.period

),

lines_in_periods as (

    select
        lines.*,
        periods.period
    from lines
    inner join periods
        on periods.period_days is null or lines.days_ago between 0 and periods.period_days - 1

),

lines_summed_to_vendors as (

    select
        account_id,
        vendor_key,
        currency_code,
        period,
        sum(unit_days_late) as unit_days_late,
        sum(case when is_due then quantity_capped else 0 end) as quantity_capped_due,
        sum(case when quantity_ordered > 0 then quantity_over else 0 end)
            as quantity_over_of_ordered,
        sum(received_landed_value) - sum(landed_base_value) as landed_uplift_value,
        sum(landed_base_value) as landed_base_value,
        count(due_days_late) as count_dated_due_lines,
        count(*) filter (where due_days_late > 0) as count_late_lines,
        avg(due_days_late) as days_late_mean,
        percentile_cont(0.5) within group (order by due_days_late) as days_late_median,
        count(*) filter (where is_lead_time_negative) as count_negative_lead_times,
        count(known_lead_time_days) as count_line_lead_times,
        avg(known_lead_time_days) as line_lead_time_mean_days,
        percentile_cont(0.5) within group (order by known_lead_time_days)
            as line_lead_time_median_days,
        percentile_cont(0.9) within group (order by known_lead_time_days)
            as line_lead_time_p90_days,
        stddev_samp(known_lead_time_days) as line_lead_time_stddev_days
    from lines_in_periods
    group by account_id, vendor_key, currency_code, period

),

prices_in_periods as (

    select
        prices.*,
        periods.period
    from prices
    inner join periods
        on periods.period_days is null or prices.days_ago between 0 and periods.period_days - 1

),

prices_summed_to_vendors as (

    select
        account_id,
        vendor_id as vendor_key,
        currency_code,
        period,
        count(price_variance) as count_compared_lines,
        sum(price_variance) as price_variance,
        sum(abs(price_variance)) as price_movement,
        sum(price_baseline) as price_baseline,
        sum(price_variance_365_days) as price_variance_365_days,
        sum(price_baseline_365_days) as price_baseline_365_days
    from prices_in_periods
    group by account_id, vendor_id, currency_code, period

),

spend_summed_to_currencies as (

    select
        account_id,
        currency_code,
        period,
        sum(ordered_value) as ordered_value
    from orders_summed_to_vendors
    group by account_id, currency_code, period

),

vendors_ranked_by_spend as (

    select
        orders_summed_to_vendors.account_id,
        orders_summed_to_vendors.vendor_key,
        orders_summed_to_vendors.currency_code,
        orders_summed_to_vendors.period,
        {{
            rate(
                'orders_summed_to_vendors.ordered_value',
                'spend_summed_to_currencies.ordered_value'
            )
        }} as spend_share,
        {{
            rate(
                'sum(orders_summed_to_vendors.ordered_value) over vendors_by_spend',
                'spend_summed_to_currencies.ordered_value'
            )
        }} as cumulative_spend_share,
        {{
            rate(
                'sum(orders_summed_to_vendors.ordered_value) over vendors_by_spend
                    - orders_summed_to_vendors.ordered_value',
                'spend_summed_to_currencies.ordered_value'
            )
        }} as spend_share_before
    from orders_summed_to_vendors
    inner join spend_summed_to_currencies
        on
            orders_summed_to_vendors.account_id = spend_summed_to_currencies.account_id
            and orders_summed_to_vendors.currency_code = spend_summed_to_currencies.currency_code
            and orders_summed_to_vendors.period = spend_summed_to_currencies.period
    window
        vendors_by_spend as (
            partition by
                orders_summed_to_vendors.account_id,
                orders_summed_to_vendors.currency_code,
                orders_summed_to_vendors.period
            order by
                orders_summed_to_vendors.ordered_value desc, orders_summed_to_vendors.vendor_key asc
            rows between unbounded preceding and current row
        )

),

rated as (

    select

        -- ids
        vendors.account_id,
        vendors.vendor_key as vendor_id,

        -- text
        vendors.vendor_name,
        vendors.currency_code,
        vendors.period,
        case
            when spend.spend_share_before < {{ var('abc_thresholds')[0] }} then 'A'
            when spend.spend_share_before < {{ var('abc_thresholds')[1] }} then 'B'
            when spend.spend_share_before is not null then 'C'
        end as abc_class,

        -- numerics
        vendors.count_orders,
        vendors.count_lines,
        vendors.count_open_lines,
        vendors.count_overdue_lines,
        vendors.count_unpriced_lines,
        vendors.quantity_ordered,
        vendors.quantity_received,
        vendors.quantity_capped,
        vendors.quantity_open,
        vendors.quantity_short,
        vendors.quantity_ignored,
        vendors.quantity_over,
        {{ rate('vendors.quantity_capped', 'vendors.quantity_ordered') }} as fill_rate,
        {{ rate('vendors.quantity_capped_closed', 'vendors.quantity_ordered_closed') }}
            as final_fill_rate,
        {{ rate('timings.quantity_capped_due', 'vendors.quantity_due') }} as due_fill_rate,
        {{ rate('vendors.count_complete_lines', 'vendors.count_ordered_lines') }} as line_fill_rate,
        {{ rate('vendors.quantity_received_of_ordered', 'vendors.quantity_ordered') }}
            as receipt_ratio,
        {{ rate('timings.quantity_over_of_ordered', 'vendors.quantity_ordered') }} as over_rate,
        {{ rate('vendors.quantity_short', 'vendors.quantity_ordered_closed') }} as short_rate,
        vendors.count_due_lines,
        vendors.count_in_full_lines,
        vendors.count_on_time_lines,
        vendors.count_otif_lines,
        {{ rate('vendors.count_in_full_lines', 'vendors.count_due_lines') }} as in_full_rate,
        {{ rate('vendors.count_on_time_lines', 'vendors.count_due_lines') }} as on_time_rate,
        {{ rate('vendors.count_otif_lines', 'vendors.count_due_lines') }} as otif_line_rate,
        vendors.quantity_due,
        vendors.quantity_on_time,
        {{ rate('vendors.quantity_on_time', 'vendors.quantity_due') }} as otif_unit_rate,
        vendors.count_due_orders,
        vendors.count_in_full_orders,
        vendors.count_on_time_orders,
        vendors.count_otif_orders,
        {{ rate('vendors.count_in_full_orders', 'vendors.count_due_orders') }}
            as in_full_order_rate,
        {{ rate('vendors.count_on_time_orders', 'vendors.count_due_orders') }}
            as on_time_order_rate,
        {{ rate('vendors.count_otif_orders', 'vendors.count_due_orders') }} as otif_order_rate,
        coalesce(timings.count_dated_due_lines, 0) as count_dated_due_lines,
        coalesce(timings.count_late_lines, 0) as count_late_lines,
        timings.days_late_mean,
        timings.days_late_median,
        coalesce(timings.unit_days_late, 0) as unit_days_late,
        vendors.count_promised_orders,
        vendors.count_redated_orders,
        vendors.count_redated_after_due_orders,
        {{ rate('vendors.count_redated_orders', 'vendors.count_promised_orders') }}
            as redated_order_rate,
        vendors.promise_slip_mean_days,
        coalesce(canceled.count_canceled_orders, 0) as count_canceled_orders,
        {{
            rate(
                'coalesce(canceled.count_canceled_orders, 0)',
                '(vendors.count_orders + coalesce(canceled.count_canceled_orders, 0))'
            )
        }} as canceled_order_rate,
        vendors.count_lead_times,
        vendors.lead_time_mean_days,
        vendors.lead_time_median_days,
        vendors.lead_time_p90_days,
        vendors.lead_time_stddev_days,
        {{ rate('vendors.lead_time_stddev_days', 'vendors.lead_time_mean_days') }} as lead_time_cv,
        case
            when vendors.count_lead_times < {{ var('min_sample') }} then null
            when vendors.lead_time_stddev_days > vendors.lead_time_mean_days then 0
            else
                1
                - {{ rate('vendors.lead_time_stddev_days', 'vendors.lead_time_mean_days') }}
        end as lead_time_steadiness,
        coalesce(timings.count_line_lead_times, 0) as count_line_lead_times,
        coalesce(timings.count_negative_lead_times, 0) as count_negative_lead_times,
        timings.line_lead_time_mean_days,
        timings.line_lead_time_median_days,
        timings.line_lead_time_p90_days,
        timings.line_lead_time_stddev_days,
        {{ rate('timings.line_lead_time_stddev_days', 'timings.line_lead_time_mean_days') }}
            as line_lead_time_cv,
        vendors.ordered_value,
        vendors.received_value,
        vendors.open_value,
        vendors.overdue_value,
        vendors.short_value,
        vendors.over_value,
        coalesce(canceled.canceled_value, 0) as canceled_value,
        vendors.ordered_value_reporting,
        vendors.received_value_reporting,
        vendors.open_value_reporting,
        coalesce(prices.count_compared_lines, 0) as count_compared_lines,
        prices.price_variance,
        {{ rate('prices.price_variance', 'prices.price_baseline') }} as price_variance_rate,
        prices.price_variance_365_days,
        {{ rate('prices.price_variance_365_days', 'prices.price_baseline_365_days') }}
            as price_variance_rate_365_days,
        case
            when prices.price_movement > prices.price_baseline then 0
            else 1 - {{ rate('prices.price_movement', 'prices.price_baseline') }}
        end as price_stability,
        timings.landed_uplift_value,
        {{ rate('timings.landed_uplift_value', 'timings.landed_base_value') }}
            as landed_uplift_rate,
        spend.spend_share,
        spend.cumulative_spend_share,
        cast({{ var('otif_targets')[0] }} as double) as otif_target_rate,
        cast({{ var('otif_targets')[1] }} as double) as otif_minimum_rate,

        -- booleans
        vendors.count_due_orders < {{ var('min_sample') }} as is_low_sample,
        vendors.count_lead_times < {{ var('min_sample') }} as is_lead_time_low_sample,

        -- dates
        vendors.first_sent_date,
        vendors.last_sent_date,
        {{ as_of_date() }} as as_of_date

    from orders_summed_to_vendors as vendors
    inner join vendors_ranked_by_spend as spend
        on
            vendors.account_id = spend.account_id
            and vendors.vendor_key = spend.vendor_key
            and vendors.currency_code = spend.currency_code
            and vendors.period = spend.period
    left join lines_summed_to_vendors as timings
        on
            vendors.account_id = timings.account_id
            and vendors.vendor_key = timings.vendor_key
            and vendors.currency_code = timings.currency_code
            and vendors.period = timings.period
    left join prices_summed_to_vendors as prices
        on
            vendors.account_id = prices.account_id
            and vendors.vendor_key = prices.vendor_key
            and vendors.currency_code = prices.currency_code
            and vendors.period = prices.period
    left join canceled_orders_summed_to_vendors as canceled
        on
            vendors.account_id = canceled.account_id
            and vendors.vendor_key = canceled.vendor_key
            and vendors.currency_code = canceled.currency_code
            and vendors.period = canceled.period

),

scored as (

    select
        *,
        cast(
            case
                when not is_low_sample
                    then 100 * ({{ weighted_mean(terms, var('scorecard_weights')) }})
            end as decimal(7, 4)
        ) as score
    from rated

),

graded as (

    select
        *,
        case
            when score >= {{ var('grade_thresholds')[0] }} then 'A'
            when score >= {{ var('grade_thresholds')[1] }} then 'B'
            when score >= {{ var('grade_thresholds')[2] }} then 'C'
            when score is not null then 'D'
        end as grade
    from scored

)

select * from graded

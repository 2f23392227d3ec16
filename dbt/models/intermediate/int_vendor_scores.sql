{{ config(materialized='ephemeral') }}

{# The terms of the score; a missing one leaves its weight to the others. -#}
{% set terms = {
    'otif': 'otif_line_rate', 'fill': 'due_fill_rate',
    'lead_time_cv': 'lead_time_steadiness', 'price': 'price_stability',
} -%}
{% set line_sums = [
    'quantity_early_due', 'quantity_late_due', 'quantity_capped_due', 'quantity_over_of_ordered',
    'quantity_first_delivery_due', 'count_dated_due_lines', 'count_late_lines', 'unit_days_late',
    'count_negative_lead_times', 'count_line_lead_times', 'count_compared_lines',
    'count_received_lines', 'count_split_lines', 'count_minimum_lines', 'count_minimum_met_lines',
] -%}
{% set line_measures = [
    'days_late_mean', 'days_late_median', 'line_lead_time_mean_days', 'line_lead_time_median_days',
    'line_lead_time_p90_days', 'line_lead_time_stddev_days', 'unit_lead_time_mean_days',
    'value_lead_time_mean_days', 'first_receipt_lead_time_mean_days', 'price_variance',
    'price_movement', 'price_baseline', 'price_variance_365_days', 'price_baseline_365_days',
    'landed_price_variance', 'landed_price_baseline', 'landed_uplift_value', 'landed_base_value',
] -%}
{% set thresholds = var('grade_thresholds') -%}

with

lines as (

    select * from {{ ref('int_vendor_lines') }}

),

summed as (

    select
        {%- for sum in line_sums %}
            coalesce(lines.{{ sum }}, 0) as {{ sum }},
        {%- endfor %}
        {%- for measure in line_measures %}
            lines.{{ measure }},
        {%- endfor %}
        orders.*
    from {{ ref('int_vendor_orders') }} as orders
    left join lines
        on
            orders.account_id = lines.account_id
            and orders.vendor_id = lines.vendor_id
            and orders.currency_code = lines.currency_code
            and orders.period = lines.period

),

rated as (

    select
        *,
        {{ rate('quantity_capped', 'basis_quantity') }} as fill_rate,
        {{ rate('quantity_capped_closed', 'basis_quantity_closed') }} as final_fill_rate,
        {{ rate('quantity_capped_due', 'quantity_due') }} as due_fill_rate,
        {{ rate('count_complete_lines', 'count_ordered_lines') }} as line_fill_rate,
        {{ rate('quantity_received_of_ordered', 'quantity_ordered') }} as receipt_ratio,
        {{ rate('quantity_over_of_ordered', 'quantity_ordered') }} as over_rate,
        {{ rate('basis_quantity_closed - quantity_capped_closed', 'basis_quantity_closed') }}
            as short_rate,
        {{ rate('count_in_full_lines', 'count_due_lines') }} as in_full_rate,
        {{ rate('count_on_time_lines', 'count_due_lines') }} as on_time_rate,
        {{ rate('count_otif_lines', 'count_due_lines') }} as otif_line_rate,
        {{ rate('quantity_on_time', 'quantity_due') }} as otif_unit_rate,
        {{ rate('quantity_early_due', 'quantity_due') }} as early_unit_rate,
        {{ rate('quantity_late_due', 'quantity_due') }} as late_unit_rate,
        {{ rate('count_in_full_orders', 'count_due_orders') }} as in_full_order_rate,
        {{ rate('count_on_time_orders', 'count_due_orders') }} as on_time_order_rate,
        {{ rate('count_otif_orders', 'count_due_orders') }} as otif_order_rate,
        {{ rate('count_redated_orders', 'count_promised_orders') }} as redated_order_rate,
        {{ rate('count_canceled_orders', 'count_orders + count_canceled_orders') }}
            as canceled_order_rate,
        {{ rate('lead_time_stddev_days', 'lead_time_mean_days') }} as lead_time_cv,
        {{ rate('line_lead_time_stddev_days', 'line_lead_time_mean_days') }} as line_lead_time_cv,
        {{ rate('price_variance', 'price_baseline') }} as price_variance_rate,
        {{ rate('price_variance_365_days', 'price_baseline_365_days') }}
            as price_variance_rate_365_days,
        {{ rate('landed_uplift_value', 'landed_base_value') }} as landed_uplift_rate,
        {{ rate('landed_price_variance', 'landed_price_baseline') }} as landed_price_variance_rate,
        {{ rate('quantity_first_delivery_due', 'quantity_due') }} as first_delivery_fill_rate,
        {{ rate('count_split_lines', 'count_received_lines') }} as split_line_rate,
        {{ rate('count_minimum_met_lines', 'count_minimum_lines') }} as minimum_met_rate,
        case
            when count_lead_times < {{ var('min_sample') }} then null
            when lead_time_stddev_days > lead_time_mean_days then 0
            else 1 - {{ rate('lead_time_stddev_days', 'lead_time_mean_days') }}
        end as lead_time_steadiness,
        case
            when price_movement > price_baseline then 0
            else 1 - {{ rate('price_movement', 'price_baseline') }}
        end as price_stability,
        cast({{ var('otif_targets')[0] }} as double) as otif_target_rate,
        cast({{ var('otif_targets')[1] }} as double) as otif_minimum_rate,
        count_due_orders < {{ var('min_sample') }} as is_low_sample,
        count_lead_times < {{ var('min_sample') }} as is_lead_time_low_sample
    from summed

),

scored as (

    select
        *,
        {%- for name, term in terms.items() %}
            {{ score_points(name, terms, var('scorecard_weights')) }} as {{ name }}_points,
        {%- endfor %}
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
            when score is null then null
            when score < {{ thresholds[2] }} or otif_line_rate < {{ var('otif_floor') }} then 'D'
            when score < {{ thresholds[1] }} or otif_line_rate < otif_minimum_rate then 'C'
            when score < {{ thresholds[0] }} then 'B'
            else 'A'
        end as grade
    from scored

)

select * from graded  -- noqa: AM04

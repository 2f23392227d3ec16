with

lines as (

    select
        *,
        coalesce(vendor_id, '(no vendor)') as vendor_key,
        {{ days_between("cast('1970-01-01' as date)", 'sent_date') }} as sent_day
    from {{ ref('purchase_order_lines') }}
    where is_vendor_order and not is_removed and unit_cost > 0 and sent_date is not null

),

lines_with_previous as (

    select
        *,
        lag(unit_cost) over prices as previous_unit_cost,
        lag(unit_landed_cost) over prices as previous_unit_landed_cost,
        lag(sent_date) over prices as previous_sent_date,
        sum(cast({{ exact_product('quantity_ordered', 'unit_cost') }} as decimal(38, 8)))
            over last_year as value_before,
        sum(quantity_ordered) over last_year as quantity_before
    from lines
    window
        prices as (
            partition by account_id, vendor_key, variant_id, currency_code
            order by sent_date, purchase_order_id, line_number
        ),
        last_year as (
            partition by account_id, vendor_key, variant_id, currency_code
            order by sent_day
            range between 365 preceding and 1 preceding
        )

),

lines_with_mean as (

    select
        *,
        {{ fitting_decimal(rate('value_before', 'quantity_before'), 18, 6) }} as mean_unit_cost
    from lines_with_previous

)

select

    -- ids
    account_id,
    purchase_order_line_id,
    purchase_order_id,
    variant_id,
    vendor_key as vendor_id,

    -- text
    purchase_order_number,
    vendor_name,
    sku,
    title,
    currency_code,
    landed_source,

    -- numerics
    quantity_ordered,
    quantity_received,
    unit_cost,
    previous_unit_cost,
    mean_unit_cost as mean_unit_cost_365_days,
    {{ rate('unit_cost - previous_unit_cost', 'previous_unit_cost') }} as price_change_rate,
    {{ money_product('unit_cost - previous_unit_cost', 'quantity_received') }}
        as price_variance,
    {{ money_product('previous_unit_cost', 'quantity_received') }} as price_baseline,
    {{ money_product('unit_cost - mean_unit_cost', 'quantity_received') }}
        as price_variance_365_days,
    {{ money_product('mean_unit_cost', 'quantity_received') }} as price_baseline_365_days,
    unit_landed_cost,
    {{ money_product('unit_landed_cost - previous_unit_landed_cost', 'quantity_received') }}
        as landed_price_variance,
    {{ money_product('previous_unit_landed_cost', 'quantity_received') }}
        as landed_price_baseline,
    {{ rate('unit_landed_cost - unit_cost', 'unit_cost') }} as landed_uplift_rate,

    -- dates
    sent_date,
    previous_sent_date,
    promise_date

from lines_with_mean

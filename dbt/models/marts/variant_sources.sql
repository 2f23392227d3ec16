{%- set window_days = 365 -%}

with

purchases as (

    select
        *,
        {{ money_product('quantity_ordered', 'unit_cost') }} as ordered_value,
        {{ money_product('quantity_ordered', 'unit_landed_cost') }} as landed_value,
        case when unit_landed_cost is not null then quantity_ordered end as quantity_landed,
        row_number() over (
            partition by account_id, variant_id, currency_code, vendor_id
            order by sent_date desc, purchase_order_id desc, purchase_order_line_id desc
        ) as purchases_from_the_last
    from {{ ref('price_history') }}
    where
        quantity_ordered > 0
        and {{ days_between('sent_date', as_of_date()) }} between 0 and {{ window_days }} - 1

),

purchases_summed_to_sources as (

    select
        account_id,
        variant_id,
        vendor_id,
        currency_code,
        max(vendor_name) as vendor_name,
        max(sku) as sku,
        max(title) as title,
        count(*) as count_lines,
        count(distinct purchase_order_id) as count_orders,
        sum(quantity_ordered) as quantity_ordered,
        sum(ordered_value) as ordered_value,
        {{ fitting_decimal(rate('sum(ordered_value)', 'sum(quantity_ordered)'), 18, 6) }}
            as mean_unit_cost,
        {{ fitting_decimal(rate('sum(landed_value)', 'sum(quantity_landed)'), 18, 6) }}
            as mean_unit_landed_cost,
        max(case when purchases_from_the_last = 1 then unit_cost end) as last_unit_cost,
        max(sent_date) as last_sent_date
    from purchases
    group by account_id, variant_id, vendor_id, currency_code

),

variants as (

    select
        account_id,
        variant_id,
        count(distinct vendor_id) as count_vendors
    from purchases_summed_to_sources
    group by account_id, variant_id

),

sources as (

    select
        sources.*,
        variants.count_vendors,
        offers.minimum_quantity,
        count(*) over variant_in_currency as count_vendors_in_currency,
        min(sources.mean_unit_cost) over variant_in_currency as lowest_unit_cost
    from purchases_summed_to_sources as sources
    inner join variants
        on
            sources.account_id = variants.account_id
            and sources.variant_id = variants.variant_id
    left join {{ ref('int_variant_vendors') }} as offers
        on
            sources.account_id = offers.account_id
            and sources.variant_id = offers.variant_id
            and sources.vendor_id = offers.vendor_id
    window
        variant_in_currency as (
            partition by sources.account_id, sources.variant_id, sources.currency_code
        )

)

select

    -- ids
    account_id,
    variant_id,
    vendor_id,

    -- text
    vendor_name,
    sku,
    title,
    currency_code,

    -- numerics
    count_orders,
    count_lines,
    count_vendors,
    count_vendors_in_currency,
    quantity_ordered,
    ordered_value,
    mean_unit_cost,
    lowest_unit_cost,
    {{ rate('mean_unit_cost', 'lowest_unit_cost') }} as price_index,
    case
        when mean_unit_cost > lowest_unit_cost
            then
                greatest(
                    ordered_value - {{ money_product('lowest_unit_cost', 'quantity_ordered') }}, 0
                )
        when mean_unit_cost = lowest_unit_cost then 0
    end as potential_saving_value,
    mean_unit_landed_cost,
    last_unit_cost,
    minimum_quantity,

    -- booleans
    count_vendors = 1 as is_sole_source,
    mean_unit_cost = lowest_unit_cost as is_cheapest,

    -- dates
    last_sent_date,
    {{ as_of_date() }} as as_of_date

from sources

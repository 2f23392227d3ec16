{{ config(materialized='view') }}

with

lines as (

    select
        items.account_id,
        items.purchase_order_line_id,
        items.purchase_order_id,
        items.quantity_ordered,
        items.unit_landed_price,
        {{
            is_discount_implausible(
                'items.discount_pct',
                'orders.default_discount_pct',
                'orders.is_discount_enabled'
            )
        }} as is_discount_implausible,
        orders.shipping_cost,
        {{
            unit_cost(
                'items.unit_price',
                'items.discount_pct',
                'orders.default_discount_pct',
                'orders.is_discount_enabled'
            )
        }} as unit_cost
    from {{ ref('int_lines') }} as items
    inner join {{ ref('int_orders') }} as orders
        on
            items.account_id = orders.account_id
            and items.purchase_order_id = orders.purchase_order_id

),

lines_with_order_value as (

    select
        *,
        sum(cast({{ exact_product('quantity_ordered', 'unit_cost') }} as decimal(38, 8))) over (
            partition by account_id, purchase_order_id
        ) as order_value
    from lines

),

landed as (

    select
        *,
        case
            when unit_landed_price > 0 then unit_landed_price
            when shipping_cost = 0 and order_value <> 0 then unit_cost
            else
                {{ fitting_decimal(
                    'cast(unit_cost as double) * '
                    ~ rate('order_value + shipping_cost', 'order_value'), 18, 6
                ) }}
        end as unit_landed_cost
    from lines_with_order_value

)

select

    -- ids
    account_id,
    purchase_order_line_id,

    -- text
    case
        when unit_landed_price > 0 then 'api'
        when unit_landed_cost is not null then 'allocated'
        else 'none'
    end as landed_source,

    -- numerics
    unit_cost,
    unit_landed_cost,

    -- booleans
    coalesce(is_discount_implausible, false) as is_discount_implausible

from landed

{{ config(materialized='view') }}

with

lines as (

    select
        items.account_id,
        items.purchase_order_line_id,
        items.purchase_order_id,
        items.quantity_ordered,
        items.unit_landed_price,
        orders.shipping_cost,
        {{
            unit_cost(
                'items.unit_price',
                'items.discount_pct',
                'orders.default_discount_pct',
                'orders.is_discount_enabled'
            )
        }} as unit_cost
    from {{ ref('stg_inventory_planner__purchase_order_items') }} as items
    inner join {{ ref('int_orders') }} as orders
        on
            items.account_id = orders.account_id
            and items.purchase_order_id = orders.purchase_order_id
    where not items.is_removed

),

lines_with_order_value as (

    select
        *,
        sum({{ exact_product('quantity_ordered', 'unit_cost') }}) over (
            partition by account_id, purchase_order_id
        ) as order_value
    from lines

),

landed as (

    select
        *,
        cast(
            case
                when unit_landed_price > 0 then unit_landed_price
                else unit_cost * (order_value + shipping_cost) / nullif(order_value, 0)
            end as decimal(18, 6)
        ) as unit_landed_cost
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
    unit_landed_cost

from landed

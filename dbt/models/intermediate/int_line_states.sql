{{ config(materialized='ephemeral') }}

select

    -- ids
    items.account_id,
    items.purchase_order_line_id,
    items.purchase_order_id,
    items.variant_id,

    -- text
    orders.status,

    -- numerics
    items.quantity_ordered,
    items.quantity_received,
    items.unit_price,
    items.unit_landed_price,
    items.discount_pct,

    -- booleans
    items.is_removed,

    -- timestamps
    orders.modified_at,
    items.synced_at

from {{ ref('stg_inventory_planner__purchase_order_items') }} as items
inner join {{ ref('stg_inventory_planner__purchase_orders') }} as orders
    on
        items.account_id = orders.account_id
        and items.purchase_order_id = orders.purchase_order_id

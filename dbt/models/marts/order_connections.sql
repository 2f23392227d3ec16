with

connections as (

    select * from {{ ref('stg_inventory_planner__purchase_order_connections') }}

),

orders as (

    select * from {{ ref('purchase_orders') }}

),

final as (

    select

        -- ids
        connections.account_id,
        connections.purchase_order_id,
        connections.connection,
        connections.connected_order_id,

        -- text
        orders.purchase_order_number,
        orders.order_type,
        orders.vendor_name,
        orders.currency_code,
        connections.connected_order_number,
        connections.connection_status,

        -- booleans
        connections.is_order_saved,
        coalesce(connections.connection_status = 'error', false) as is_failed

    from connections
    inner join orders
        on
            connections.account_id = orders.account_id
            and connections.purchase_order_id = orders.purchase_order_id

)

select * from final

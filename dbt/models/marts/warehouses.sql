with

orders as (

    select * from {{ ref('purchase_orders') }}

),

receiving_and_sending as (

    select
        account_id,
        warehouse_id,
        warehouse_name,
        quantity_open > 0 as is_incoming,
        false as is_outgoing
    from orders
    where warehouse_id is not null
    union all
    select
        account_id,
        source_warehouse_id as warehouse_id,
        source_name as warehouse_name,
        false as is_incoming,
        quantity_open > 0 as is_outgoing
    from orders
    where source_warehouse_id is not null and order_type = 'transfer'

),

summed_to_warehouses as (

    select

        -- ids
        account_id,
        warehouse_id,

        -- text
        max(warehouse_name) as warehouse_name,

        -- numerics
        count(*) filter (where is_incoming) as count_incoming_orders,
        count(*) filter (where is_outgoing) as count_outgoing_orders

    from receiving_and_sending
    group by account_id, warehouse_id

)

select * from summed_to_warehouses

with

open_lines as (

    select * from {{ ref('open_lines') }}

),

connections as (

    select * from {{ ref('stg_inventory_planner__purchase_order_connections') }}

),

stale_lines_and_failed_connections as (

    select
        account_id,
        purchase_order_id,
        1 as count_stale_lines,
        0 as count_failed_connections
    from open_lines
    where is_stale
    union all
    select
        account_id,
        purchase_order_id,
        0 as count_stale_lines,
        1 as count_failed_connections
    from connections
    where connection_status = 'error'

),

summed_to_orders as (

    select
        account_id,
        purchase_order_id,
        sum(count_stale_lines) as count_stale_lines,
        sum(count_failed_connections) as count_failed_connections
    from stale_lines_and_failed_connections
    group by account_id, purchase_order_id

)

select * from summed_to_orders

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
        true as is_stale_line
    from open_lines
    where is_stale
    union all
    select
        account_id,
        purchase_order_id,
        false as is_stale_line
    from connections
    where connection_status = 'error'

),

summed_to_orders as (

    select
        account_id,
        purchase_order_id,
        count(*) filter (where is_stale_line) as count_stale_lines,
        count(*) filter (where not is_stale_line) as count_failed_connections
    from stale_lines_and_failed_connections
    group by account_id, purchase_order_id

)

select * from summed_to_orders

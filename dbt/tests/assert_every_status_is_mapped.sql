{{ config(severity='warn') }}

select
    account_id,
    status,
    count(*) as count_orders
from {{ ref('stg_inventory_planner__purchase_orders') }}
where status_type = 'unknown' and deleted_at is null
group by account_id, status

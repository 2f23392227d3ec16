{{ config(severity='warn') }}

select
    account_id,
    purchase_order_id
from {{ ref('stg_inventory_planner__purchase_orders') }}
where has_unreadable_date

{{ config(severity='warn') }}

select
    account_id,
    status,
    count(*) as count_orders
from {{ ref('int_orders') }}
where status_type = 'unknown'
group by account_id, status

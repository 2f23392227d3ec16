{{ config(severity='warn') }}

select
    account_id,
    purchase_order_id
from {{ ref('purchase_orders') }}
where currency_code = 'XXX'

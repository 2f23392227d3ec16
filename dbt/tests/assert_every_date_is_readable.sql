{{ config(severity='warn') }}

with

orders as (

    select * from {{ ref('stg_inventory_planner__purchase_orders') }}

),

source as (

    select * from {{ source('inventory_planner', 'purchase_orders') }}

)

select
    source._account_id as account_id,
    source.purchase_order_id,
    source.created_date,
    source.expected_date,
    source.received_date
from source
inner join orders
    on
        source._account_id = orders.account_id
        and source.purchase_order_id = orders.purchase_order_id
where
    ({{ trimmed('source.created_date') }} is not null and orders.created_date is null)
    or ({{ trimmed('source.expected_date') }} is not null and orders.expected_date is null)
    or ({{ trimmed('source.shipment_date') }} is not null and orders.shipment_date is null)
    or ({{ trimmed('source.payment_date') }} is not null and orders.payment_date is null)
    or ({{ trimmed('source.received_date') }} is not null and orders.received_date is null)

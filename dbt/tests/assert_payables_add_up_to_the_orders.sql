{{ config(severity='warn') }}

-- What was received of an order, and what is open, has to be paid once. An order with a line that
-- received less than nothing is left out.

with

orders as (

    select
        account_id,
        purchase_order_id,
        sum(received_value) as received_value,
        sum(open_value) as open_value
    from {{ ref('purchase_order_lines') }}
    where order_type = 'po' and status_type <> 'draft'
    group by account_id, purchase_order_id
    having min(quantity_received) >= 0

),

payables as (

    select
        account_id,
        purchase_order_id,
        sum(received_value) as received_value,
        sum(open_value) as open_value
    from {{ ref('payables') }}
    group by account_id, purchase_order_id

)

select
    orders.account_id,
    orders.purchase_order_id
from orders
left join payables
    on
        orders.account_id = payables.account_id
        and orders.purchase_order_id = payables.purchase_order_id
where
    abs(coalesce(orders.received_value, 0) - coalesce(payables.received_value, 0)) > 0.01
    or abs(coalesce(orders.open_value, 0) - coalesce(payables.open_value, 0)) > 0.01

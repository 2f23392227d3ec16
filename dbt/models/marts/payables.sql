with

payments as (

    select * from {{ ref('int_order_payments') }}

),

orders as (

    select * from {{ ref('purchase_orders') }}

)

select

    -- ids
    orders.account_id,
    orders.purchase_order_id,
    orders.vendor_id,
    orders.warehouse_id,

    -- text
    orders.purchase_order_number,
    orders.order_type,
    orders.status,
    orders.status_type,
    orders.vendor_name,
    orders.warehouse_name,
    orders.payment_terms,
    orders.currency_code,
    payments.payment_basis,

    -- numerics
    cast(payments.payable_value as decimal(38, 6)) as payable_value,
    cast(payments.received_value as decimal(38, 6)) as received_value,
    cast(payments.open_value as decimal(38, 6)) as open_value,
    {{ reporting_value('payments.payable_value', 'orders.exchange_rate') }}
        as payable_value_reporting,
    {{ reporting_value('payments.received_value', 'orders.exchange_rate') }}
        as received_value_reporting,
    {{ reporting_value('payments.open_value', 'orders.exchange_rate') }} as open_value_reporting,
    orders.count_unpriced_lines,
    {{ days_between(as_of_date(), 'payments.due_date') }} as days_until_due,

    -- booleans
    coalesce(payments.due_date < {{ as_of_date() }}, false) as is_passed,

    -- dates
    orders.sent_date,
    payments.due_date,
    {{ as_of_date() }} as as_of_date

from payments
inner join orders
    on
        payments.account_id = orders.account_id
        and payments.purchase_order_id = orders.purchase_order_id

with

orders as (

    select
        *,
        case
            when payment_date is not null then 'payment_date'
            when promise_current is not null then 'promise'
            else 'none'
        end as due_basis,
        coalesce(payment_date, promise_current) as due_date
    from {{ ref('purchase_orders') }}
    where order_type = 'po' and is_on_order

),

summed_to_weeks as (

    select

        -- ids
        account_id,

        -- text
        currency_code,
        due_basis,

        -- numerics
        count(*) as count_orders,
        count(*) filter (where due_date < {{ as_of_date() }}) as count_past_orders,
        sum(ordered_value) as ordered_value,
        sum(received_value) as received_value,
        sum(open_value) as open_value,
        {{ sum_of_reporting('open_value') }} as open_value_reporting,
        sum(order_total) as order_total,

        -- dates
        {{ start_of('week', 'due_date') }} as week_start,
        {{ as_of_date() }} as as_of_date

    from orders
    group by account_id, currency_code, due_basis, {{ start_of('week', 'due_date') }}

)

select * from summed_to_weeks

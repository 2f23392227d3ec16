with

payables as (

    select * from {{ ref('payables') }}

),

summed_to_weeks as (

    select

        -- ids
        account_id,

        -- text
        currency_code,
        payment_basis,

        -- numerics
        count(distinct purchase_order_id) filter (where not is_passed) as count_orders,
        count(distinct purchase_order_id) filter (where is_passed) as count_passed_orders,
        coalesce(sum(payable_value) filter (where not is_passed), 0) as payable_value,
        coalesce(sum(received_value) filter (where not is_passed), 0) as received_value,
        coalesce(sum(open_value) filter (where not is_passed), 0) as open_value,
        {{ sum_of_reporting('payable_value', 'not is_passed') }} as payable_value_reporting,
        {{ sum_of_reporting('received_value', 'not is_passed') }} as received_value_reporting,
        {{ sum_of_reporting('open_value', 'not is_passed') }} as open_value_reporting,
        coalesce(sum(payable_value) filter (where is_passed), 0) as passed_value,

        -- dates
        {{ start_of('week', 'due_date') }} as week_start,
        {{ as_of_date() }} as as_of_date

    from payables
    group by account_id, currency_code, payment_basis, {{ start_of('week', 'due_date') }}

)

select * from summed_to_weeks

with

routes as (

    select
        account_id,
        order_type,
        currency_code,
        count(distinct purchase_order_id) as count_open_orders,
        count(*) as count_open_lines,
        count(*) filter (where is_overdue) as count_overdue_lines,
        sum(quantity_open) as quantity_open,
        coalesce(sum(open_value), 0) as open_value,
        coalesce(sum(open_value) filter (where is_overdue), 0) as overdue_value,
        coalesce(sum(open_landed_value), 0) as open_landed_value
    from {{ ref('open_lines') }}
    group by account_id, order_type, currency_code
    union all
    select
        account_id,
        order_type,
        currency_code,
        sum(count_open_orders) as count_open_orders,
        sum(count_open_lines) as count_open_lines,
        sum(count_overdue_lines) as count_overdue_lines,
        sum(quantity_open) as quantity_open,
        sum(open_value) as open_value,
        sum(overdue_value) as overdue_value,
        coalesce(sum(open_landed_value), 0) as open_landed_value
    from {{ ref('open_commitments') }}
    group by account_id, order_type, currency_code

)

select
    account_id,
    order_type,
    currency_code
from routes
group by account_id, order_type, currency_code
having
    count(*) <> 2
    or min(count_open_orders) <> max(count_open_orders)
    or min(count_open_lines) <> max(count_open_lines)
    or min(count_overdue_lines) <> max(count_overdue_lines)
    or min(quantity_open) <> max(quantity_open)
    or min(open_value) <> max(open_value)
    or min(overdue_value) <> max(overdue_value)
    or min(open_landed_value) <> max(open_landed_value)

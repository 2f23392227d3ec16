with

routes as (

    select
        'lines' as route,
        account_id,
        currency_code,
        sum(quantity_open) as quantity_open,
        coalesce(sum(open_value), 0) as open_value
    from {{ ref('purchase_order_lines') }}
    where quantity_open > 0
    group by account_id, currency_code
    union all
    select
        'open lines' as route,
        account_id,
        currency_code,
        sum(quantity_open) as quantity_open,
        coalesce(sum(open_value), 0) as open_value
    from {{ ref('open_lines') }}
    group by account_id, currency_code
    union all
    select
        'incoming stock' as route,
        account_id,
        currency_code,
        sum(quantity_expected + quantity_overdue + quantity_unpromised) as quantity_open,
        coalesce(sum(expected_value), 0)
        + coalesce(sum(overdue_value), 0)
        + coalesce(sum(unpromised_value), 0) as open_value
    from {{ ref('incoming_stock') }}
    group by account_id, currency_code

)

select
    account_id,
    currency_code,
    count(*) as count_routes
from routes
group by account_id, currency_code
having
    count(*) <> 3
    or min(quantity_open) <> max(quantity_open)
    or min(open_value) <> max(open_value)

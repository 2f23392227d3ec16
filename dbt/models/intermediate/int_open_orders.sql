with

open_order_versions as (

    select * from {{ ref('int_open_order_versions') }}

),

order_versions as (

    select * from {{ ref('int_order_versions') }}

),

seen_orders as (

    select
        open_orders.account_id,
        open_orders.purchase_order_id,
        open_orders.count_open_lines,
        open_orders.quantity_open,
        open_orders.open_value,
        versions.expected_date,
        greatest(open_orders.first_date, versions.first_date) as first_date,
        case
            when open_orders.next_date is null or versions.next_date < open_orders.next_date
                then versions.next_date
            else open_orders.next_date
        end as next_date
    from open_order_versions as open_orders
    inner join order_versions as versions
        on
            open_orders.account_id = versions.account_id
            and open_orders.purchase_order_id = versions.purchase_order_id

),

seen_orders_summed_to_spans as (

    select
        account_id,
        purchase_order_id,
        expected_date,
        first_date,
        next_date,
        sum(count_open_lines) as count_open_lines,
        sum(quantity_open) as quantity_open,
        sum(open_value) as open_value
    from seen_orders
    where next_date is null or first_date < next_date
    group by account_id, purchase_order_id, expected_date, first_date, next_date

),

reconstructed_orders as (

    select * from {{ ref('int_open_orders_before_snapshots') }}

)

select
    account_id,
    purchase_order_id,
    cast(count_open_lines as bigint) as count_open_lines,
    quantity_open,
    open_value,
    false as is_reconstructed,
    expected_date as promise_on_these_days,
    first_date,
    next_date
from seen_orders_summed_to_spans
union all
select
    account_id,
    purchase_order_id,
    count_open_lines,
    quantity_open,
    open_value,
    true as is_reconstructed,
    promise_original as promise_on_these_days,
    first_date,
    next_date
from reconstructed_orders

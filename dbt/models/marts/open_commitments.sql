with

lines as (

    select
        *,
        coalesce(vendor_id, '(no vendor)') as vendor_key,
        coalesce(warehouse_id, '(no warehouse)') as warehouse_key,
        {{ start_of('month', 'promise_current') }} as expected_month
    from {{ ref('open_lines') }}

)

select

    -- ids
    account_id,
    vendor_key as vendor_id,
    warehouse_key as warehouse_id,

    -- text
    order_type,
    currency_code,
    max(coalesce(vendor_name, vendor_key)) as vendor_name,
    max(coalesce(warehouse_name, warehouse_key)) as warehouse_name,

    -- numerics
    count(distinct purchase_order_id) as count_open_orders,
    count(*) as count_open_lines,
    count(*) filter (where is_overdue) as count_overdue_lines,
    count(*) filter (where open_value is null) as count_unpriced_lines,
    sum(quantity_open) as quantity_open,
    coalesce(sum(quantity_open) filter (where is_overdue), 0) as quantity_overdue,
    coalesce(sum(open_value), 0) as open_value,
    coalesce(sum(open_value) filter (where is_overdue), 0) as overdue_value,
    sum(open_landed_value) as open_landed_value,
    {{ sum_of_reporting('open_value') }} as open_value_reporting,

    -- booleans
    expected_month is null as is_undated,

    -- dates
    expected_month,
    {{ as_of_date() }} as as_of_date

from lines
group by account_id, vendor_key, warehouse_key, order_type, currency_code, expected_month

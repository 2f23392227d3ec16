-- For the days that both have: the last open_history_days days, from the first build on.

with

days as (

    select
        *,
        coalesce(vendor_id, '(no vendor)') as vendor_key,
        coalesce(warehouse_id, '(no warehouse)') as warehouse_key
    from {{ ref('open_order_days') }}
    where
        report_date = {{ as_of_date() }}
        or report_date = {{ end_of_month('report_date') }}

),

months as (

    select months.*
    from {{ ref('open_order_months') }} as months
    inner join {{ ref('dates') }} as dates on months.report_date = dates.date_day
    where
        dates.days_from_as_of_date > -{{ var('open_history_days') }}
        and months.count_open_lines > months.count_reconstructed_lines

),

routes as (

    select
        account_id,
        vendor_key as vendor_id,
        warehouse_key as warehouse_id,
        order_type,
        currency_code,
        report_date,
        sum(count_open_lines) as count_open_lines,
        coalesce(sum(open_value), 0) as open_value,
        sum(quantity_open) as quantity_open,
        coalesce(sum(quantity_open) filter (where is_overdue), 0) as quantity_overdue
    from days
    group by
        account_id,
        vendor_key,
        warehouse_key,
        order_type,
        currency_code,
        report_date
    union all
    select
        account_id,
        vendor_id,
        warehouse_id,
        order_type,
        currency_code,
        report_date,
        count_open_lines - count_reconstructed_lines as count_open_lines,
        open_value - reconstructed_value as open_value,
        case when not is_reconstructed then quantity_open end as quantity_open,
        case when not is_reconstructed then quantity_overdue end as quantity_overdue
    from months

)

select
    account_id,
    vendor_id,
    warehouse_id,
    order_type,
    currency_code,
    report_date
from routes
group by
    account_id,
    vendor_id,
    warehouse_id,
    order_type,
    currency_code,
    report_date
having
    count(*) <> 2
    or min(count_open_lines) <> max(count_open_lines)
    or min(open_value) <> max(open_value)
    or min(quantity_open) <> max(quantity_open)
    or min(quantity_overdue) <> max(quantity_overdue)

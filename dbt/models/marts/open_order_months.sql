{# The date of the reports, and the ends of months before it, back to the first plausible date. -#}

with

numbers as (

    {{ numbers_up_to(count_plausible_months()) }}

),

report_dates as (

    select
        case
            when generated_number = 1 then {{ as_of_date() }}
            else
                {{ end_of_month(
                    months_after(as_of_date(), '1 - cast(generated_number as integer)')
                ) }}
        end as report_date
    from numbers

),

orders as (

    select
        named_orders.*,
        coalesce(named_orders.vendor_id, '(no vendor)') as vendor_key,
        coalesce(named_orders.warehouse_id, '(no warehouse)') as warehouse_key,
        case
            when named_orders.currency_code = {{ reporting_currency('named_orders.account_id') }}
                then 1
            else known_orders.exchange_rate
        end as exchange_rate
    from {{ ref('int_named_orders') }} as named_orders
    left join {{ ref('int_orders') }} as known_orders
        on
            named_orders.account_id = known_orders.account_id
            and named_orders.purchase_order_id = known_orders.purchase_order_id

),

open_orders as (

    select
        spans.account_id,
        spans.purchase_order_id,
        spans.is_reconstructed,
        report_dates.report_date,
        max(spans.promise_on_these_days) as promise_on_report_date,
        sum(spans.count_open_lines) as count_open_lines,
        sum(spans.quantity_open) as quantity_open,
        coalesce(sum(spans.open_value), 0) as open_value
    from {{ ref('int_open_orders') }} as spans
    inner join report_dates
        on
            spans.first_date <= report_dates.report_date
            and (spans.next_date is null or spans.next_date > report_dates.report_date)
    group by
        spans.account_id,
        spans.purchase_order_id,
        spans.is_reconstructed,
        report_dates.report_date

),

open_orders_with_promise as (

    select
        open_orders.*,
        orders.vendor_key,
        orders.warehouse_key,
        orders.order_type,
        orders.vendor_name,
        orders.warehouse_name,
        orders.currency_code,
        {{ reporting_value('open_orders.open_value', 'orders.exchange_rate') }}
            as open_value_reporting,
        coalesce(open_orders.promise_on_report_date < open_orders.report_date, false)
            as is_overdue
    from open_orders
    inner join orders
        on
            open_orders.account_id = orders.account_id
            and open_orders.purchase_order_id = orders.purchase_order_id

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
    count(*) as count_open_orders,
    cast(sum(count_open_lines) as bigint) as count_open_lines,
    cast(coalesce(sum(count_open_lines) filter (where is_overdue), 0) as bigint)
        as count_overdue_lines,
    cast(coalesce(sum(count_open_lines) filter (where is_reconstructed), 0) as bigint)
        as count_reconstructed_lines,
    sum(quantity_open) as quantity_open,
    coalesce(sum(quantity_open) filter (where is_overdue), 0) as quantity_overdue,
    sum(open_value) as open_value,
    coalesce(sum(open_value) filter (where is_overdue), 0) as overdue_value,
    coalesce(sum(open_value) filter (where is_reconstructed), 0) as reconstructed_value,
    {{ sum_of_reporting('open_value') }} as open_value_reporting,

    -- booleans
    bool_or(is_reconstructed) as is_reconstructed,

    -- dates
    report_date,
    {{ as_of_date() }} as as_of_date

from open_orders_with_promise
group by account_id, vendor_key, warehouse_key, order_type, currency_code, report_date

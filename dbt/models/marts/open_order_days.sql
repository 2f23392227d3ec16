with

dates as (

    select * from {{ ref('dates') }}

),

orders as (

    select * from {{ ref('int_named_orders') }}

),

open_order_versions as (

    select * from {{ ref('int_open_order_versions') }}

),

order_versions as (

    select * from {{ ref('int_order_versions') }}

),

days_of_open_orders as (

    select
        open_orders.account_id,
        open_orders.purchase_order_id,
        dates.date_day,
        sum(open_orders.count_open_lines) as count_open_lines,
        sum(open_orders.quantity_open) as quantity_open,
        sum(open_orders.open_value) as open_value
    from open_order_versions as open_orders
    inner join dates
        on
            open_orders.first_date <= dates.date_day
            and (open_orders.next_date is null or open_orders.next_date > dates.date_day)
    where dates.days_from_as_of_date between -{{ var('open_history_days') }} + 1 and 0
    group by open_orders.account_id, open_orders.purchase_order_id, dates.date_day

),

final as (

    select

        -- ids
        days_of_open_orders.account_id,
        days_of_open_orders.purchase_order_id,
        orders.vendor_id,
        orders.warehouse_id,

        -- text
        orders.purchase_order_number,
        orders.order_type,
        versions.status,
        orders.vendor_name,
        orders.warehouse_name,
        orders.currency_code,

        -- numerics
        cast(days_of_open_orders.count_open_lines as bigint) as count_open_lines,
        days_of_open_orders.quantity_open,
        days_of_open_orders.open_value,
        case
            when versions.expected_date < days_of_open_orders.date_day
                then {{ days_between('versions.expected_date', 'days_of_open_orders.date_day') }}
        end as days_overdue,

        -- booleans
        coalesce(versions.expected_date < days_of_open_orders.date_day, false) as is_overdue,

        -- dates
        days_of_open_orders.date_day as report_date,
        versions.expected_date as promise_on_report_date

    from days_of_open_orders
    inner join order_versions as versions
        on
            days_of_open_orders.account_id = versions.account_id
            and days_of_open_orders.purchase_order_id = versions.purchase_order_id
            and days_of_open_orders.date_day >= versions.first_date
            and (versions.next_date is null or days_of_open_orders.date_day < versions.next_date)
    inner join orders
        on
            days_of_open_orders.account_id = orders.account_id
            and days_of_open_orders.purchase_order_id = orders.purchase_order_id

)

select * from final

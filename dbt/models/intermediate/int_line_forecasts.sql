with

lines as (

    select * from {{ ref('purchase_order_lines') }}

),

orders as (

    select * from {{ ref('purchase_orders') }}

),

waits as (

    select * from {{ ref('int_line_waits') }}

),

recent_orders_summed_to_vendors as (

    select
        account_id,
        vendor_id,
        count(days_late) as count_days_late,
        cast(ceiling(percentile_cont(0.5) within group (order by days_late)) as integer)
            as days_late_median,
        cast(ceiling(percentile_cont(0.9) within group (order by days_late)) as integer)
            as days_late_p90,
        count(observed_lead_time_days) as count_lead_times,
        cast(
            ceiling(percentile_cont(0.5) within group (order by observed_lead_time_days)) as integer
        ) as lead_time_median_days,
        cast(
            ceiling(percentile_cont(0.9) within group (order by observed_lead_time_days)) as integer
        ) as lead_time_p90_days
    from orders
    where
        is_vendor_order
        and {{ days_between('completion_date', as_of_date()) }}
        between 0 and {{ var('lead_time_window_days') }}
    group by account_id, vendor_id

),

open_lines as (

    select
        lines.account_id,
        lines.purchase_order_line_id,
        lines.is_overdue,
        lines.promise_current,
        case
            when lines.is_overdue then null
            when
                lines.promise_current is not null
                and lines.order_type = 'po'
                and vendors.count_days_late >= {{ var('min_sample') }}
                then 'vendor_history'
            when lines.promise_current is not null then 'promise'
            when
                lines.sent_date is not null
                and lines.order_type = 'po'
                and vendors.count_lead_times >= {{ var('min_sample') }}
                then 'lead_time'
        end as usual_basis,
        case when lines.promise_current > lines.promise_date then lines.promise_current end
            as moved_promise,
        {{ days_after('lines.promise_date', 'vendors.days_late_median') }} as median_late_date,
        {{ days_after('lines.promise_date', 'vendors.days_late_p90') }} as p90_late_date,
        {{ days_after('lines.sent_date', 'vendors.lead_time_median_days') }} as median_lead_date,
        {{ days_after('lines.sent_date', 'vendors.lead_time_p90_days') }} as p90_lead_date,
        waits.waits_of || '_waits' as waits_basis,
        {{ days_after(as_of_date(), 'waits.days_remaining_median') }} as median_wait_date,
        {{ days_after(as_of_date(), 'waits.days_remaining_p90') }} as p90_wait_date
    from lines
    left join recent_orders_summed_to_vendors as vendors
        on
            lines.account_id = vendors.account_id
            and lines.vendor_id = vendors.vendor_id
    left join waits
        on
            lines.account_id = waits.account_id
            and lines.purchase_order_line_id = waits.purchase_order_line_id
    where lines.quantity_open > 0

),

open_lines_with_usual_dates as (

    select
        *,
        case usual_basis
            when 'vendor_history'
                then greatest(median_late_date, coalesce(moved_promise, median_late_date))
            when 'promise' then promise_current
            when 'lead_time' then median_lead_date
        end as usual_date,
        case usual_basis
            when 'vendor_history'
                then greatest(p90_late_date, coalesce(moved_promise, p90_late_date))
            when 'lead_time' then p90_lead_date
        end as usual_latest_date
    from open_lines

),

open_lines_with_basis as (

    select
        *,
        case
            when usual_date >= {{ as_of_date() }} then usual_basis
            when usual_basis is null and not is_overdue then 'none'
            when waits_basis is not null then waits_basis
            when promise_current >= {{ as_of_date() }} then 'promise'
            else 'none'
        end as forecast_basis
    from open_lines_with_usual_dates

)

select

    -- ids
    account_id,
    purchase_order_line_id,

    -- text
    forecast_basis,

    -- dates
    case
        when forecast_basis = waits_basis then median_wait_date
        when forecast_basis = 'promise' then promise_current
        when forecast_basis <> 'none' then usual_date
    end as forecast_receipt_date,
    case
        when forecast_basis = waits_basis then p90_wait_date
        when forecast_basis in ('vendor_history', 'lead_time') then usual_latest_date
    end as latest_receipt_date

from open_lines_with_basis

with

lines as (

    select * from {{ ref('purchase_order_lines') }}

),

orders as (

    select * from {{ ref('purchase_orders') }}

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

open_lines_with_basis as (

    select
        lines.*,
        vendors.days_late_median,
        vendors.days_late_p90,
        vendors.lead_time_median_days,
        vendors.lead_time_p90_days,
        case
            when
                lines.promise_date is not null
                and lines.promise_current is not null
                and lines.order_type = 'po'
                and vendors.count_days_late >= {{ var('min_sample') }}
                then 'vendor_history'
            when lines.promise_current is not null then 'promise'
            when
                lines.sent_date is not null
                and lines.order_type = 'po'
                and vendors.count_lead_times >= {{ var('min_sample') }}
                then 'lead_time'
            else 'none'
        end as forecast_basis
    from lines
    left join recent_orders_summed_to_vendors as vendors
        on
            lines.account_id = vendors.account_id
            and lines.vendor_id = vendors.vendor_id
    where lines.quantity_open > 0

),

open_lines_with_dates as (

    select
        *,
        case forecast_basis
            when 'vendor_history' then {{ days_after('promise_date', 'days_late_median') }}
            when 'promise' then promise_current
            when 'lead_time' then {{ days_after('sent_date', 'lead_time_median_days') }}
        end as expected_date,
        case forecast_basis
            when 'vendor_history' then {{ days_after('promise_date', 'days_late_p90') }}
            when 'lead_time' then {{ days_after('sent_date', 'lead_time_p90_days') }}
        end as late_date,
        case
            when forecast_basis = 'vendor_history' and promise_current > promise_date
                then greatest(promise_current, {{ as_of_date() }})
            else {{ as_of_date() }}
        end as earliest_date
    from open_lines_with_basis

),

final as (

    select
        account_id,
        purchase_order_line_id,
        forecast_basis,
        case when forecast_basis <> 'none' then greatest(expected_date, earliest_date) end
            as forecast_receipt_date,
        case
            when forecast_basis in ('vendor_history', 'lead_time')
                then greatest(late_date, earliest_date)
        end as latest_receipt_date
    from open_lines_with_dates

)

select * from final

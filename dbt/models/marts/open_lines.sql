with

lines as (

    select * from {{ ref('purchase_order_lines') }}

),

orders as (

    select
        *,
        case when lead_time_days >= 0 then lead_time_days end as known_lead_time_days
    from {{ ref('purchase_orders') }}

),

orders_summed_to_vendors as (

    select
        account_id,
        vendor_id,
        count(days_late) as count_days_late,
        cast(ceiling(percentile_cont(0.5) within group (order by days_late)) as integer)
            as days_late_median,
        cast(ceiling(percentile_cont(0.9) within group (order by days_late)) as integer)
            as days_late_p90,
        count(known_lead_time_days) as count_lead_times,
        cast(
            ceiling(percentile_cont(0.5) within group (order by known_lead_time_days)) as integer
        ) as lead_time_median_days,
        cast(
            ceiling(percentile_cont(0.9) within group (order by known_lead_time_days)) as integer
        ) as lead_time_p90_days
    from orders
    where
        is_vendor_order
        and {{ days_between('completion_date', as_of_date()) }}
        between 0 and {{ var('lead_time_window_days') }}
    group by account_id, vendor_id

),

lines_joined_to_vendors as (

    select
        lines.*,
        orders.vendor_email,
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
        end as forecast_basis,
        {{ days_after('lines.promise_date', 'vendors.days_late_median') }} as date_by_history,
        {{ days_after('lines.promise_date', 'vendors.days_late_p90') }} as latest_date_by_history,
        {{ days_after('lines.sent_date', 'vendors.lead_time_median_days') }} as date_by_lead_time,
        {{ days_after('lines.sent_date', 'vendors.lead_time_p90_days') }}
            as latest_date_by_lead_time,
        {{ days_between('coalesce(lines.last_receipt_date, lines.sent_date)', as_of_date()) }}
            as days_without_receipt,
        {{ days_between(local_date('orders.modified_at'), as_of_date()) }} as days_without_change
    from lines
    inner join orders
        on
            lines.account_id = orders.account_id
            and lines.purchase_order_id = orders.purchase_order_id
    left join orders_summed_to_vendors as vendors
        on
            lines.account_id = vendors.account_id
            and lines.vendor_id = vendors.vendor_id
    where lines.quantity_open > 0

),

forecast as (

    select
        *,
        case
            when forecast_basis = 'vendor_history' and promise_current > promise_date
                then greatest(date_by_history, promise_current, {{ as_of_date() }})
            when forecast_basis = 'vendor_history'
                then greatest(date_by_history, {{ as_of_date() }})
            when forecast_basis = 'promise' then greatest(promise_current, {{ as_of_date() }})
            when forecast_basis = 'lead_time' then greatest(date_by_lead_time, {{ as_of_date() }})
        end as forecast_receipt_date,
        case
            when forecast_basis = 'vendor_history' and promise_current > promise_date
                then greatest(latest_date_by_history, promise_current, {{ as_of_date() }})
            when forecast_basis = 'vendor_history'
                then greatest(latest_date_by_history, {{ as_of_date() }})
            when forecast_basis = 'lead_time'
                then greatest(latest_date_by_lead_time, {{ as_of_date() }})
        end as latest_receipt_date,
        coalesce(
            days_overdue > {{ var('stale_after_days') }}
            and days_without_receipt > {{ var('stale_after_days') }}
            and days_without_change > {{ var('stale_after_days') }},
            false
        ) as is_stale
    from lines_joined_to_vendors

),

final as (

    select

        -- ids
        account_id,
        purchase_order_line_id,
        purchase_order_id,
        variant_id,
        vendor_id,
        warehouse_id,

        -- text
        purchase_order_number,
        order_type,
        status,
        vendor_name,
        vendor_email,
        warehouse_name,
        sku,
        title,
        currency_code,
        case
            when promise_current is null then 'no promise'
            when not is_overdue then 'not due'
            when days_overdue <= 7 then '1-7'
            when days_overdue <= 14 then '8-14'
            when days_overdue <= 30 then '15-30'
            when days_overdue <= 60 then '31-60'
            when days_overdue <= 90 then '61-90'
            else 'over 90'
        end as ageing_bucket,
        forecast_basis,
        case
            when is_stale then 'close'
            when is_overdue then 'chase'
            when promise_current is null then 'confirm'
            when forecast_receipt_date > {{ last_on_time_date('promise_current') }} then 're-date'
            else 'wait'
        end as recommended_action,

        -- numerics
        line_number,
        quantity_ordered,
        quantity_received,
        quantity_open,
        quantity_backordered,
        open_value,
        open_landed_value,
        open_value_reporting,
        {{ money_product('quantity_open', 'unit_volume_cbm') }} as open_volume_cbm,
        quantity_in_stock,
        days_overdue,
        {{ days_between('sent_date', as_of_date()) }} as days_since_order,
        {{ days_between('last_receipt_date', as_of_date()) }} as days_since_receipt,

        -- booleans
        is_overdue,
        is_stale,

        -- dates
        sent_date,
        promise_date,
        promise_current,
        last_receipt_date,
        forecast_receipt_date,
        latest_receipt_date,
        {{ as_of_date() }} as as_of_date

    from forecast

)

select * from final

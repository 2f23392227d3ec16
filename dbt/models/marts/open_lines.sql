with

lines as (

    select * from {{ ref('purchase_order_lines') }}

),

orders as (

    select * from {{ ref('purchase_orders') }}

),

forecasts as (

    select * from {{ ref('int_line_forecasts') }}

),

lines_with_forecasts as (

    select
        lines.*,
        orders.vendor_email,
        forecasts.forecast_basis,
        forecasts.forecast_receipt_date,
        forecasts.latest_receipt_date,
        coalesce(
            lines.days_overdue > {{ var('stale_after_days') }}
            and {{ days_after(
                'coalesce(lines.last_receipt_date, lines.sent_date)', var('stale_after_days')
            ) }} < {{ as_of_date() }}
            and {{ days_after(
                local_date('orders.modified_at', 'orders.account_id'), var('stale_after_days')
            ) }}
            < {{ as_of_date() }},
            false
        ) as is_stale,
        coalesce(
            not lines.is_overdue
            and forecasts.forecast_receipt_date
            > {{ last_on_time_date('lines.promise_current') }},
            false
        ) as is_at_risk
    from lines
    inner join orders
        on
            lines.account_id = orders.account_id
            and lines.purchase_order_id = orders.purchase_order_id
    inner join forecasts
        on
            lines.account_id = forecasts.account_id
            and lines.purchase_order_line_id = forecasts.purchase_order_line_id

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
        buyer,
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
            when is_at_risk then 're-date'
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
        case
            when is_at_risk then {{ days_between('promise_current', 'forecast_receipt_date') }}
        end as days_at_risk,
        {{ days_between('sent_date', as_of_date()) }} as days_since_order,
        {{ days_between('last_receipt_date', as_of_date()) }} as days_since_receipt,

        -- booleans
        is_overdue,
        coalesce(
            not is_overdue
            and promise_current < {{ days_after(as_of_date(), var('due_soon_days')) }},
            false
        ) as is_due_soon,
        is_stale,
        is_at_risk,

        -- dates
        sent_date,
        promise_date,
        promise_current,
        last_receipt_date,
        forecast_receipt_date,
        latest_receipt_date,
        {{ as_of_date() }} as as_of_date

    from lines_with_forecasts

)

select * from final

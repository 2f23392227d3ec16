with

lines as (

    select * from {{ ref('purchase_order_lines') }}

),

orders as (

    select * from {{ ref('purchase_orders') }}

),

final as (

    select

        -- ids
        lines.account_id,
        lines.purchase_order_line_id,
        lines.purchase_order_id,
        lines.variant_id,
        orders.source_warehouse_id,
        lines.warehouse_id,

        -- text
        lines.purchase_order_number,
        lines.status,
        lines.status_type,
        orders.source_name as source_warehouse_name,
        lines.warehouse_name,
        lines.sku,
        lines.title,
        lines.currency_code,

        -- numerics
        lines.quantity_ordered,
        lines.basis_quantity,
        lines.quantity_received,
        lines.quantity_capped,
        lines.quantity_open,
        lines.quantity_short,
        {{ rate('lines.quantity_capped', 'lines.basis_quantity') }} as fill_rate,
        lines.open_value,
        {{ days_between('orders.shipment_date', 'lines.completion_date') }} as transit_days,
        lines.days_overdue,

        -- booleans
        lines.is_placed,
        lines.is_complete,
        lines.is_overdue,
        case
            when lines.effective_date is not null
                then lines.effective_date <= {{ last_on_time_date('lines.promise_date') }}
            when lines.status_type = 'closed' and lines.promise_date is not null then false
        end as is_on_time,

        -- dates
        lines.sent_date,
        orders.shipment_date,
        lines.promise_date,
        lines.completion_date,
        {{ as_of_date() }} as as_of_date

    from lines
    inner join orders
        on
            lines.account_id = orders.account_id
            and lines.purchase_order_id = orders.purchase_order_id
    where lines.order_type = 'transfer'

)

select * from final

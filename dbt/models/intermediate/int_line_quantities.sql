{{ config(materialized='view') }}

with

orders as (

    select
        *,
        is_on_order
        {%- if var('ignore_unreceived_after_days') is not none %}
            and coalesce(
                promise_current
                >= {{ days_after(as_of_date(), '-' ~ var('ignore_unreceived_after_days')) }},
                true
            )
        {%- endif %} as is_expected
    from {{ ref('int_orders') }}

),

lines as (

    select
        order_lines.*,
        orders.status_type,
        orders.promise_current,
        orders.is_placed,
        orders.is_on_order,
        orders.is_expected,
        greatest(order_lines.quantity_ordered - order_lines.quantity_received, 0)
            as quantity_missing
    from {{ ref('int_lines') }} as order_lines
    inner join orders
        on
            order_lines.account_id = orders.account_id
            and order_lines.purchase_order_id = orders.purchase_order_id

),

lines_with_quantities as (

    select
        *,
        case when is_expected then quantity_missing else 0 end as quantity_open,
        case when is_on_order and not is_expected then quantity_missing else 0 end
            as quantity_ignored
    from lines

)

select

    -- ids
    account_id,
    purchase_order_line_id,

    -- numerics
    {{ capped('quantity_received', 'basis_quantity') }} as quantity_capped,
    quantity_open,
    case when quantity_received > 0 then quantity_open else 0 end as quantity_backordered,
    case
        when
            status_type = 'closed'
            or (is_placed and quantity_ordered = 0 and basis_quantity > 0)
            then greatest(basis_quantity - quantity_received, 0)
        else 0
    end as quantity_short,
    case
        when is_placed then greatest(quantity_ordered_original - quantity_ordered, 0)
        else 0
    end as quantity_lowered,
    case when status_type = 'canceled' then quantity_missing else 0 end as quantity_canceled,
    case when status_type = 'draft' then quantity_missing else 0 end as quantity_draft,
    quantity_ignored,
    greatest(quantity_received - quantity_ordered, 0) as quantity_over,
    case
        when quantity_open > 0 and promise_current < {{ as_of_date() }}
            then {{ days_between('promise_current', as_of_date()) }}
    end as days_overdue,

    -- booleans
    coalesce(quantity_open > 0 and promise_current < {{ as_of_date() }}, false) as is_overdue,
    quantity_received
    > {{ as_wide_decimal('quantity_ordered') }}
    * (100 + {{ var('over_receipt_tolerance_pct') }}) * 0.01 as is_over_received,
    case when minimum_quantity > 0 then quantity_ordered >= minimum_quantity end as is_minimum_met,
    case when order_multiple > 0 then mod(quantity_ordered, order_multiple) = 0 end
        as is_multiple_met

from lines_with_quantities

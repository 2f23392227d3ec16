select

    -- ids
    order_lines.account_id,
    order_lines.purchase_order_line_id,
    order_lines.purchase_order_id,
    order_lines.variant_id,
    orders.vendor_id,
    orders.warehouse_id,

    -- text
    orders.purchase_order_number,
    orders.order_type,
    orders.status,
    orders.status_type,
    orders.vendor_name,
    orders.warehouse_name,
    orders.buyer,
    order_lines.sku,
    order_lines.title,
    orders.currency_code,
    orders.sent_date_source,
    orders.promise_source,
    order_lines.quantity_original_source,
    line_costs.landed_source,
    receipts.lateness_bucket,

    -- numerics
    order_lines.line_number,
    order_lines.quantity_ordered,
    order_lines.quantity_ordered_original,
    order_lines.basis_quantity,
    order_lines.quantity_received,
    quantities.quantity_capped,
    quantities.quantity_open,
    quantities.quantity_backordered,
    quantities.quantity_short,
    quantities.quantity_lowered,
    quantities.quantity_canceled,
    quantities.quantity_draft,
    quantities.quantity_ignored,
    quantities.quantity_over,
    receipts.quantity_early,
    receipts.quantity_by_promise,
    receipts.quantity_late,
    receipts.quantity_received_first,
    order_lines.minimum_quantity,
    order_lines.order_multiple,
    receipts.count_receipts,
    receipts.count_undated_receipts,
    order_lines.count_quantity_changes,
    order_lines.unit_volume_cbm,
    order_lines.quantity_in_stock,
    line_costs.unit_cost,
    line_costs.unit_landed_cost,
    {{ money_product('order_lines.quantity_ordered', 'line_costs.unit_cost') }} as ordered_value,
    {{ money_product('order_lines.quantity_received', 'line_costs.unit_cost') }} as received_value,
    {{ money_product('quantities.quantity_open', 'line_costs.unit_cost') }} as open_value,
    {{ money_product('quantities.quantity_short', 'line_costs.unit_cost') }} as short_value,
    {{ money_product('quantities.quantity_lowered', 'line_costs.unit_cost') }} as lowered_value,
    {{ money_product('quantities.quantity_canceled', 'line_costs.unit_cost') }} as canceled_value,
    {{ money_product('quantities.quantity_over', 'line_costs.unit_cost') }} as over_value,
    {{ money_product('quantities.quantity_ignored', 'line_costs.unit_cost') }} as ignored_value,
    {{ money_product('order_lines.quantity_received', 'line_costs.unit_landed_cost') }}
        as received_landed_value,
    {{ money_product('quantities.quantity_open', 'line_costs.unit_landed_cost') }}
        as open_landed_value,
    orders.exchange_rate,
    {{ reporting_value(
        money_product('order_lines.quantity_ordered', 'line_costs.unit_cost'), 'orders.exchange_rate'
    ) }} as ordered_value_reporting,
    {{ reporting_value(
        money_product('order_lines.quantity_received', 'line_costs.unit_cost'), 'orders.exchange_rate'
    ) }} as received_value_reporting,
    {{ reporting_value(
        money_product('quantities.quantity_open', 'line_costs.unit_cost'), 'orders.exchange_rate'
    ) }} as open_value_reporting,
    receipts.days_late,
    quantities.days_overdue,
    cast(
        receipts.unit_days_late
        + case
            when orders.promise_date < {{ as_of_date() }}
                then
                    {{ as_wide_decimal('quantities.quantity_open') }}
                    * {{ days_between('orders.promise_date', as_of_date()) }}
            else 0
        end as decimal(28, 4)
    ) as unit_days_late,
    {{ days_between('orders.sent_date', 'receipts.completion_date') }} as lead_time_days,
    case
        when receipts.completion_date >= orders.sent_date
            then {{ days_between('orders.sent_date', 'receipts.completion_date') }}
    end as observed_lead_time_days,
    {{ days_between('orders.sent_date', 'receipts.first_receipt_date') }}
        as first_receipt_lead_time_days,
    {{ days_between('orders.sent_date', 'orders.promise_original') }} as planned_lead_time_days,

    -- booleans
    orders.is_placed,
    orders.is_vendor_order,
    orders.is_in_spend,
    orders.is_on_order,
    receipts.is_complete,
    receipts.is_due,
    receipts.is_in_full,
    receipts.is_on_time,
    receipts.is_otif,
    quantities.is_overdue,
    order_lines.has_error,
    order_lines.is_removed,
    order_lines.is_quantity_negative,
    order_lines.is_value_rounded,
    order_lines.is_quantity_implausible,
    order_lines.has_receipt_in_future,
    line_costs.is_discount_implausible,
    receipts.count_receipts > 1 as is_split,
    quantities.is_over_received,
    receipts.completion_date < orders.sent_date as is_lead_time_negative,
    quantities.is_minimum_met,
    quantities.is_multiple_met,

    -- dates
    orders.sent_date,
    orders.promise_date,
    orders.promise_original,
    orders.promise_current,
    receipts.first_receipt_date,
    receipts.last_receipt_date,
    receipts.completion_date,
    receipts.effective_date

from {{ ref('int_lines') }} as order_lines
inner join {{ ref('int_orders') }} as orders
    on
        order_lines.account_id = orders.account_id
        and order_lines.purchase_order_id = orders.purchase_order_id
inner join {{ ref('int_line_quantities') }} as quantities
    on
        order_lines.account_id = quantities.account_id
        and order_lines.purchase_order_line_id = quantities.purchase_order_line_id
inner join {{ ref('int_line_costs') }} as line_costs
    on
        order_lines.account_id = line_costs.account_id
        and order_lines.purchase_order_line_id = line_costs.purchase_order_line_id
inner join {{ ref('int_line_receipts') }} as receipts
    on
        order_lines.account_id = receipts.account_id
        and order_lines.purchase_order_line_id = receipts.purchase_order_line_id

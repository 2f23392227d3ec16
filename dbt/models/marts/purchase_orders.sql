select

    -- ids
    orders.account_id,
    orders.purchase_order_id,
    orders.vendor_id,
    orders.warehouse_id,
    orders.source_warehouse_id,

    -- text
    orders.purchase_order_number,
    orders.order_type,
    orders.status,
    orders.status_type,
    case
        when orders.status_type in ('draft', 'canceled') then orders.status_type
        when orders.status_type = 'closed' and totals.count_received_lines = 0
            then 'closed_unreceived'
        when
            orders.status_type = 'closed'
            and totals.count_complete_lines < totals.count_ordered_lines
            then 'closed_short'
        when orders.status_type = 'closed' then 'closed_complete'
        when totals.count_received_lines = 0 then 'not_received'
        when totals.count_missing_lines > 0 then 'partially_received'
        else 'received_not_closed'
    end as lifecycle_state,
    orders.vendor_name,
    orders.warehouse_name,
    orders.source_name,
    orders.vendor_email,
    orders.created_by,
    orders.buyer,
    orders.payment_terms,
    orders.currency_code,
    orders.sent_date_source,
    orders.promise_source,
    orders.closed_at_source,

    -- numerics
    totals.count_lines,
    totals.count_ordered_lines,
    totals.count_complete_lines,
    totals.count_open_lines,
    totals.count_unpriced_lines,
    totals.count_due_lines,
    totals.count_in_full_lines,
    totals.count_on_time_lines,
    totals.count_otif_lines,
    totals.count_overdue_lines,
    orders.count_promise_changes,
    orders.count_promise_changes_after_due,
    orders.count_reopenings,
    totals.quantity_ordered,
    totals.basis_quantity,
    totals.quantity_received,
    totals.quantity_received_of_ordered,
    totals.quantity_capped,
    totals.quantity_open,
    totals.quantity_short,
    totals.quantity_canceled,
    totals.quantity_draft,
    totals.quantity_ignored,
    totals.quantity_over,
    totals.quantity_due,
    totals.quantity_on_time,
    {{ rate('totals.quantity_capped', 'totals.basis_quantity') }} as fill_rate,
    {{ rate('totals.quantity_received_of_ordered', 'totals.quantity_ordered') }} as receipt_ratio,
    totals.ordered_value,
    totals.received_value,
    totals.open_value,
    totals.overdue_value,
    totals.short_value,
    totals.canceled_value,
    totals.over_value,
    totals.ignored_value,
    totals.ordered_landed_value,
    totals.open_landed_value,
    case when totals.count_lines > 0 then orders.exchange_rate end as exchange_rate,
    totals.ordered_value_reporting,
    totals.received_value_reporting,
    totals.open_value_reporting,
    orders.shipping_cost,
    orders.order_total,
    totals.days_late,
    totals.days_overdue,
    totals.unit_days_late,
    {{ days_between('orders.sent_date', 'totals.completion_date') }} as lead_time_days,
    case
        when totals.completion_date >= orders.sent_date
            then {{ days_between('orders.sent_date', 'totals.completion_date') }}
    end as observed_lead_time_days,
    {{ days_between('orders.sent_date', 'totals.first_receipt_date') }}
        as first_receipt_lead_time_days,
    {{ days_between('orders.sent_date', 'orders.promise_original') }} as planned_lead_time_days,
    {{ days_between('orders.promise_original', 'orders.promise_current') }} as promise_slip_days,

    -- booleans
    orders.is_placed,
    orders.is_vendor_order,
    orders.is_in_spend,
    orders.is_on_order,
    totals.count_due_lines > 0 as is_due,
    {% for name in ['in_full', 'on_time', 'otif'] %}
        case
            when totals.count_due_lines > 0
                then totals.count_{{ name }}_lines = totals.count_due_lines
        end as is_{{ name }},
    {% endfor %}
    totals.count_overdue_lines > 0 as is_overdue,
    orders.is_readonly,
    orders.has_implausible_date,
    orders.has_unreadable_date,
    orders.is_state_known,
    case
        when {{ is_known_by(local_date('orders.modified_at', 'orders.account_id')) }}
            then orders.total_ordered = totals.quantity_ordered_recorded
    end as is_total_ordered_matched,
    case
        when {{ is_known_by(local_date('orders.modified_at', 'orders.account_id')) }}
            then orders.total_received = totals.quantity_received_recorded
    end as is_total_received_matched,

    -- dates
    orders.sent_date,
    orders.created_date,
    orders.promise_date,
    orders.promise_original,
    orders.promise_current,
    orders.first_seen_date,
    orders.shipment_date,
    orders.payment_date,
    totals.first_receipt_date,
    totals.last_receipt_date,
    totals.completion_date,

    -- timestamps
    orders.modified_at,
    orders.closed_at

from {{ ref('int_orders') }} as orders
inner join {{ ref('int_order_totals') }} as totals
    on
        orders.account_id = totals.account_id
        and orders.purchase_order_id = totals.purchase_order_id

{{ config(materialized='view') }}

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
    vendor_name,
    warehouse_name,
    sku,
    title,
    status,
    status_type,
    currency_code,
    promise_source,

    -- numerics
    line_number,
    quantity_ordered,
    basis_quantity,
    quantity_received,
    quantity_capped,
    quantity_open,
    quantity_short,
    quantity_over,
    quantity_canceled,
    quantity_draft,
    quantity_ignored,
    quantity_by_promise,
    count_receipts,
    {{ rate('quantity_capped', 'basis_quantity') }} as fill_rate,
    {{ rate('quantity_received', 'quantity_ordered') }} as receipt_ratio,
    unit_cost,
    unit_landed_cost,
    ordered_value,
    received_value,
    open_value,
    short_value,
    over_value,
    canceled_value,
    ignored_value,
    ordered_value_reporting,
    received_value_reporting,
    open_value_reporting,
    days_late,
    days_overdue,
    lead_time_days,

    -- booleans
    is_placed,
    is_vendor_order,
    is_complete,
    is_due,
    is_in_full,
    is_on_time,
    is_otif,
    is_overdue,
    is_over_received,
    is_removed,

    -- dates
    sent_date,
    promise_date,
    first_receipt_date,
    last_receipt_date,
    completion_date,
    {{ as_of_date() }} as as_of_date

from {{ ref('purchase_order_lines') }}

with

lines as (

    select
        *,
        {{ quantity_required('quantity_ordered') }} as quantity_required,
        {{ last_on_time_date('promise_date') }} as last_on_time_date
    from {{ ref('purchase_order_lines') }}

)

select

    -- ids
    receipts.account_id,
    receipts.purchase_order_line_id,
    receipts.purchase_order_id,
    receipts.variant_id,
    lines.vendor_id,
    lines.warehouse_id,

    -- text
    lines.purchase_order_number,
    lines.order_type,
    lines.vendor_name,
    lines.warehouse_name,
    lines.sku,
    lines.title,
    lines.currency_code,

    -- numerics
    receipts.receipt_number,
    lines.quantity_ordered,
    receipts.quantity_received,
    receipts.quantity_received_to_date,
    receipts.quantity_kept,
    {{ rate('receipts.quantity_received_to_date', 'lines.quantity_ordered') }}
        as receipt_ratio_to_date,
    {{ money_product('receipts.quantity_received', 'lines.unit_cost') }} as received_value,
    {{ money_product('receipts.quantity_received', 'lines.unit_landed_cost') }}
        as received_landed_value,
    {{ reporting_value(
        money_product('receipts.quantity_received', 'lines.unit_cost'), 'lines.exchange_rate'
    ) }} as received_value_reporting,
    {{ days_between('lines.sent_date', 'receipts.receipt_date') }} as days_after_order,
    {{ days_between('lines.promise_date', 'receipts.receipt_date') }} as days_after_promise,

    -- booleans
    lines.is_vendor_order,
    receipts.receipt_date <= lines.last_on_time_date as is_by_promise,
    coalesce(
        receipts.receipt_date = lines.completion_date
        and receipts.quantity_kept_to_date >= lines.quantity_required
        and receipts.quantity_kept_to_date - receipts.quantity_kept < lines.quantity_required,
        false
    ) as is_completing,
    receipts.is_correction,
    receipts.is_reconstructed,

    -- dates
    lines.sent_date,
    lines.promise_date,
    receipts.receipt_date,
    {{ as_of_date() }} as as_of_date

from {{ ref('receipts') }} as receipts
inner join lines
    on
        receipts.account_id = lines.account_id
        and receipts.purchase_order_line_id = lines.purchase_order_line_id

with

lines as (

    select * from {{ ref('purchase_order_lines') }}

),

receipts_summed_to_lines as (

    select
        account_id,
        purchase_order_line_id,
        sum(quantity_received) as quantity_received
    from {{ ref('receipts') }}
    group by account_id, purchase_order_line_id

)

select
    lines.account_id,
    lines.purchase_order_line_id,
    lines.quantity_received,
    receipts_summed_to_lines.quantity_received as quantity_received_by_receipts
from lines
left join receipts_summed_to_lines
    on
        lines.account_id = receipts_summed_to_lines.account_id
        and lines.purchase_order_line_id = receipts_summed_to_lines.purchase_order_line_id
where lines.quantity_received <> coalesce(receipts_summed_to_lines.quantity_received, 0)

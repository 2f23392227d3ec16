{{ config(severity='warn') }}

select
    account_id,
    purchase_order_id,
    quantity_ordered,
    quantity_received
from {{ ref('purchase_orders') }}
where not (coalesce(is_total_ordered_matched, true) and coalesce(is_total_received_matched, true))

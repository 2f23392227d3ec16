select
    account_id,
    purchase_order_line_id,
    purchase_order_id,
    count_quantity_changes,
    quantity_ordered_original
from {{ ref('int_line_history') }}
where quantity_ordered_original is not null

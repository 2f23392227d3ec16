-- Counted from the raw tables, so that no join on the way can lose or repeat a line unnoticed.
with

raw_lines as (

    select
        items._account_id as account_id,
        count(*) as count_lines,
        sum(greatest(items.replenishment, 0)) as quantity_ordered
    from {{ source('inventory_planner', 'purchase_order_items') }} as items
    inner join {{ source('inventory_planner', 'purchase_orders') }} as orders
        on
            items._account_id = orders._account_id
            and items.purchase_order_id = orders.purchase_order_id
    where orders._deleted_at is null and not coalesce(items.removed, false)
    group by 1

),

reported_lines as (

    select
        account_id,
        count(*) as count_lines,
        sum(quantity_ordered) as quantity_ordered
    from {{ ref('received_vs_ordered') }}
    group by 1

)

select
    raw_lines.account_id,
    raw_lines.count_lines,
    reported_lines.count_lines as count_reported_lines
from raw_lines
full outer join reported_lines on raw_lines.account_id = reported_lines.account_id
where
    coalesce(raw_lines.count_lines, 0) <> coalesce(reported_lines.count_lines, 0)
    or coalesce(raw_lines.quantity_ordered, 0) <> coalesce(reported_lines.quantity_ordered, 0)

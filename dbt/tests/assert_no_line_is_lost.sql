-- Counted from the raw tables, so that no join on the way can lose or repeat a line unnoticed.
with

raw_lines as (

    select
        items._account_id as account_id,
        count(*) as count_lines
    from {{ source('inventory_planner', 'purchase_order_items') }} as items
    inner join {{ source('inventory_planner', 'purchase_orders') }} as orders
        on
            items._account_id = orders._account_id
            and items.purchase_order_id = orders.purchase_order_id
    left join {{ ref('int_line_history') }} as history
        on
            items._account_id = history.account_id
            and items.key = history.purchase_order_line_id
    where
        {{ is_order_existing(
            plausible_date(parse_source_date('orders.created_date')), 'orders._deleted_at'
        ) }}
        and not coalesce(items.removed, false)
        and {{ is_known_by('history.last_changed_date') }}
    group by items._account_id

),

reported_lines as (

    select
        order_lines.account_id,
        count(*) as count_lines
    from {{ ref('received_vs_ordered') }} as order_lines
    inner join {{ ref('int_line_history') }} as history
        on
            order_lines.account_id = history.account_id
            and order_lines.purchase_order_line_id = history.purchase_order_line_id
    where not order_lines.is_removed and {{ is_known_by('history.last_changed_date') }}
    group by order_lines.account_id

)

select
    raw_lines.account_id,
    raw_lines.count_lines,
    reported_lines.count_lines as count_reported_lines
from raw_lines
full outer join reported_lines on raw_lines.account_id = reported_lines.account_id
where coalesce(raw_lines.count_lines, 0) <> coalesce(reported_lines.count_lines, 0)

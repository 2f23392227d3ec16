-- Read from the raw tables, so that no join on the way can lose a line unnoticed.
with

raw_lines as (

    select
        items._account_id as account_id,
        items.key as purchase_order_line_id
    from {{ source('inventory_planner', 'purchase_order_items') }} as items
    inner join {{ source('inventory_planner', 'purchase_orders') }} as orders
        on
            items._account_id = orders._account_id
            and items.purchase_order_id = orders.purchase_order_id
    where
        {{ is_order_existing(
            plausible_date(parse_source_date('orders.created_date', 'orders._account_id')), 'orders._deleted_at'
        ) }}
        and not coalesce(items.removed, false)
        and {{ is_included('orders.') }}

),

later_lines as (

    select
        account_id,
        purchase_order_line_id
    from {{ ref('int_line_history') }}
    where not ({{ is_known_by('last_changed_date') }})

),

reported_lines as (

    select
        account_id,
        purchase_order_line_id
    from {{ ref('received_vs_ordered') }}

)

select raw_lines.*
from raw_lines
left join later_lines
    on
        raw_lines.account_id = later_lines.account_id
        and raw_lines.purchase_order_line_id = later_lines.purchase_order_line_id
left join reported_lines
    on
        raw_lines.account_id = reported_lines.account_id
        and raw_lines.purchase_order_line_id = reported_lines.purchase_order_line_id
where
    later_lines.purchase_order_line_id is null
    and reported_lines.purchase_order_line_id is null

select

    -- ids
    _account_id as account_id,
    purchase_order_id,
    purchase_order_item_id as variant_id,
    warehouse as warehouse_id,

    -- text
    {{ trimmed('error') }} as push_error,

    -- numerics
    update_number,
    entry as update_entry,
    stock_before as quantity_before,
    coalesce(delta, 0) as quantity_pushed,

    -- booleans
    is_for_destination,

    -- timestamps
    __synced_at as synced_at

from {{ source('inventory_planner', 'purchase_order_stock_updates') }}
where {{ is_included() }}

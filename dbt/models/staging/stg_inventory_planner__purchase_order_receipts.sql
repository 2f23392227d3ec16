select

    -- ids
    _account_id as account_id,
    key as purchase_order_line_id,
    purchase_order_id,
    purchase_order_item_id as variant_id,

    -- numerics
    entry as history_entry,
    coalesce(value, 0) as history_value,

    -- dates
    coalesce(
        {{ local_date('received_at', '_account_id') }},
        {{ parse_source_date('date', '_account_id') }}
    ) as receipt_date,

    -- timestamps
    received_at,
    __synced_at as synced_at

from {{ source('inventory_planner', 'purchase_order_receipts') }}
where {{ is_included() }}

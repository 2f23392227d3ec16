select

    -- ids
    _account_id as account_id,
    purchase_order_id,
    connection,
    connection_id,
    connected_order_id,

    -- text
    {{ trimmed('connected_order_reference') }} as connected_order_number,
    lower({{ trimmed('status') }}) as connection_status,

    -- booleans
    save_po as is_order_saved,

    -- timestamps
    __synced_at as synced_at

from {{ source('inventory_planner', 'purchase_order_connections') }}
where {{ is_included() }}

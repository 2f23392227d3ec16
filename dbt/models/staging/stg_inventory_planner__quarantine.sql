select

    -- ids
    _account_id as account_id,
    sync_id,
    purchase_order_id,

    -- text
    reason,
    record,

    -- numerics
    position,

    -- timestamps
    __synced_at as synced_at

from {{ source('inventory_planner', '_quarantine') }}

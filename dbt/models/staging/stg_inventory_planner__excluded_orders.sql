select

    -- ids
    _account_id as account_id,
    purchase_order_id,

    -- text
    reason,

    -- timestamps
    __synced_at as synced_at

from {{ source('inventory_planner', '_excluded_orders') }}

select

    -- ids
    _account_id as account_id,
    warehouse as warehouse_id,

    -- text
    {{ trimmed('display_name') }} as warehouse_name,
    upper({{ trimmed('currency') }}) as currency_code,

    -- booleans
    coalesce(disabled, false) as is_disabled,
    {{ is_combined_warehouse('warehouse', 'type', '_account_id') }} as is_combined,

    -- timestamps
    __synced_at as synced_at,
    _deleted_at as deleted_at

from {{ source('inventory_planner', 'warehouses') }}

select

    -- ids
    _account_id as account_id,
    variant_id,

    -- text
    {{ trimmed('sku') }} as sku,
    {{ trimmed('title') }} as title,

    -- numerics
    entry,
    price as selling_price,

    -- booleans
    coalesce(is_removed, false) as is_removed,
    coalesce(connection_main, false) as is_main

from {{ source('inventory_planner', 'variant_connections') }}

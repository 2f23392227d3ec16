select

    -- ids
    _account_id as account_id,
    variant_id,
    product_id,

    -- text
    {{ trimmed('sku') }} as sku,
    lower({{ trimmed('sku') }}) as sku_key,
    {{ trimmed('title') }} as title,
    {{ trimmed('barcode') }} as barcode,

    -- booleans
    is_removed,

    -- timestamps
    __synced_at as synced_at,
    _deleted_at as deleted_at

from {{ source('inventory_planner', 'variants') }}

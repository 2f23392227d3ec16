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
    {{ trimmed('product_title') }} as product_title,
    {{ trimmed('brand') }} as brand,
    {{ trimmed('product_type') }} as product_type,
    {{ trimmed('image') }} as image,
    merged as merged_variants,

    -- booleans
    is_removed,

    -- timestamps
    __synced_at as synced_at,
    _deleted_at as deleted_at,

    -- figures
    {{ catalog_figures() }}

from {{ source('inventory_planner', 'variants') }}

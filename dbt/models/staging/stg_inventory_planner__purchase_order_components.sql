select

    -- ids
    _account_id as account_id,
    key as purchase_order_line_id,
    component_id,
    purchase_order_id,
    purchase_order_item_id as variant_id,

    -- text
    {{ trimmed('sku') }} as sku,
    {{ trimmed('title') }} as title,
    {{ trimmed('barcode') }} as barcode,

    -- numerics
    occurrence,
    quantity as quantity_per_unit,

    -- timestamps
    __synced_at as synced_at

from {{ source('inventory_planner', 'purchase_order_components') }}
where {{ is_included() }}

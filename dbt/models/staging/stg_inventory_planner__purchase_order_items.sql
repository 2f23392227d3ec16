{# A quantity or cost that was rounded is kept as written among the unknown fields. -#}
{% set exact_fields = [
    'replenishment', 'received', 'cost_price', 'cost price', 'landing_cost_price', 'discount'
] -%}

select

    -- ids
    _account_id as account_id,
    key as purchase_order_line_id,
    purchase_order_id,
    purchase_order_item_id as variant_id,
    product_id,

    -- text
    {{ trimmed('sku') }} as sku,
    {{ trimmed('title') }} as title,
    {{ trimmed('barcode') }} as barcode,
    {{ trimmed('product_type') }} as product_type,
    {{ trimmed('vendor_reference') }} as vendor_sku,
    {{ trimmed('vendor_name') }} as vendor_title,

    -- numerics
    line_number,
    occurrence,
    greatest(coalesce(replenishment, 0), 0) as quantity_ordered,
    replenishment_original as quantity_recommended,
    coalesce(received, 0) as quantity_received,
    vendor_packaging as minimum_quantity,
    uom_ordering as order_multiple,
    cost_price as unit_price,
    landing_cost_price as unit_landed_price,
    discount as discount_pct,
    tax,
    ordered_cost,
    total as line_total,
    total_ex_tax as line_total_ex_tax,
    cbm as unit_volume_cbm,
    in_stock as quantity_in_stock,

    -- booleans
    coalesce(removed, false) as is_removed,
    coalesce(has_error, false) as has_error,
    coalesce(replenishment < 0, false) as is_quantity_negative,
    false
    {%- for name in exact_fields %}
        or coalesce(cast(_unknown_fields as {{ type_string() }}) like '%"{{ name }}":%', false)
    {%- endfor %} as is_value_rounded,

    -- timestamps
    __synced_at as synced_at

from {{ source('inventory_planner', 'purchase_order_items') }}
where {{ is_included() }}

select

    -- ids
    _account_id as account_id,
    variant_id,
    lower({{ trimmed('vendor') }}) as vendor_id,

    -- text
    upper({{ trimmed('cost_price_currency') }}) as currency_code,
    {{ trimmed('vendor_reference') }} as vendor_sku,
    {{ trimmed('vendor_name') }} as vendor_title,

    -- numerics
    entry,
    position,
    cost_price as unit_cost,
    landing_cost_price as unit_landed_cost,
    vendor_packaging as minimum_quantity

from {{ source('inventory_planner', 'variant_vendors') }}

select

    -- ids
    _account_id as account_id,
    lower({{ trimmed('vendor_id') }}) as vendor_id,
    vendor_id as catalog_vendor_id,

    -- text
    coalesce({{ trimmed('display_name') }}, {{ trimmed('name') }}) as vendor_name,
    {{ trimmed('email') }} as vendor_email,
    upper({{ trimmed('currency') }}) as currency_code,

    -- timestamps
    __synced_at as synced_at,
    _deleted_at as deleted_at

from {{ source('inventory_planner', 'vendors') }}

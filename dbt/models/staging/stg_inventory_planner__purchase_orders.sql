{%- set dates = [
    'created_date', 'expected_date', 'shipment_date', 'payment_date', 'received_date'
] -%}

select

    -- ids
    _account_id as account_id,
    purchase_order_id,
    lower({{ trimmed('vendor') }}) as vendor_id,
    {{ trimmed('source') }} as source_id,
    {{ trimmed('warehouse') }} as warehouse_id,
    {{ trimmed('source_warehouse') }} as source_warehouse_id,
    {{ trimmed('replenish_warehouse') }} as replenish_warehouse_id,

    -- text
    {{ trimmed('purchase_order_number') }} as purchase_order_number,
    {{ trimmed('extra_reference') }} as extra_reference,
    lower({{ trimmed('type') }}) as stated_order_type,
    lower({{ trimmed('source_type') }}) as source_type,
    {{ trimmed('status') }} as status,
    coalesce({{ trimmed('vendor_name') }}, {{ trimmed('vendor') }}) as vendor_name,
    coalesce({{ trimmed('warehouse_display_name') }}, {{ trimmed('warehouse') }}) as warehouse_name,
    {{ trimmed('source_name') }} as source_name,
    coalesce(upper({{ trimmed('currency') }}), 'XXX') as currency_code,
    {{ trimmed('shipment_method') }} as shipment_method,
    {{ trimmed('payment_terms') }} as payment_terms,
    {{ source_date_key('expected_date', '_account_id') }} as expected_date_key,
    {{ trimmed('email') }} as vendor_email,
    {{ trimmed('created_by') }} as created_by,
    {{ trimmed('notes') }} as notes,
    custom_fields,

    -- numerics
    total_ordered,
    total_received,
    total as order_total,
    shipping_handling as shipping_cost,
    default_discount as default_discount_pct,

    -- booleans
    coalesce(readonly, false) as is_readonly,
    coalesce(discount_enabled, false) as is_discount_enabled,
    false
    {%- for date in dates %}
        or (
            {{ trimmed(date) }} is not null
            and {{ parse_source_date(date, '_account_id') }} is null
        )
    {%- endfor %} as has_unreadable_date,

    -- dates
    {% for date in dates -%}
        {{ parse_source_date(date, '_account_id') }} as {{ date }},
    {% endfor %}

    -- timestamps
    created_at,
    updated_at,
    last_modified as modified_at,
    _deleted_at as deleted_at,
    __synced_at as synced_at

from {{ source('inventory_planner', 'purchase_orders') }}
where {{ is_included() }}

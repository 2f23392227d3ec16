with

source as (

    select * from {{ source('inventory_planner', 'purchase_orders') }}

),

order_statuses as (

    select * from {{ ref('order_statuses') }}

),

renamed as (

    select

        -- ids
        _account_id as account_id,
        purchase_order_id,
        lower(
            coalesce(
                {{ trimmed('vendor') }},
                case when lower(trim(source_type)) = 'vendor' then {{ trimmed('source') }} end
            )
        ) as vendor_id,
        {{ trimmed('warehouse') }} as warehouse_id,
        {{ trimmed('source_warehouse') }} as source_warehouse_id,
        {{ trimmed('replenish_warehouse') }} as replenish_warehouse_id,

        -- text
        {{ trimmed('purchase_order_number') }} as purchase_order_number,
        {{ trimmed('extra_reference') }} as extra_reference,
        case
            when lower(trim(type)) in ('assembly', 'transfer', 'po') then lower(trim(type))
            when lower(trim(source_type)) = 'warehouse' then 'transfer'
            when {{ trimmed('source_warehouse') }} is not null and {{ trimmed('vendor') }} is null
                then 'transfer'
            else 'po'
        end as order_type,
        {{ trimmed('status') }} as status,
        coalesce(
            {{ trimmed('vendor_name') }}, {{ trimmed('vendor') }}, {{ trimmed('source_name') }}
        ) as vendor_name,
        coalesce({{ trimmed('warehouse_display_name') }}, {{ trimmed('warehouse') }})
            as warehouse_name,
        coalesce({{ trimmed('source_name') }}, {{ trimmed('source') }}) as source_name,
        coalesce(upper({{ trimmed('currency') }}), 'XXX') as currency_code,
        {{ trimmed('shipment_method') }} as shipment_method,
        {{ trimmed('payment_terms') }} as payment_terms,
        {{ trimmed('email') }} as vendor_email,
        {{ trimmed('created_by') }} as created_by,
        {{ trimmed('notes') }} as notes,
        custom_fields,

        -- numerics
        total_ordered,
        total_received,
        total_remaining,
        total as order_total,
        shipping_handling as shipping_cost,
        shipping_handling_tax as shipping_tax,
        default_discount as default_discount_pct,

        -- booleans
        coalesce(readonly, false) as is_readonly,
        coalesce(discount_enabled, false) as is_discount_enabled,

        -- dates
        {{ written_date('created_date') }} as order_date,
        {{ written_date('expected_date') }} as expected_date,
        {{ written_date('shipment_date') }} as shipment_date,
        {{ written_date('payment_date') }} as payment_date,
        {{ written_date('received_date') }} as received_date,

        -- timestamps
        created_at,
        updated_at,
        last_modified as modified_at,
        _deleted_at as deleted_at,
        __synced_at as synced_at

    from source

),

status_types_joined as (

    select
        renamed.*,
        coalesce(
            {{ status_type_by_account('renamed.status') }},
            order_statuses.status_type,
            'unknown'
        ) as status_type
    from renamed
    left join order_statuses on upper(renamed.status) = upper(trim(order_statuses.status))

)

select * from status_types_joined

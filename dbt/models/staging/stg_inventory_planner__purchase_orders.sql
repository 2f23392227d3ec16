with

source as (

    select * from {{ source('inventory_planner', 'purchase_orders') }}

),

order_statuses as (

    select * from {{ ref('order_statuses') }}

),

vendor_aliases as (

    select
        lower(trim(old_vendor_id)) as old_vendor_id,
        lower(trim(vendor_id)) as vendor_id,
        {{ trimmed('vendor_name') }} as vendor_name
    from {{ ref('vendor_aliases') }}

),

vendor_names as (

    select
        vendor_id,
        max(vendor_name) as vendor_name
    from vendor_aliases
    group by vendor_id

),

warehouse_names as (

    select
        trim(warehouse_id) as warehouse_id,
        {{ trimmed('warehouse_name') }} as warehouse_name
    from {{ ref('warehouse_names') }}

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
        {{ parse_source_date('created_date') }} as created_date,
        {{ parse_source_date('expected_date') }} as expected_date,
        {{ parse_source_date('shipment_date') }} as shipment_date,
        {{ parse_source_date('payment_date') }} as payment_date,
        {{ parse_source_date('received_date') }} as received_date,

        -- timestamps
        created_at,
        updated_at,
        last_modified as modified_at,
        _deleted_at as deleted_at,
        __synced_at as synced_at

    from source

),

status_types_and_names_joined as (

    select

        -- ids
        renamed.account_id,
        renamed.purchase_order_id,
        coalesce(vendor_aliases.vendor_id, renamed.vendor_id) as vendor_id,
        renamed.warehouse_id,
        renamed.source_warehouse_id,
        renamed.replenish_warehouse_id,

        -- text
        renamed.purchase_order_number,
        renamed.extra_reference,
        renamed.order_type,
        renamed.status,
        coalesce(
            {{ status_type_by_account('renamed.status') }},
            order_statuses.status_type,
            'unknown'
        ) as status_type,
        coalesce(vendor_names.vendor_name, renamed.vendor_name) as vendor_name,
        coalesce(warehouse_names.warehouse_name, renamed.warehouse_name) as warehouse_name,
        coalesce(source_warehouse_names.warehouse_name, renamed.source_name) as source_name,
        renamed.currency_code,
        renamed.shipment_method,
        renamed.payment_terms,
        renamed.vendor_email,
        renamed.created_by,
        renamed.notes,
        renamed.custom_fields,

        -- numerics
        renamed.total_ordered,
        renamed.total_received,
        renamed.total_remaining,
        renamed.order_total,
        renamed.shipping_cost,
        renamed.shipping_tax,
        renamed.default_discount_pct,

        -- booleans
        renamed.is_readonly,
        renamed.is_discount_enabled,

        -- dates
        renamed.created_date,
        renamed.expected_date,
        renamed.shipment_date,
        renamed.payment_date,
        renamed.received_date,

        -- timestamps
        renamed.created_at,
        renamed.updated_at,
        renamed.modified_at,
        renamed.deleted_at,
        renamed.synced_at

    from renamed
    left join order_statuses on upper(renamed.status) = upper(trim(order_statuses.status))
    left join vendor_aliases on renamed.vendor_id = vendor_aliases.old_vendor_id
    left join vendor_names
        on coalesce(vendor_aliases.vendor_id, renamed.vendor_id) = vendor_names.vendor_id
    left join warehouse_names on renamed.warehouse_id = warehouse_names.warehouse_id
    left join warehouse_names as source_warehouse_names
        on renamed.source_warehouse_id = source_warehouse_names.warehouse_id

)

select * from status_types_and_names_joined

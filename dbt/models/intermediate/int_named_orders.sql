{{ config(materialized='view') }}

with

orders as (

    select
        *,
        coalesce(vendor_id, case when source_type = 'vendor' then lower(source_id) end)
            as original_vendor_id
    from {{ ref('stg_inventory_planner__purchase_orders') }}

),

status_types as (

    select * from {{ ref('int_status_types') }}

),

vendor_aliases as (

    {{ vendor_aliases_by_account() }}

),

vendor_names as (

    select
        account_id,
        vendor_id,
        max(vendor_name) as vendor_name
    from vendor_aliases
    group by account_id, vendor_id

),

warehouse_names as (

    {{ warehouse_names_by_account() }}

)

select

    -- ids
    orders.account_id,
    orders.purchase_order_id,
    coalesce(vendor_aliases.vendor_id, orders.original_vendor_id) as vendor_id,
    orders.warehouse_id,
    orders.source_warehouse_id,

    -- text
    orders.purchase_order_number,
    case
        when orders.stated_order_type in ('assembly', 'transfer', 'po')
            then orders.stated_order_type
        when orders.source_type = 'warehouse' then 'transfer'
        when orders.source_warehouse_id is not null and orders.vendor_id is null then 'transfer'
        else 'po'
    end as order_type,
    orders.status,
    coalesce(status_types.status_type, 'unknown') as status_type,
    coalesce(vendor_names.vendor_name, orders.vendor_name, orders.source_name) as vendor_name,
    coalesce(warehouse_names.warehouse_name, orders.warehouse_name) as warehouse_name,
    coalesce(source_warehouse_names.warehouse_name, orders.source_name, orders.source_id)
        as source_name,
    orders.currency_code,
    orders.payment_terms,
    orders.expected_date_key,
    orders.vendor_email,
    orders.created_by,
    {{ buyer('orders.custom_fields', 'orders.account_id') }} as buyer,

    -- numerics
    orders.total_ordered,
    orders.total_received,
    orders.order_total,
    orders.shipping_cost,
    orders.default_discount_pct,

    -- booleans
    orders.is_readonly,
    orders.is_discount_enabled,
    orders.has_unreadable_date,

    -- dates
    orders.created_date,
    orders.expected_date,
    orders.shipment_date,
    orders.payment_date,
    orders.received_date,

    -- timestamps
    orders.modified_at,
    orders.deleted_at,
    orders.synced_at

from orders
left join status_types
    on
        orders.account_id = status_types.account_id
        and upper(orders.status) = status_types.status_name
left join vendor_aliases
    on
        orders.account_id = vendor_aliases.account_id
        and orders.original_vendor_id = vendor_aliases.old_vendor_id
left join vendor_names
    on
        orders.account_id = vendor_names.account_id
        and coalesce(vendor_aliases.vendor_id, orders.original_vendor_id) = vendor_names.vendor_id
left join warehouse_names
    on
        orders.account_id = warehouse_names.account_id
        and orders.warehouse_id = warehouse_names.warehouse_id
left join warehouse_names as source_warehouse_names
    on
        orders.account_id = source_warehouse_names.account_id
        and orders.source_warehouse_id = source_warehouse_names.warehouse_id

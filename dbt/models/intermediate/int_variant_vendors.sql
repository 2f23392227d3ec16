with

listings as (

    select * from {{ ref('stg_inventory_planner__variant_connections') }}

),

vendor_aliases as (

    {{ vendor_aliases_by_account() }}

),

catalog_vendors as (

    select
        account_id,
        vendor_id,
        max(vendor_name) as vendor_name,
        max(vendor_email) as vendor_email,
        max(currency_code) as currency_code
    from {{ ref('stg_inventory_planner__vendors') }}
    group by account_id, vendor_id

),

vendors_with_orders as (

    select * from {{ ref('vendors') }}

),

last_purchases as (

    select * from {{ ref('ordered_variants') }}

),

entries as (

    select
        variant_vendors.*,
        coalesce(vendor_aliases.vendor_id, variant_vendors.vendor_id) as known_vendor_id,
        row_number() over (
            partition by variant_vendors.account_id, variant_vendors.variant_id
            order by
                case
                    when variant_vendors.entry = 0 then 0
                    when listings.is_removed then 3
                    when listings.is_main then 1
                    else 2
                end,
                variant_vendors.entry,
                variant_vendors.position
        ) as place
    from {{ ref('stg_inventory_planner__variant_vendors') }} as variant_vendors
    left join vendor_aliases
        on
            variant_vendors.account_id = vendor_aliases.account_id
            and variant_vendors.vendor_id = vendor_aliases.old_vendor_id
    left join listings
        on
            variant_vendors.account_id = listings.account_id
            and variant_vendors.variant_id = listings.variant_id
            and variant_vendors.entry = listings.entry
    where variant_vendors.vendor_id is not null

),

entries_of_vendors as (

    select
        *,
        row_number() over (
            partition by account_id, variant_id, known_vendor_id order by place
        ) as place_of_vendor
    from entries

)

select

    -- ids
    entries.account_id,
    entries.variant_id,
    entries.known_vendor_id as vendor_id,

    -- text
    coalesce(vendors_with_orders.vendor_name, catalog_vendors.vendor_name, entries.vendor_id)
        as vendor_name,
    catalog_vendors.vendor_email,
    coalesce(entries.currency_code, catalog_vendors.currency_code) as currency_code,
    entries.vendor_sku,
    entries.vendor_title,

    -- numerics
    row_number() over (
        partition by entries.account_id, entries.variant_id
        order by
            case when entries.known_vendor_id = last_purchases.last_vendor_id then 0 else 1 end,
            entries.place
    ) as vendor_position,
    entries.unit_cost,
    entries.unit_landed_cost,
    entries.minimum_quantity

from entries_of_vendors as entries
left join catalog_vendors
    on
        entries.account_id = catalog_vendors.account_id
        and entries.vendor_id = catalog_vendors.vendor_id
left join vendors_with_orders
    on
        entries.account_id = vendors_with_orders.account_id
        and entries.known_vendor_id = vendors_with_orders.vendor_id
left join last_purchases
    on
        entries.account_id = last_purchases.account_id
        and entries.variant_id = last_purchases.variant_id
where entries.place_of_vendor = 1

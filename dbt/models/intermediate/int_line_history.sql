with

snapshots as (

    select * from {{ ref('purchase_order_line_snapshots') }}

),

status_types as (

    select * from {{ ref('int_status_types') }}

),

versions as (

    select
        snapshots.*,
        {{ local_date(
            'coalesce(snapshots.modified_at, snapshots.synced_at)', 'snapshots.account_id'
        ) }} as changed_date,
        not snapshots.is_removed
        and coalesce(status_types.status_type, 'unknown') in ('active', 'unknown') as is_active,
        row_number() over (
            partition by snapshots.account_id, snapshots.purchase_order_line_id
            order by snapshots.dbt_valid_from
        ) as version_number
    from snapshots
    left join status_types
        on
            snapshots.account_id = status_types.account_id
            and upper({{ trimmed('snapshots.status') }}) = status_types.status_name

),

known_versions as (

    select
        *,
        row_number() over (
            partition by account_id, purchase_order_line_id order by version_number desc
        ) as versions_from_the_last
    from versions
    where version_number = 1 or {{ is_known_by('changed_date') }}

),

active_versions as (

    select
        account_id,
        purchase_order_line_id,
        quantity_ordered,
        row_number() over line_versions as version_number,
        lag(quantity_ordered) over line_versions as previous_quantity_ordered
    from known_versions
    where is_active and quantity_ordered < {{ var('plausible_quantity') }}
    window
        line_versions as (
            partition by account_id, purchase_order_line_id order by version_number
        )

),

active_versions_summed_to_lines as (

    select
        account_id,
        purchase_order_line_id,
        count(*) filter (where quantity_ordered <> previous_quantity_ordered)
            as count_quantity_changes,
        min(case when version_number = 1 then quantity_ordered end) as quantity_ordered_original
    from active_versions
    group by account_id, purchase_order_line_id

),

final as (

    select

        -- ids
        versions.account_id,
        versions.purchase_order_line_id,
        versions.purchase_order_id,
        versions.variant_id,

        -- numerics
        coalesce(active_lines.count_quantity_changes, 0) as count_quantity_changes,
        active_lines.quantity_ordered_original,
        versions.quantity_ordered as last_quantity_ordered,
        versions.quantity_received as last_quantity_received,
        versions.unit_price as last_unit_price,
        versions.unit_landed_price as last_unit_landed_price,
        versions.discount_pct as last_discount_pct,

        -- booleans
        versions.is_removed as is_last_removed,

        -- dates
        versions.changed_date as last_changed_date,
        {{ local_date(
            'cast(versions.dbt_valid_to as timestamp with time zone)', 'versions.account_id'
        ) }} as last_replaced_date

    from known_versions as versions
    left join active_versions_summed_to_lines as active_lines
        on
            versions.account_id = active_lines.account_id
            and versions.purchase_order_line_id = active_lines.purchase_order_line_id
    where versions.versions_from_the_last = 1

)

select * from final

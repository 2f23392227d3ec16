with

snapshots as (

    select * from {{ ref('purchase_order_line_snapshots') }}

),

status_types as (

    select * from {{ ref('int_status_types') }}

),

active_versions as (

    select
        snapshots.account_id,
        snapshots.purchase_order_line_id,
        snapshots.purchase_order_id,
        snapshots.quantity_ordered,
        row_number() over line_versions as version_number,
        lag(snapshots.quantity_ordered) over line_versions as previous_quantity_ordered
    from snapshots
    left join status_types on upper(snapshots.status) = status_types.status_name
    where
        not snapshots.is_removed
        and coalesce(status_types.status_type, 'unknown') in ('active', 'unknown')
    window
        line_versions as (
            partition by snapshots.account_id, snapshots.purchase_order_line_id
            order by snapshots.dbt_valid_from
        )

)

select
    account_id,
    purchase_order_line_id,
    purchase_order_id,
    count(*) filter (where quantity_ordered <> previous_quantity_ordered)
        as count_quantity_changes,
    min(case when version_number = 1 then quantity_ordered end) as quantity_ordered_original
from active_versions
group by account_id, purchase_order_line_id, purchase_order_id

with

snapshots as (

    select * from {{ ref('purchase_order_line_snapshots') }}

),

order_statuses as (

    select * from {{ ref('order_statuses') }}

),

versions as (

    select
        snapshots.account_id,
        snapshots.purchase_order_line_id,
        snapshots.purchase_order_id,
        snapshots.quantity_ordered,
        snapshots.dbt_valid_from as seen_at,
        coalesce(
            {{ status_type_by_account('snapshots.status') }},
            order_statuses.status_type,
            'unknown'
        ) as status_type
    from snapshots
    left join order_statuses on upper(snapshots.status) = upper(trim(order_statuses.status))
    where not snapshots.is_removed

),

active_versions as (

    select
        account_id,
        purchase_order_line_id,
        purchase_order_id,
        quantity_ordered,
        row_number() over line_versions as version_number,
        lag(quantity_ordered) over line_versions as previous_quantity_ordered
    from versions
    where status_type in ('active', 'unknown')
    window line_versions as (partition by account_id, purchase_order_line_id order by seen_at)

),

active_versions_summed_to_lines as (

    select
        account_id,
        purchase_order_line_id,
        purchase_order_id,
        count(*) filter (where quantity_ordered <> previous_quantity_ordered)
            as count_quantity_changes,
        min(case when version_number = 1 then quantity_ordered end) as quantity_ordered_original
    from active_versions
    group by account_id, purchase_order_line_id, purchase_order_id

)

select * from active_versions_summed_to_lines

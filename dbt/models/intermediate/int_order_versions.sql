{{ config(materialized='view') }}

select

    -- ids
    snapshots.account_id,
    snapshots.purchase_order_id,

    -- text
    snapshots.status,

    -- dates
    {{ plausible_date(seen_expected_date('snapshots')) }} as expected_date,
    {{ local_date(
        'cast(snapshots.dbt_valid_from as timestamp with time zone)', 'snapshots.account_id'
    ) }} as first_date,
    {{ local_date(
        'cast(snapshots.dbt_valid_to as timestamp with time zone)', 'snapshots.account_id'
    ) }} as next_date,

    -- timestamps
    snapshots.dbt_valid_from as seen_at

from {{ ref('purchase_order_snapshots') }} as snapshots
where snapshots.deleted_at is null

{{ config(materialized='view') }}

with

variants as (

    select * from {{ ref('stg_inventory_planner__variants') }}
    where deleted_at is null and not is_removed

),

pairs as (

    select
        account_id,
        variant_id as merged_into_variant_id,
        {{ each_id_in('merged_variants') }} as variant_id
    from variants
    where merged_variants like '%"id"%'

),

pairs_of_two as (

    select * from pairs
    where variant_id <> merged_into_variant_id

)

select

    -- ids
    pairs.account_id,
    pairs.variant_id,
    min(pairs.merged_into_variant_id) as merged_into_variant_id

from pairs_of_two as pairs
left join pairs_of_two as later_pairs
    on
        pairs.account_id = later_pairs.account_id
        and pairs.merged_into_variant_id = later_pairs.variant_id
where later_pairs.variant_id is null
group by pairs.account_id, pairs.variant_id

{{ config(materialized='view') }}

with

variants as (

    select * from {{ ref('int_variant_warehouses') }}

),

periods as (

    select
        *,
        coalesce(warehouse_id, '(all warehouses)') as warehouse_key,
        min(case when gap_days > 0 then first_day + count_days - gap_days end)
            over (partition by account_id, variant_id, warehouse_id) as first_gap_in_days
    from {{ ref('projected_stock') }}

),

periods_with_gap_ends as (

    select
        *,
        min(
            case
                when
                    first_day > first_gap_in_days
                    and quantity_received > 0
                    and quantity_at_start + quantity_received >= demand_per_day
                    then first_day
            end
        ) over (partition by account_id, variant_id, warehouse_id) as gap_end_in_days
    from periods

),

periods_with_next_gaps as (

    select
        *,
        min(
            case
                when gap_days > 0 and first_day >= gap_end_in_days
                    then first_day + count_days - gap_days
            end
        ) over (partition by account_id, variant_id, warehouse_id) as next_gap_in_days
    from periods_with_gap_ends

),

summed_to_variants as (

    select
        periods.account_id,
        periods.variant_id,
        periods.warehouse_key,
        max(periods.demand_basis) filter (where periods.first_day = 0) as demand_basis,
        max(periods.demand_per_day) filter (where periods.first_day = 0) as demand_per_day,
        max(periods.first_gap_in_days) as first_gap_in_days,
        max(periods.gap_end_in_days) as gap_end_in_days,
        max(periods.next_gap_in_days) as next_gap_in_days,
        {% for name in ['gap_days', 'quantity_short'] %}
            coalesce(
                sum(periods.{{ name }}) filter (
                    where
                    periods.first_day < coalesce(periods.gap_end_in_days, variants.lead_time_days)
                ),
                0
            ) as {{ name }},
        {% endfor %}
        coalesce(
            sum(periods.quantity_short) filter (
                where
                periods.first_day
                < greatest(coalesce(periods.gap_end_in_days, 0), variants.lead_time_days)
            ),
            0
        ) as quantity_lost,
        max(
            periods.first_day
            + periods.count_days
            - periods.gap_days
            + case
                when
                    periods.quantity_sold
                    > (periods.count_days - periods.gap_days) * periods.demand_per_day
                    then 1
                else 0
            end
        ) filter (where periods.quantity_sold > 0) as sells_for_days,
        sum(periods.quantity_demanded) as quantity_demanded,
        sum(periods.quantity_at_end) filter (
            where periods.first_day + periods.count_days = {{ var('stockout_horizon_days') }}
        ) as quantity_at_horizon
    from periods_with_next_gaps as periods
    inner join variants
        on
            periods.account_id = variants.account_id
            and periods.variant_id = variants.variant_id
            and periods.warehouse_key = variants.warehouse_key
    group by periods.account_id, periods.variant_id, periods.warehouse_key

)

select

    -- ids
    account_id,
    variant_id,
    warehouse_key,

    -- text
    demand_basis,

    -- numerics
    demand_per_day,
    first_gap_in_days,
    gap_end_in_days,
    next_gap_in_days,
    cast(gap_days as integer) as gap_days,
    quantity_short,
    quantity_lost,
    case
        when quantity_at_horizon = 0 and quantity_demanded > 0 then coalesce(sells_for_days, 0)
    end as lasts_days

from summed_to_variants

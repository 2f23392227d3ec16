{%- set horizon = var('stockout_horizon_days') -%}
{%- set keys = 'account_id, variant_id, warehouse_key' -%}

with

variants as (

    select
        *,
        greatest(quantity_in_stock, 0) as quantity_available
    from {{ ref('int_variant_warehouses') }}
    where is_planned and quantity_in_stock is not null

),

demand as (

    select * from {{ ref('int_variant_demand') }}

),

supply as (

    select * from {{ ref('int_variant_supply') }}
    where is_counted and receipt_in_days < {{ horizon }}

),

events as (

    select {{ keys }}, first_day, 0 as quantity from demand
    union all
    select {{ keys }}, receipt_in_days as first_day, quantity_open as quantity from supply
    union all
    select {{ keys }}, lead_time_days as first_day, 0 as quantity from variants
    where lead_time_days < {{ horizon }}

),

period_starts as (

    select
        {{ keys }},
        first_day,
        sum(quantity) as quantity_received,
        lead(first_day, 1, {{ horizon }}) over (
            partition by {{ keys }} order by first_day
        ) - first_day as count_days
    from events
    group by {{ keys }}, first_day

),

periods as (

    select
        variants.*,
        period_starts.first_day,
        period_starts.count_days,
        period_starts.quantity_received,
        demand.demand_basis,
        demand.demand_per_day,
        {{ money_product('demand.demand_per_day', 'period_starts.count_days') }}
            as quantity_demanded
    from period_starts
    inner join variants
        on
            period_starts.account_id = variants.account_id
            and period_starts.variant_id = variants.variant_id
            and period_starts.warehouse_key = variants.warehouse_key
    inner join demand
        on
            period_starts.account_id = demand.account_id
            and period_starts.variant_id = demand.variant_id
            and period_starts.warehouse_key = demand.warehouse_key
            and {{ start_of('month', days_after(as_of_date(), 'period_starts.first_day')) }}
            = demand.month_start

),

-- the stock if unmet demand were backordered, not lost; within a period it is lowest at the end
balances as (

    select
        *,
        quantity_available
        + sum(quantity_received - quantity_demanded) over (
            partition by {{ keys }} order by first_day
        ) as balance
    from periods

),

losses as (

    select
        *,
        greatest(-min(balance) over up_to_now, 0) as lost_to_date,
        coalesce(greatest(-min(balance) over before, 0), 0) as lost_before
    from balances
    window
        up_to_now as (partition by {{ keys }} order by first_day),
        before as (up_to_now rows between unbounded preceding and 1 preceding)

),

outcomes as (

    select
        *,
        lost_to_date - lost_before as quantity_short,
        balance + lost_to_date as quantity_at_end
    from losses

)

select

    -- ids
    account_id,
    variant_id,
    warehouse_id,

    -- text
    demand_basis,

    -- numerics
    first_day,
    count_days,
    demand_per_day,
    quantity_at_end + quantity_demanded - quantity_short - quantity_received as quantity_at_start,
    quantity_received,
    quantity_demanded,
    quantity_demanded - quantity_short as quantity_sold,
    quantity_short,
    quantity_at_end,
    case
        when quantity_short > 0
            then
                count_days
                - {{ whole_times('(quantity_demanded - quantity_short)', 'demand_per_day') }}
        else 0
    end as gap_days,

    -- dates
    {{ days_after(as_of_date(), 'first_day') }} as first_date,
    {{ days_after(as_of_date(), 'first_day + count_days - 1') }} as last_date,
    {{ as_of_date() }} as as_of_date

from outcomes

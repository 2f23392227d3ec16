{{ config(materialized='view') }}
{%- set horizon = var('stockout_horizon_days') | int %}

with

variants as (

    select
        *,
        case when is_only_row then '(all warehouses)' end as warehouse_of_variant
    from {{ ref('int_variant_warehouses') }}
    where is_planned

),

forecasts as (

    select * from {{ ref('stg_inventory_planner__variant_months') }}
    where quantity_forecast is not null

),

month_starts as (

    select
        {{ months_after(start_of('month', as_of_date()), 'cast(generated_number as integer) - 1') }}
            as month_start
    from ({{ numbers_up_to(horizon // 28 + 2) }}) as numbers

),

months as (

    select
        month_start,
        greatest({{ days_between(as_of_date(), 'month_start') }}, 0) as first_day,
        {{ days_between('month_start', months_after('month_start', 1)) }} as days_in_month
    from month_starts
    where {{ days_between(as_of_date(), 'month_start') }} < {{ horizon }}

),

variants_with_forecasts as (

    select
        variants.*,
        months.month_start,
        months.first_day,
        months.days_in_month,
        {{ catalog_quantity(
            'coalesce(own_forecasts.quantity_forecast, forecasts_of_all.quantity_forecast)'
        ) }} as quantity_forecast
    from variants
    cross join months
    left join forecasts as own_forecasts
        on
            variants.account_id = own_forecasts.account_id
            and variants.variant_id = own_forecasts.variant_id
            and variants.stated_warehouse = own_forecasts.stated_warehouse
            and months.month_start = own_forecasts.month_start
    left join forecasts as forecasts_of_all
        on
            variants.account_id = forecasts_of_all.account_id
            and variants.variant_id = forecasts_of_all.variant_id
            and variants.warehouse_of_variant = forecasts_of_all.stated_warehouse
            and months.month_start = forecasts_of_all.month_start

)

select

    -- ids
    account_id,
    variant_id,
    warehouse_key,

    -- text
    case
        when quantity_forecast is not null then 'forecast'
        when sales_velocity is not null then 'velocity'
        when quantity_sold_30_days is not null then 'last 30 days'
        else 'none'
    end as demand_basis,

    -- numerics
    first_day,
    greatest(
        case
            when quantity_forecast is not null
                then {{ units_per_day('quantity_forecast', 'days_in_month') }}
            when sales_velocity is not null then sales_velocity
            when quantity_sold_30_days is not null
                then {{ units_per_day('quantity_sold_30_days', 30) }}
            else 0
        end,
        0
    ) as demand_per_day,

    -- dates
    month_start

from variants_with_forecasts

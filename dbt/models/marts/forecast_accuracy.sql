with

variants as (

    select * from {{ ref('variants') }}

),

catalog as (

    select * from {{ ref('int_variant_warehouses') }}
    where merged_into_variant_id is null

),

history as (

    select
        *,
        {{ start_of('month', 'changed_date') }} as changed_month,
        {{ months_after(start_of('month', 'changed_date'), 1) }} as next_month
    from {{ ref('stg_inventory_planner__variant_history') }}
    where changed_date <= {{ as_of_date() }}

),

-- the last forecast made in the month before or, without one, the first made in the month itself
forecasts as (

    {% for months_ahead, month, quantity, nearest in [
        (1, 'next_month', 'quantity_forecast_next_month', 'desc'),
        (0, 'changed_month', 'quantity_forecast', 'asc'),
    ] %}
        select
            account_id,
            variant_id,
            stated_warehouse,
            {{ month }} as month_start,
            {{ months_ahead }} as months_ahead,
            {{ quantity }} as quantity_forecast,
            changed_date as forecast_date,
            row_number() over (
                partition by account_id, variant_id, stated_warehouse, {{ month }}
                order by changed_date {{ nearest }}
            ) as place
        from history
        where {{ quantity }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

sales as (

    select * from {{ ref('stg_inventory_planner__variant_months') }}
    where quantity_sold is not null

),

accounts_with_sales as (

    select distinct account_id
    from sales

),

compared as (

    select
        catalog.account_id,
        catalog.variant_id,
        catalog.warehouse_id,
        forecasts.month_start,
        forecasts.months_ahead,
        forecasts.forecast_date,
        {{ catalog_quantity('greatest(forecasts.quantity_forecast, 0)') }} as quantity_forecast,
        {{ catalog_quantity('greatest(coalesce(sales.quantity_sold, 0), 0)') }} as quantity_sold,
        row_number() over (
            partition by
                catalog.account_id, catalog.variant_id, catalog.warehouse_id, forecasts.month_start
            order by
                case when forecasts.stated_warehouse = catalog.stated_warehouse then 0 else 1 end,
                forecasts.months_ahead desc
        ) as place
    from catalog
    inner join accounts_with_sales
        on catalog.account_id = accounts_with_sales.account_id
    inner join forecasts
        on
            catalog.account_id = forecasts.account_id
            and catalog.variant_id = forecasts.variant_id
            and (
                catalog.stated_warehouse = forecasts.stated_warehouse
                or (catalog.is_only_row and forecasts.stated_warehouse = '(all warehouses)')
            )
            and forecasts.place = 1
    left join sales
        on
            catalog.account_id = sales.account_id
            and catalog.variant_id = sales.variant_id
            and forecasts.stated_warehouse = sales.stated_warehouse
            and forecasts.month_start = sales.month_start
    where {{ months_after('forecasts.month_start', 1) }} <= {{ as_of_date() }}

)

select

    -- ids
    compared.account_id,
    compared.variant_id,
    compared.warehouse_id,
    variants.vendor_id,

    -- text
    variants.sku,
    variants.title,
    variants.warehouse_name,
    variants.vendor_name,

    -- numerics
    compared.months_ahead,
    compared.quantity_forecast,
    compared.quantity_sold,
    compared.quantity_forecast - compared.quantity_sold as quantity_error,
    abs(compared.quantity_forecast - compared.quantity_sold) as quantity_error_absolute,
    {{ rate('compared.quantity_forecast - compared.quantity_sold', 'compared.quantity_sold') }}
        as error_rate,
    {{ rate(
        'abs(compared.quantity_forecast - compared.quantity_sold)', 'compared.quantity_sold'
    ) }} as error_rate_absolute,

    -- dates
    compared.month_start,
    compared.forecast_date,
    {{ as_of_date() }} as as_of_date

from compared
inner join variants
    on
        compared.account_id = variants.account_id
        and compared.variant_id = variants.variant_id
        and coalesce(compared.warehouse_id, '(all warehouses)')
        = coalesce(variants.warehouse_id, '(all warehouses)')
where
    compared.place = 1
    and compared.quantity_forecast is not null
    and compared.quantity_sold is not null

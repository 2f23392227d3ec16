with

lines as (

    select
        *,
        coalesce(warehouse_id, '(no warehouse)') as warehouse_key
    from {{ ref('open_lines') }}

),

by_promise as (

    select
        *,
        case
            when is_overdue or promise_current is null then {{ start_of('week', 'as_of_date') }}
            else {{ start_of('week', 'promise_current') }}
        end as week_start,
        case when not is_overdue and promise_current is not null then quantity_open else 0 end
            as quantity_expected,
        case when is_overdue then quantity_open else 0 end as quantity_overdue,
        case when promise_current is null then quantity_open else 0 end as quantity_unpromised,
        cast(0 as decimal(18, 4)) as quantity_forecast,
        open_value as value_by_promise,
        open_value_reporting as value_by_promise_reporting,
        open_volume_cbm as volume_by_promise
    from lines

),

by_forecast as (

    select
        *,
        {{ start_of('week', 'forecast_receipt_date') }} as week_start,
        cast(0 as decimal(18, 4)) as quantity_expected,
        cast(0 as decimal(18, 4)) as quantity_overdue,
        cast(0 as decimal(18, 4)) as quantity_unpromised,
        quantity_open as quantity_forecast,
        cast(null as decimal(38, 6)) as value_by_promise,
        cast(null as decimal(38, 6)) as value_by_promise_reporting,
        cast(null as decimal(38, 6)) as volume_by_promise
    from lines
    where forecast_receipt_date is not null

),

by_promise_and_forecast as (

    select * from by_promise
    union all
    select * from by_forecast

),

summed_to_weeks as (

    select

        -- ids
        account_id,
        warehouse_key as warehouse_id,
        variant_id,

        -- text
        order_type,
        currency_code,
        max(warehouse_name) as warehouse_name,
        max(sku) as sku,
        max(title) as title,

        -- numerics
        sum(quantity_expected) as quantity_expected,
        sum(quantity_overdue) as quantity_overdue,
        sum(quantity_unpromised) as quantity_unpromised,
        sum(quantity_forecast) as quantity_forecast,
        sum(value_by_promise) as open_value,
        {{ sum_of_reporting('value_by_promise') }} as open_value_reporting,
        sum(volume_by_promise) as open_volume_cbm,

        -- dates
        week_start,
        max(as_of_date) as as_of_date

    from by_promise_and_forecast
    group by account_id, warehouse_key, variant_id, order_type, currency_code, week_start

)

select * from summed_to_weeks

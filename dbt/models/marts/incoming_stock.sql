with

lines as (

    select
        *,
        coalesce(warehouse_id, '(no warehouse)') as warehouse_key
    from {{ ref('open_lines') }}

),

lines_by_promise_and_by_forecast as (

    select
        *,
        case
            when is_overdue then 'overdue'
            when promise_current is null then 'unpromised'
            else 'expected'
        end as counted_as,
        case
            when is_overdue or promise_current is null then {{ start_of('week', 'as_of_date') }}
            else {{ start_of('week', 'promise_current') }}
        end as week_start
    from lines
    union all
    select
        *,
        'forecast' as counted_as,
        {{ start_of('week', 'forecast_receipt_date') }} as week_start
    from lines
    where forecast_receipt_date is not null

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
        {% for counted_as in ['expected', 'overdue', 'unpromised', 'forecast'] %}
            {%- set among = "counted_as = '" ~ counted_as ~ "'" %}
            coalesce(sum(quantity_open) filter (where {{ among }}), 0)
                as quantity_{{ counted_as }},
            sum(open_value) filter (where {{ among }}) as {{ counted_as }}_value,
            {{ sum_of_reporting('open_value', among) }} as {{ counted_as }}_value_reporting,
            sum(open_volume_cbm) filter (where {{ among }}) as {{ counted_as }}_volume_cbm,
        {% endfor %}

        -- dates
        week_start,
        max(as_of_date) as as_of_date

    from lines_by_promise_and_by_forecast
    group by account_id, warehouse_key, variant_id, order_type, currency_code, week_start

)

select * from summed_to_weeks

{# The columns that hold the dates of the marts; the other ones lie between them. #}
{%- set dates = [
    ('purchase_orders', 'sent_date'),
    ('purchase_orders', 'created_date'),
    ('purchase_orders', 'promise_original'),
    ('purchase_orders', 'promise_current'),
    ('purchase_orders', 'shipment_date'),
    ('purchase_orders', 'payment_date'),
    ('purchase_orders', 'first_receipt_date'),
    ('purchase_orders', 'last_receipt_date'),
    ('open_lines', 'forecast_receipt_date'),
    ('open_lines', 'latest_receipt_date'),
] -%}
{%- set most_days = 65536 -%}  {# from the first possible year, 1970, on: until 2149 #}

with

purchase_orders as (

    select * from {{ ref('purchase_orders') }}

),

open_lines as (

    select * from {{ ref('open_lines') }}

),

first_and_last_dates as (
    {% for relation, column in dates %}
        select
            min({{ column }}) as first_date,
            max({{ column }}) as last_date
        from {{ relation }}
        where {{ column }} >= cast('1970-01-01' as date)
        union all
    {%- endfor %}
    select
        {{ as_of_date() }} as first_date,
        {{ as_of_date() }} as last_date

),

first_and_last_years as (

    select
        {{ year_of('min(first_date)') }} as first_year_start,
        {{ year_of('max(last_date)') }} as last_year_start
    from first_and_last_dates

),

numbers as (

    {{ numbers_up_to(most_days) }}

),

days as (

    select
        first_and_last_years.last_year_start,
        {{
            days_after(
                'first_and_last_years.first_year_start',
                'cast(numbers.generated_number as integer) - 1'
            )
        }} as date_day
    from first_and_last_years
    cross join numbers

),

with_parts as (

    select
        date_day,
        {{ week_of('date_day') }} as week_start,
        {{ month_of('date_day') }} as month_start,
        {{ quarter_of('date_day') }} as quarter_start,
        {{ year_of('date_day') }} as year_start
    from days
    where {{ year_of('date_day') }} <= last_year_start

),

final as (

    select

        -- numerics
        cast(extract(year from date_day) as integer) as year_number,
        cast(extract(quarter from date_day) as integer) as quarter_number,
        cast(extract(month from date_day) as integer) as month_number,
        cast(extract(day from date_day) as integer) as day_of_month,
        {{ days_between('week_start', 'date_day') }} + 1 as day_of_week,
        {{ days_between('year_start', 'date_day') }} + 1 as day_of_year,
        {{ days_between(as_of_date(), 'date_day') }} as days_from_as_of_date,

        -- booleans
        {{ days_between('week_start', 'date_day') }} >= 5 as is_weekend,

        -- dates
        date_day,
        week_start,
        month_start,
        quarter_start,
        year_start,
        {{ as_of_date() }} as as_of_date

    from with_parts

)

select * from final

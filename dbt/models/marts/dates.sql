{%- set most_days = (var('dates_to') | int - var('dates_from') | int + 1) * 366 -%}

with

numbers as (

    {{ numbers_up_to(most_days) }}

),

days as (

    select
        {{
            days_after(
                "cast('" ~ var('dates_from') ~ "-01-01' as date)",
                'cast(generated_number as integer) - 1'
            )
        }} as date_day
    from numbers

),

days_with_parts as (

    select
        date_day,
        {{ start_of('week', 'date_day') }} as week_start,
        {{ start_of('month', 'date_day') }} as month_start,
        {{ start_of('quarter', 'date_day') }} as quarter_start,
        {{ start_of('year', 'date_day') }} as year_start
    from days
    where date_day <= cast('{{ var("dates_to") }}-12-31' as date)

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

    from days_with_parts

)

select * from final

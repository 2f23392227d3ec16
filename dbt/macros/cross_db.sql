{# What engines write differently. To move to another engine, give each `duckdb__` macro a twin with
   its prefix. #}

{# Text without blanks around it; null where nothing is left. #}
{% macro trimmed(text) -%}
    nullif(trim({{ text }}), '')
{%- endmacro %}


{# The day of an instant in the account's time zone. #}
{% macro local_date(instant) -%}
    {{ adapter.dispatch('local_date')(instant) }}
{%- endmacro %}

{% macro duckdb__local_date(instant) -%}
    cast(timezone('{{ var("account_timezone") }}', {{ instant }}) as date)
{%- endmacro %}


{# A date as the service writes it. Without a time zone it is taken as written; an instant with an
   offset (ISO 8601 or RFC 822) is first moved to the account's time zone; what can't be read is
   null. #}
{% macro parse_source_date(text) -%}
    {{ adapter.dispatch('parse_source_date')(text) }}
{%- endmacro %}

{% macro duckdb__parse_source_date(text) -%}
    case
        when regexp_matches({{ text }}, ':\d\d.*([+-]\d\d(:?\d\d)?|Z|GMT|UTC?)\s*$')
            then {{ local_date(_instant(text)) }}
        else try_cast({{ text }} as date)
    end
{%- endmacro %}

{% macro _instant(text) -%}
    coalesce(
        try_cast({{ text }} as timestamptz),
        try_strptime(
            regexp_replace(trim({{ text }}), '\s*(Z|GMT|UTC?)$', ' +0000'),
            [
                '%a, %d %b %Y %H:%M:%S %z', '%d %b %Y %H:%M:%S %z',
                '%Y-%m-%dT%H:%M %z', '%Y-%m-%dT%H:%M%z'
            ]
        )
    )
{%- endmacro %}


{# Whole days from one date to another, negative if the second is earlier. #}
{% macro days_between(first_date, last_date) -%}
    cast({{ dbt.datediff(first_date, last_date, 'day') }} as integer)
{%- endmacro %}


{# The date so many days later. #}
{% macro days_after(date, days) -%}
    cast({{ dbt.dateadd('day', days, date) }} as date)
{%- endmacro %}


{# The first day of the month or of the week, which begins on Monday. #}
{% macro month_of(date) -%}
    cast({{ dbt.date_trunc('month', date) }} as date)
{%- endmacro %}

{% macro week_of(date) -%}
    cast({{ dbt.date_trunc('week', date) }} as date)
{%- endmacro %}


{# The first day of the quarter or of the year. #}
{% macro quarter_of(date) -%}
    cast({{ dbt.date_trunc('quarter', date) }} as date)
{%- endmacro %}

{% macro year_of(date) -%}
    cast({{ dbt.date_trunc('year', date) }} as date)
{%- endmacro %}


{# A select of the whole numbers from 1 on, as `generated_number`. #}
{% macro numbers_up_to(last_number) -%}
    {{ dbt.generate_series(last_number) }}
{%- endmacro %}


{# A ratio of two sums; null, which is "no data", where there is nothing to divide by. #}
{% macro rate(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}


{# A decimal with room for what it is multiplied by. DuckDB makes of two narrow ones a product of 18
   digits, ten of them behind the point, and breaks off where that is too few. #}
{% macro as_wide_decimal(number) -%}
    cast({{ number }} as decimal(28, 6))
{%- endmacro %}


{# All digits of a product. #}
{% macro exact_product(left, right) -%}
    {{ as_wide_decimal(left) }} * {{ right }}
{%- endmacro %}


{# A product as an amount of money, or of anything with as many decimals. #}
{% macro money_product(left, right) -%}
    cast({{ exact_product(left, right) }} as decimal(28, 6))
{%- endmacro %}

{# All SQL that differs between engines, one file an engine in `cross_db/`. To support another, write a file with its own of each macro
   that is dispatched here, in comments.sql and in seeds.sql. #}


{# Text without surrounding blanks, tabs, line breaks and invisible characters, in one Unicode spelling (NFC); null if nothing is left. #}
{% macro trimmed(text) -%}
    {{ adapter.dispatch('trimmed')(text) }}
{%- endmacro %}


{# The date of an instant in the time zone of a row's account. #}
{% macro local_date(instant, account_id) -%}
    cast(timezone({{ account_timezone(account_id) }}, {{ instant }}) as date)
{%- endmacro %}


{# Parses a date as the API writes it. Without a time zone, it is taken as written. An instant with an offset (ISO 8601 or RFC 822)
   is first converted to the time zone of the row's account. Null if it can't be read. #}
{% macro parse_source_date(text, account_id) -%}
    {%- set expressions = {} -%}
    {%- for id, date_format in own_values('date_format').items() -%}
        {%- do expressions.update({id: written_date(text, date_format)}) -%}
    {%- endfor -%}
    case
        when {{ has_offset(text) }}
            then {{ local_date(written_instant(text), account_id) }}
        else {{ by_account(account_id, expressions, written_date(text, var('date_format'))) }}
    end
{%- endmacro %}


{# Whether a text is an instant with an offset. #}
{% macro has_offset(text) -%}
    {{ adapter.dispatch('has_offset')(text) }}
{%- endmacro %}


{# The instant that a text with an offset states; null if it can't be read. #}
{% macro written_instant(text) -%}
    {{ adapter.dispatch('written_instant')(text) }}
{%- endmacro %}


{# The date that a text without an offset states, in this format if there is one, or else in ISO 8601; null if it can't be read. #}
{% macro written_date(text, date_format) -%}
    {{ adapter.dispatch('written_date')(text, date_format) }}
{%- endmacro %}


{# The same date in a spelling that no time zone changes: an instant in UTC, a date without a zone as written. `parse_source_date`
   reads it. Null if it can't be read. #}
{% macro source_date_key(text, account_id) -%}
    case
        when {{ has_offset(text) }} then {{ utc_text(written_instant(text)) }}
        else {{ date_text(parse_source_date(text, account_id)) }}
    end
{%- endmacro %}


{# An instant as text in UTC, such as 2026-01-31T08:00:00Z. #}
{% macro utc_text(instant) -%}
    {{ adapter.dispatch('utc_text')(instant) }}
{%- endmacro %}


{# A date as text, such as 2026-01-31. #}
{% macro date_text(date) -%}
    {{ adapter.dispatch('date_text')(date) }}
{%- endmacro %}


{# Whether a regular expression is found in a text. Patterns have no backslash, because engines escape it differently. #}
{% macro is_matched(text, pattern) -%}
    {{ adapter.dispatch('is_matched')(text, pattern) }}
{%- endmacro %}


{# What the first group of a regular expression matches; null if nothing. #}
{% macro first_group(text, pattern) -%}
    {{ adapter.dispatch('first_group')(text, pattern) }}
{%- endmacro %}


{# The text with every match of a regular expression replaced. #}
{% macro with_matches_replaced(text, pattern, replacement) -%}
    {{ adapter.dispatch('with_matches_replaced')(text, pattern, replacement) }}
{%- endmacro %}


{# The value of a custom field of an order; null if it has none. The name's case doesn't matter. The API's `custom_fields` is JSON of any
   shape: an object, a list of objects with `name` or `field` and `value`, or text with `field=value`, one or several. #}
{% macro custom_field(custom_fields, name) -%}
    {{ adapter.dispatch('custom_field')(custom_fields, name) }}
{%- endmacro %}


{# The `id` of each object in a JSON list, for a select list: one row per object. #}
{% macro each_id_in(json) -%}
    {{ adapter.dispatch('each_id_in')(json) }}
{%- endmacro %}


{# Whole days from one date to another; negative if the second is earlier. #}
{% macro days_between(first_date, last_date) -%}
    cast({{ dbt.datediff(first_date, last_date, 'day') }} as integer)
{%- endmacro %}


{# The date a number of days later. #}
{% macro days_after(date, days) -%}
    cast({{ dbt.dateadd('day', days, date) }} as date)
{%- endmacro %}


{# The date a number of months later; the last day of the month if that month is shorter. #}
{% macro months_after(date, months) -%}
    cast({{ dbt.dateadd('month', months, date) }} as date)
{%- endmacro %}


{# The first day of a date's week (a Monday), month, quarter or year. #}
{% macro start_of(part, date) -%}
    cast({{ dbt.date_trunc(part, date) }} as date)
{%- endmacro %}


{# The last day of a date's month. #}
{% macro end_of_month(date) -%}
    cast({{ dbt.last_day(date, 'month') }} as date)
{%- endmacro %}


{# A query for the whole numbers from 1 on, as `generated_number`. #}
{% macro numbers_up_to(last_number) -%}
    {{ dbt.generate_series(last_number) }}
{%- endmacro %}


{# A ratio of two sums; null ("no data") if the second is 0. #}
{% macro rate(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}


{# Makes in the database what an engine lacks, such as a function for dates that may be unreadable. #}
{% macro create_missing_functions() -%}
    {{ adapter.dispatch('create_missing_functions')() }}
{%- endmacro %}

{% macro default__create_missing_functions() -%}
{%- endmacro %}


{# After a table is built: lets the engine look at it, so that it plans the queries that read it well. #}
{% macro analyze() -%}
    {{ adapter.dispatch('analyze')() }}
{%- endmacro %}

{% macro default__analyze() -%}
{%- endmacro %}


{# A decimal with room for a product. DuckDB multiplies two DECIMAL(18) into 18 digits, ten of them decimals, and fails on overflow. #}
{% macro as_wide_decimal(number) -%}
    cast({{ number }} as decimal(38, 6))
{%- endmacro %}


{# A product with all its digits, of a number with up to 6 decimals and one of at most DECIMAL(18, 6). #}
{% macro exact_product(left, right) -%}
    {{ as_wide_decimal(left) }} * {{ right }}
{%- endmacro %}


{# A product as an amount of money, with six decimals. #}
{% macro money_product(left, right) -%}
    cast({{ exact_product(left, right) }} as decimal(38, 6))
{%- endmacro %}


{# A number as a decimal of this type; null if it is too large for it. #}
{% macro fitting_decimal(number, precision, scale) -%}
    case
        when abs({{ number }}) < 1e{{ precision - scale - 1 }}
            then cast({{ number }} as decimal({{ precision }}, {{ scale }}))
    end
{%- endmacro %}


{# An amount of money in the reporting currency, with six decimals. Beyond a trillion, a product of two long decimals may overflow. #}
{% macro reporting_value(value, exchange_rate) -%}
    case
        when abs({{ value }}) < 1e12
            then cast(cast({{ value }} as decimal(26, 6)) * cast({{ exchange_rate }} as decimal(20, 12)) as decimal(38, 6))
        else
            {{ fitting_decimal(
                'cast(' ~ value ~ ' as double) * cast(' ~ exchange_rate ~ ' as double)', 38, 6
            ) }}
    end
{%- endmacro %}

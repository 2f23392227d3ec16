{# All SQL that differs between engines. To support another engine, add a macro with its prefix beside each `duckdb__` one. #}

{# Text without surrounding blanks, tabs, line breaks and invisible characters, in one Unicode spelling (NFC); null if nothing is left. #}
{% macro trimmed(text) -%}
    {{ adapter.dispatch('trimmed')(text) }}
{%- endmacro %}

{% macro duckdb__trimmed(text) -%}
    nullif(
        trim(
            nfc_normalize({{ text }}),
            concat(' ', chr(9), chr(10), chr(11), chr(12), chr(13), chr(160), chr(8203), chr(65279))
        ),
        ''
    )
{%- endmacro %}


{# The date of an instant in the account's time zone. #}
{% macro local_date(instant) -%}
    {{ adapter.dispatch('local_date')(instant) }}
{%- endmacro %}

{% macro duckdb__local_date(instant) -%}
    cast(timezone('{{ var("account_timezone") }}', {{ instant }}) as date)
{%- endmacro %}


{# Parses a date as the API writes it. Without a time zone, it is taken as written. An instant with an offset (ISO 8601 or RFC 822)
   is first converted to the account's time zone. Null if it can't be read. #}
{% macro parse_source_date(text) -%}
    {{ adapter.dispatch('parse_source_date')(text) }}
{%- endmacro %}

{% macro duckdb__parse_source_date(text) -%}
    case
        when {{ _duckdb_has_offset(text) }}
            then {{ local_date(_duckdb_instant(text)) }}
        else
            {% if var('date_format') -%}
                coalesce(cast(try_strptime({{ text }}, '{{ var("date_format") }}') as date), try_cast({{ text }} as date))
            {%- else -%}
                try_cast({{ text }} as date)
            {%- endif %}
    end
{%- endmacro %}

{% macro _duckdb_has_offset(text) -%}
    regexp_matches({{ text }}, ':\d\d.*([+-]\d\d(:?\d\d)?|Z|GMT|UTC?)\s*$')
{%- endmacro %}

{% macro _duckdb_instant(text) -%}
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


{# The same date in a spelling that no time zone changes: an instant in UTC, a date without a zone as written. `parse_source_date`
   reads it. Null if it can't be read. #}
{% macro source_date_key(text) -%}
    {{ adapter.dispatch('source_date_key')(text) }}
{%- endmacro %}

{% macro duckdb__source_date_key(text) -%}
    case
        when {{ _duckdb_has_offset(text) }}
            then strftime(timezone('UTC', {{ _duckdb_instant(text) }}), '%Y-%m-%dT%H:%M:%SZ')
        else cast({{ parse_source_date(text) }} as varchar)
    end
{%- endmacro %}


{# Whether a regular expression is found in a text. Patterns have no backslash, because engines escape it differently. #}
{% macro is_matched(text, pattern) -%}
    {{ adapter.dispatch('is_matched')(text, pattern) }}
{%- endmacro %}

{% macro duckdb__is_matched(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}


{# What the first group of a regular expression matches; null if nothing. #}
{% macro first_group(text, pattern) -%}
    {{ adapter.dispatch('first_group')(text, pattern) }}
{%- endmacro %}

{% macro duckdb__first_group(text, pattern) -%}
    nullif(regexp_extract({{ text }}, '{{ pattern }}', 1), '')
{%- endmacro %}


{# The text with every match of a regular expression replaced. #}
{% macro with_matches_replaced(text, pattern, replacement) -%}
    {{ adapter.dispatch('with_matches_replaced')(text, pattern, replacement) }}
{%- endmacro %}

{% macro duckdb__with_matches_replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}


{# The value of a custom field of an order; null if it has none. The name's case doesn't matter. The API's `custom_fields` is JSON of any
   shape: an object, a list of objects with `name` or `field` and `value`, or text with `field=value`, one or several. #}
{% macro custom_field(custom_fields, name) -%}
    {{ adapter.dispatch('custom_field')(custom_fields, name) }}
{%- endmacro %}

{% macro duckdb__custom_field(custom_fields, name) -%}
    {%- set json = 'try_cast(' ~ custom_fields ~ ' as json)' -%}
    {%- set text = "coalesce(" ~ json ~ " ->> '$', " ~ custom_fields ~ ")" -%}
    list_extract(
        list_filter(
            coalesce(
                list_transform(
                    map_entries(try_cast({{ json }} as map(varchar, json))),
                    lambda field: struct_pack(name := field.key, value := field.value ->> '$')
                ),
                list_transform(
                    coalesce(
                        try_cast({{ json }} as json[]),
                        list_transform(
                            string_split(
                                regexp_replace({{ text }}, '[,;&|\r\n]+\s*([^=,;&|\r\n]+=)', chr(10) || '\1', 'g'), chr(10)
                            ),
                            lambda pair: to_json(pair)
                        )
                    ),
                    lambda field: struct_pack(
                        name := coalesce(field ->> 'name', field ->> 'field', split_part(field ->> '$', '=', 1)),
                        value := case json_type(field)
                            when 'VARCHAR' then regexp_extract(field ->> '$', '=(.*)', 1)
                            else field ->> 'value'
                        end
                    )
                )
            ),
            lambda field: lower({{ trimmed('field.name') }}) = '{{ dbt.escape_single_quotes(name | trim | lower) }}'
        ),
        1
    ).value
{%- endmacro %}


{# The `id` of each object in a JSON list, for a select list: one row per object. #}
{% macro each_id_in(json) -%}
    {{ adapter.dispatch('each_id_in')(json) }}
{%- endmacro %}

{% macro duckdb__each_id_in(json) -%}
    unnest(list_transform(try_cast({{ json }} as json[]), lambda each: each ->> 'id'))
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

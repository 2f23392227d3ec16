{# The day that the reports look from. The only place that knows what day it is. #}
{% macro as_of_date() -%}
    {%- set timezone = modules.pytz.timezone(var('account_timezone')) -%}
    cast('{{ var("as_of_date") or run_started_at.astimezone(timezone).date() }}' as date)
{%- endmacro %}


{# The cost of one unit after discount: the line's own, or else that of its order. #}
{% macro unit_cost(unit_price, discount_pct, default_discount_pct, is_discount_enabled) -%}
    cast(
        case
            when {{ is_discount_enabled }}
                then
                    {{ as_wide_decimal(unit_price) }}
                    * (100 - coalesce({{ discount_pct }}, {{ default_discount_pct }}, 0))
                    * 0.01
            else {{ unit_price }}
        end as decimal(18, 6)
    )
{%- endmacro %}


{# What must have arrived for a line to count as in full. #}
{% macro quantity_required(quantity_ordered) -%}
    cast(
        {{ as_wide_decimal(quantity_ordered) }} * (100 - {{ var('in_full_under_tolerance_pct') }}) * 0.01
        as decimal(18, 4)
    )
{%- endmacro %}


{# More than this is an over-receipt. #}
{% macro quantity_tolerated(quantity_ordered) -%}
    {{ as_wide_decimal(quantity_ordered) }} * (100 + {{ var('over_receipt_tolerance_pct') }}) * 0.01
{%- endmacro %}


{# The month that a line is reported in, by its promise or else by its order, and which of them it was. #}
{% macro report_month() -%}
    {{ month_of('coalesce(promise_date, sent_date)') }}
{%- endmacro %}

{% macro month_source() -%}
    case
        when promise_date is not null then 'promise'
        when sent_date is not null then 'order'
        else 'none'
    end
{%- endmacro %}


{# The days between which goods arrive on time; null where there is no such bound. #}
{% macro first_on_time_date(promise_date) -%}
    {%- if var('early_tolerance_days') is none -%}
        cast(null as date)
    {%- else -%}
        {{ days_after(promise_date, -var('early_tolerance_days')) }}
    {%- endif -%}
{%- endmacro %}

{% macro last_on_time_date(promise_date) -%}
    {{ days_after(promise_date, var('on_time_grace_days')) }}
{%- endmacro %}


{# The mean of the terms that are known, each by its weight; a term that is not named in the weights
   weighs nothing. #}
{% macro weighted_mean(terms, weights) -%}
    cast(
        (
            {%- for name, term in terms.items() %}
            {{ '+ ' if not loop.first }}{{ weights.get(name, 0) }} * coalesce({{ term }}, 0)
            {%- endfor %}
        ) as double
    )
    / nullif(
        cast(
            (
                {%- for name, term in terms.items() %}
                {{ '+ ' if not loop.first -}}
                case when {{ term }} is null then 0 else {{ weights.get(name, 0) }} end
                {%- endfor %}
            ) as double
        ), 0
    )
{%- endmacro %}


{# The promise is so long ago that nobody waits for the goods any more. #}
{% macro is_ignored(promise_current) -%}
    {%- if var('ignore_unreceived_after_days') is none -%}
        false
    {%- else -%}
        coalesce(
            {{ promise_current }}
            < {{ days_after(as_of_date(), -var('ignore_unreceived_after_days')) }}, false
        )
    {%- endif -%}
{%- endmacro %}


{# The sum of values in the reporting currency; null, rather than too little, where the rate of a row
   that is worth something in its own currency is not known. #}
{% macro sum_of_reporting(value, among='true') -%}
    case
        when count(*) filter (where {{ among }} and {{ value }} <> 0 and {{ value }}_reporting is null) = 0
            then sum({{ value }}_reporting) filter (where {{ among }})
    end
{%- endmacro %}


{# The spans of days that reports sum over; each ends with the day that they look from. #}
{% macro periods() -%}
    {%- for days in [365, 90] -%}
        select
            '{{ days }}' as period,
            {{ days }} as period_days
        union all
    {% endfor -%}
    select
        'all' as period,
        cast(null as integer) as period_days
{%- endmacro %}


{# The currency that values are also shown in; null where none is set. #}
{% macro reporting_currency() -%}
    {%- if var('reporting_currency') -%}
        '{{ dbt.escape_single_quotes(var("reporting_currency") | trim | upper) }}'
    {%- else -%}
        cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

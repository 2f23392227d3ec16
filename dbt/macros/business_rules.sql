{# The date that the reports are as of. Nothing else reads the current date. #}
{% macro as_of_date() -%}
    {%- set timezone = modules.pytz.timezone(var('account_timezone')) -%}
    cast('{{ var("as_of_date") or run_started_at.astimezone(timezone).date() }}' as date)
{%- endmacro %}


{# The expected date of a version in purchase_order_snapshots, in the account's time zone as it is now. A version without a key is from
   before the column existed and takes the key of another version of the order with the same date. #}
{% macro seen_expected_date(versions) -%}
    {%- set key -%}
        coalesce(
            {{ versions }}.expected_date_key,
            min({{ versions }}.expected_date_key) over (
                partition by
                    {{ versions }}.account_id,
                    {{ versions }}.purchase_order_id,
                    {{ versions }}.expected_date
            )
        )
    {%- endset -%}
    case
        when {{ versions }}.expected_date is null or {{ key }} is null
            then {{ versions }}.expected_date
        else {{ parse_source_date(key) }}
    end
{%- endmacro %}


{# The cost of one unit after the line's discount, or else the order's. #}
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


{# The received quantity from which a line is in full. #}
{% macro quantity_required(quantity_ordered) -%}
    cast(
        {{ as_wide_decimal(quantity_ordered) }} * (100 - {{ var('in_full_under_tolerance_pct') }}) * 0.01
        as decimal(18, 4)
    )
{%- endmacro %}


{# The last day on which goods are on time. #}
{% macro last_on_time_date(promise_date) -%}
    {{ days_after(promise_date, var('on_time_grace_days')) }}
{%- endmacro %}


{# The weighted mean of the terms that are known. A term without a weight is ignored. #}
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


{# A percentile of whole numbers, interpolated and rounded up, where a row stands for as many of them as it counts: `count_up_to` counts
   them up to this row's value, and `count_all` all of the group. #}
{% macro percentile_of_counts(share, value, count_up_to, count_all) -%}
    {%- set place = share ~ ' * (' ~ count_all ~ ' - 1)' -%}
    {%- set below = 'min(' ~ value ~ ') filter (where ' ~ count_up_to ~ ' > floor(' ~ place ~ '))' -%}
    {%- set above = 'min(' ~ value ~ ') filter (where ' ~ count_up_to ~ ' > ceiling(' ~ place ~ '))' -%}
    cast(
        ceiling({{ below }} + ({{ above }} - {{ below }}) * max({{ place }} - floor({{ place }})))
        as integer
    )
{%- endmacro %}


{# The sum of values in the reporting currency; null, rather than too small a sum, if the rate of a row with a value is missing. #}
{% macro sum_of_reporting(value, among='true') -%}
    case
        when count(*) filter (where {{ among }} and {{ value }} <> 0 and {{ value }}_reporting is null) = 0
            then sum({{ value }}_reporting) filter (where {{ among }})
    end
{%- endmacro %}


{# The periods that reports sum over, each ending on the date of the reports. #}
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


{# The currency in which values are also shown; null if none is set. #}
{% macro reporting_currency() -%}
    {%- if var('reporting_currency') -%}
        '{{ dbt.escape_single_quotes(var("reporting_currency") | trim | upper) }}'
    {%- else -%}
        cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}


{# The ABC class of a spender: the share of spend of all larger ones decides, so the largest is an A. #}
{% macro abc_class(spend_share_before) -%}
    case
        when {{ spend_share_before }} < {{ var('abc_thresholds')[0] }} then 'A'
        when {{ spend_share_before }} < {{ var('abc_thresholds')[1] }} then 'B'
        when {{ spend_share_before }} is not null then 'C'
    end
{%- endmacro %}

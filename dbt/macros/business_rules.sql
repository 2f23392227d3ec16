{# The current day in the time zone of the var, whatever the zones of single accounts: reports of several accounts have one date. Nothing else
   reads the clock. #}
{% macro today() -%}
    {{ return(run_started_at.astimezone(modules.pytz.timezone(var('account_timezone'))).date() | string) }}
{%- endmacro %}


{# The date that the reports are as of, as text. `inventory-planner` gives it in the environment, and it is read only to execute: a var or an
   environment variable that changes every day would make dbt parse the whole project again every day. #}
{% macro as_of_day() -%}
    {%- set given = env_var('INVENTORY_PLANNER_AS_OF_DATE', '') if execute else '' -%}
    {{ return((var('as_of_date') or given or today()) | string) }}
{%- endmacro %}


{# The date that the reports are as of. #}
{% macro as_of_date() -%}
    cast('{{ as_of_day() }}' as date)
{%- endmacro %}


{# Whether the reports show an earlier day, on which what was created, changed or received since did not exist yet. #}
{% macro is_as_of_date_past() -%}
    {{ return(as_of_day() < today()) }}
{%- endmacro %}


{# Whether something that was recorded on this date was known on the date of the reports. #}
{% macro is_known_by(date) -%}
    {%- if is_as_of_date_past() -%}
        coalesce({{ date }} <= {{ as_of_date() }}, true)
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}


{# Whether an order is in the reports: it existed on their date, and was not deleted since, because deleted orders have no history. #}
{% macro is_order_existing(created_date, deleted_at) -%}
    {{ deleted_at }} is null and {{ is_known_by(created_date) }}
{%- endmacro %}


{# Whether a raw row's order is in the marts; one that makes a model or test fail is left out until it changes. #}
{% macro is_included(prefix='') -%}
    ({{ prefix }}_account_id, {{ prefix }}purchase_order_id) not in (
        select
            excluded._account_id,
            excluded.purchase_order_id
        from {{ source('inventory_planner', '_excluded_orders') }} as excluded
    )
{%- endmacro %}


{# The date; null if it is too early or too late to be meant, such as year 1 or 9999, which systems write for "none". #}
{% macro plausible_date(date) -%}
    case
        when
            {{ date }} >= cast('{{ var("plausible_dates_from") }}-01-01' as date)
            and {{ date }}
            <= cast({{ dbt.dateadd('year', var('plausible_years_ahead'), as_of_date()) }} as date)
            then {{ date }}
    end
{%- endmacro %}


{# How many months there are from the first plausible date up to the end of the year of the reports. #}
{% macro count_plausible_months() -%}
    {%- set last_year = as_of_day()[:4] | int -%}
    {{ return((last_year - var('plausible_dates_from') | int + 1) * 12) }}
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
        else {{ parse_source_date(key, versions ~ '.account_id') }}
    end
{%- endmacro %}


{# The quantity; 0 if it is too large to be meant, such as a barcode in the wrong field. #}
{% macro plausible_quantity(quantity) -%}
    case when abs({{ quantity }}) < {{ var('plausible_quantity') }} then {{ quantity }} else 0 end
{%- endmacro %}


{# Whether a discount can't be one: it would make a cost negative or raise it. #}
{% macro is_discount_implausible(discount_pct, default_discount_pct, is_discount_enabled) -%}
    {{ is_discount_enabled }} and {{ _stated_discount(discount_pct, default_discount_pct) }} not between 0 and 100
{%- endmacro %}

{% macro _stated_discount(discount_pct, default_discount_pct) -%}
    coalesce({{ discount_pct }}, {{ default_discount_pct }}, 0)
{%- endmacro %}


{# The cost of one unit after the line's discount, or else the order's; without a discount that can't be one. #}
{% macro unit_cost(unit_price, discount_pct, default_discount_pct, is_discount_enabled) -%}
    cast(
        case
            when
                {{ is_discount_enabled }}
                and {{ _stated_discount(discount_pct, default_discount_pct) }} between 0 and 100
                then
                    {{ as_wide_decimal(unit_price) }}
                    * (100 - {{ _stated_discount(discount_pct, default_discount_pct) }})
                    * 0.01
            else {{ unit_price }}
        end as decimal(18, 6)
    )
{%- endmacro %}


{# What was received of a line, at most the quantity that it is judged by. #}
{% macro capped(quantity, basis_quantity) -%}
    least(greatest({{ quantity }}, 0), {{ basis_quantity }})
{%- endmacro %}


{# The received quantity from which a line is in full. #}
{% macro quantity_required(quantity_ordered) -%}
    cast(
        {{ as_wide_decimal(quantity_ordered) }} * (100 - {{ var('in_full_under_tolerance_pct') }}) * 0.01
        as decimal(18, 4)
    )
{%- endmacro %}


{# The day before which goods are early; without a tolerance, the promise. #}
{% macro first_on_time_date(promise_date) -%}
    {{ days_after(promise_date, '-' ~ (var('early_tolerance_days') or 0)) }}
{%- endmacro %}


{# The last day on which goods are on time. #}
{% macro last_on_time_date(promise_date) -%}
    {{ days_after(promise_date, var('on_time_grace_days')) }}
{%- endmacro %}


{# The points of 100 that a term adds to a score: its share of the weights of the known terms; null if it is unknown or there is no score. #}
{% macro score_points(name, terms, weights) -%}
    case
        when not is_low_sample
            then
                100 * {{ weights.get(name, 0) }} * cast({{ terms[name] }} as double)
                / nullif({{ _known_weights(terms, weights) }}, 0)
    end
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
    / nullif({{ _known_weights(terms, weights) }}, 0)
{%- endmacro %}

{% macro _known_weights(terms, weights) -%}
    cast(
        (
            {%- for name, term in terms.items() %}
            {{ '+ ' if not loop.first -}}
            case when {{ term }} is null then 0 else {{ weights.get(name, 0) }} end
            {%- endfor %}
        ) as double
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


{# The periods that reports sum over, each ending on the date of the reports, and by choice also those of the same length before them. The
   days are counted back from that date, which is 0. #}
{% macro periods(with_earlier=false) -%}
    {%- for days in [365, 90] -%}
        select
            '{{ days }}' as period,
            0 as first_days_ago,
            {{ days - 1 }} as last_days_ago
        union all
        {% if with_earlier -%}
            select
                '{{ days }} before' as period,
                {{ days }} as first_days_ago,
                {{ 2 * days - 1 }} as last_days_ago
            union all
        {% endif -%}
    {% endfor -%}
    select
        'all' as period,
        cast(null as integer) as first_days_ago,
        cast(null as integer) as last_days_ago
{%- endmacro %}


{# Whether a number of days before the date of the reports is in the period of `periods`. #}
{% macro is_in_period(days_ago) -%}
    periods.last_days_ago is null
    or {{ days_ago }} between periods.first_days_ago and periods.last_days_ago
{%- endmacro %}


{# The ABC class of a spender: the share of spend of all larger ones decides, so the largest is an A. #}
{% macro abc_class(spend_share_before) -%}
    case
        when {{ spend_share_before }} < {{ var('abc_thresholds')[0] }} then 'A'
        when {{ spend_share_before }} < {{ var('abc_thresholds')[1] }} then 'B'
        when {{ spend_share_before }} is not null then 'C'
    end
{%- endmacro %}

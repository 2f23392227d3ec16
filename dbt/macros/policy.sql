{# The day that the reports look from. The only place that knows what day it is. #}
{% macro as_of_date() -%}
    {%- set timezone = modules.pytz.timezone(var('account_timezone')) -%}
    cast('{{ var("as_of_date") or run_started_at.astimezone(timezone).date() }}' as date)
{%- endmacro %}


{# What must have arrived for a line to count as in full. #}
{% macro quantity_required(quantity_ordered) -%}
    cast({{ quantity_ordered }} * (100 - {{ var('in_full_under_tolerance_pct') }}) * 0.01 as decimal(18, 4))
{%- endmacro %}


{# The status type that the account itself gave to a status name; null where it gave none. #}
{% macro status_type_by_account(status) -%}
    {%- if var('status_types') -%}
        case upper({{ status }})
        {%- for name, status_type in var('status_types').items() %}
            when '{{ dbt.escape_single_quotes(name | trim | upper) }}' then '{{ status_type }}'
        {%- endfor %}
        end
    {%- else -%}
        cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

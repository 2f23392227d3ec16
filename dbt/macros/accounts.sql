{# What differs between accounts: the var `accounts` has, by account id, the vars of which an account has a value of its own. #}

{# A var's own values by account id. #}
{% macro own_values(name) -%}
    {%- set values = {} -%}
    {%- for id, own in var('accounts').items() if name in own -%}
        {%- do values.update({id: own[name]}) -%}
    {%- endfor -%}
    {{ return(values) }}
{%- endmacro %}


{# SQL that depends on the account of a row: its own of `expressions`, which are by account id, or else `default`. #}
{% macro by_account(account_id, expressions, default) -%}
    {%- if expressions -%}
        case {{ account_id }}
            {%- for id, expression in expressions.items() %}
            when '{{ dbt.escape_single_quotes(id) }}' then {{ expression }}
            {%- endfor %}
            else {{ default }}
        end
    {%- else -%}
        {{ default }}
    {%- endif -%}
{%- endmacro %}


{# The value of a text var for a row's account; `default` is SQL for accounts without one, by default the var's own value. #}
{% macro account_text(name, account_id, default=none) -%}
    {%- set expressions = {} -%}
    {%- for id, value in own_values(name).items() -%}
        {%- do expressions.update({id: _text(value)}) -%}
    {%- endfor -%}
    {{ by_account(account_id, expressions, default or _text(var(name))) }}
{%- endmacro %}

{% macro _text(value) -%}
    {%- if value -%}
        '{{ dbt.escape_single_quotes(value | string) }}'
    {%- else -%}
        cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}


{# The name of a row's account for people; without one, its id. #}
{% macro account_name(account_id) -%}
    {{ account_text('name', account_id, default=account_id) }}
{%- endmacro %}


{# The time zone of a row's account. #}
{% macro account_timezone(account_id) -%}
    {{ account_text('account_timezone', account_id) }}
{%- endmacro %}


{# The currency in which the values of a row's account are also shown; null if it has none. #}
{% macro reporting_currency(account_id) -%}
    upper(trim({{ account_text('reporting_currency', account_id) }}))
{%- endmacro %}


{# Who buys, by the custom field that the order's account has for it. #}
{% macro buyer(custom_fields, account_id) -%}
    {%- set expressions = {} -%}
    {%- for id, name in own_values('buyer_field').items() -%}
        {%- do expressions.update({id: trimmed(custom_field(custom_fields, name))}) -%}
    {%- endfor -%}
    {{ by_account(account_id, expressions, trimmed(custom_field(custom_fields, var('buyer_field')))) }}
{%- endmacro %}


{# The rows of the var `status_types`, of all accounts and of single ones, as further parts of a union. Where two of them differ only in case,
   the first counts. #}
{% macro status_type_vars() -%}
    {%- set own_types = own_values('status_types') -%}
    {%- for id in [none] + (own_types.keys() | list) -%}
        {%- set types = {} -%}
        {%- for name, type in (own_types.get(id) or (var('status_types') if id is none else {})).items() -%}
            {%- do types.setdefault(name | trim | upper, type) -%}
        {%- endfor -%}
        {%- for name, type in types.items() %}
        union all
        select {{ _text(id) }}, {{ _text(name) }}, '{{ type }}', true
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}


{# Whether a warehouse combines others, whose figures it repeats. #}
{% macro is_combined_warehouse(warehouse_id, warehouse_type, account_id) -%}
    {%- set expressions = {} -%}
    {%- for id, names in own_values('combined_warehouses').items() -%}
        {%- do expressions.update({id: _is_one_of(warehouse_id, names)}) -%}
    {%- endfor -%}
    (
        lower({{ warehouse_id }}) like '%combined%'
        or coalesce(lower({{ warehouse_type }}) like '%combined%', false)
        or {{ by_account(account_id, expressions, _is_one_of(warehouse_id, var('combined_warehouses'))) }}
    )
{%- endmacro %}

{% macro _is_one_of(id, names) -%}
    {%- for name in names -%}
        {{ ' or ' if not loop.first }}{{ id }} = '{{ dbt.escape_single_quotes(name | string) }}'
    {%- else -%}
        false
    {%- endfor -%}
{%- endmacro %}


{# The rows of a seed for each account: those of its own, and those for all accounts, which have no `account_id`, unless the account has rows
   of its own with the same key. `columns` has SQL by column name; the first is the key. `applies` limits the rows for all accounts. #}
{% macro seed_by_account(seed, columns, applies='true') -%}
    select
        account_id,
        {{ columns | join(', ') }}
    from (
        select
            accounts.account_id,
            {%- for name, expression in columns.items() %}
            {{ expression }} as {{ name }},
            {%- endfor %}
            rank() over (
                partition by accounts.account_id, {{ columns.values() | first }}
                order by case when {{ trimmed('seeds.account_id') }} is null then 1 else 0 end
            ) as place
        from {{ ref('accounts') }} as accounts
        inner join {{ ref(seed) }} as seeds
            on
                accounts.account_id = {{ trimmed('seeds.account_id') }}
                or ({{ trimmed('seeds.account_id') }} is null and {{ applies }})
    ) as ranked
    where place = 1
{%- endmacro %}


{# The exchange rates of each account. Those for all accounts are rates to the currency of the var `reporting_currency`. #}
{% macro exchange_rates_by_account() -%}
    {{ seed_by_account(
        'exchange_rates',
        {'currency_code': 'upper(' ~ trimmed('seeds.currency_code') ~ ')', 'valid_from': 'valid_from', 'rate': 'rate'},
        applies=reporting_currency('accounts.account_id') ~ ' = upper(trim(' ~ _text(var('reporting_currency')) ~ '))'
    ) }}
{%- endmacro %}


{# The vendors that were renamed, in each account. #}
{% macro vendor_aliases_by_account() -%}
    {{ seed_by_account('vendor_aliases', {
        'old_vendor_id': 'lower(' ~ trimmed('seeds.old_vendor_id') ~ ')',
        'vendor_id': 'lower(' ~ trimmed('seeds.vendor_id') ~ ')',
        'vendor_name': trimmed('seeds.vendor_name'),
    }) }}
{%- endmacro %}


{# The display names of warehouses, in each account. #}
{% macro warehouse_names_by_account() -%}
    {{ seed_by_account('warehouse_names', {
        'warehouse_id': trimmed('seeds.warehouse_id'),
        'warehouse_name': trimmed('seeds.warehouse_name'),
    }) }}
{%- endmacro %}

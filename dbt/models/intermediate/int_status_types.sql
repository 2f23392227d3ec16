{{ config(materialized='view') }}

{# The account's own names; where two differ only in case, the first counts. -#}
{%- set own_types = {} -%}
{%- for name in var('status_types') -%}
    {%- do own_types.setdefault(name | trim | upper, var('status_types')[name]) -%}
{%- endfor -%}

with

seed_types as (

    select
        upper({{ trimmed('status') }}) as status_name,
        status_type
    from {{ ref('order_statuses') }}

),

own_types as (

    select
        status_name,
        status_type
    from seed_types
    where false
    {%- for name, status_type in own_types.items() %}
        union all
        select
            '{{ name | replace("'", "''") }}' as status_name,
            '{{ status_type }}' as status_type
    {%- endfor %}

)

select * from own_types
union all
select * from seed_types
where status_name not in (select own_types.status_name from own_types)

{# Models of orders and of what belongs to them are incremental: where only some orders changed since
   the last build, those alone are built again. `inventory-planner run` knows when that is enough, and
   says so by an environment variable, for a var that changes would have dbt parse the whole project
   anew. Whoever calls dbt without it builds all rows. #}

{# The instant up to which the marts show what was read, '' where all has to be built anew. #}
{% macro built_until() -%}
    {%- do return(env_var('INVENTORY_PLANNER_BUILT_UNTIL', '')) -%}
{%- endmacro %}


{# In place of dbt's own, which waits for `--full-refresh`. #}
{% macro should_full_refresh() -%}
    {%- do return(not built_until()) -%}
{%- endmacro %}


{# Narrows the rows of a relation that has both ids to changed orders, in a partial build. What dbt reads
   while it parses, it would parse anew whenever it changes; and unit tests have no relation to ask for. #}
{% macro of_changed_orders() -%}
    {%- if execute and built_until() and is_incremental() -%}
        {{ _where_order_changed() }}
    {%- endif -%}
{%- endmacro %}


{# A source and no ref: all models that use it stand on this table already. A deleted order counts as
   changed for ever: it is marked without being read, and has no rows in marts. #}
{% macro _where_order_changed() %}
    where exists (
        select 1
        from (
            select
                _account_id as changed_account_id,
                purchase_order_id as changed_purchase_order_id
            from {{ source('inventory_planner', 'purchase_orders') }}
            where
                __synced_at > cast('{{ built_until() }}' as timestamp with time zone)
                or _deleted_at is not null
        ) as changed_orders
        where
            changed_orders.changed_account_id = account_id
            and changed_orders.changed_purchase_order_id = purchase_order_id
    )
{%- endmacro %}


{# The incremental strategy `changed_orders`: rows of orders that are gone have to go as well, which
   a strategy that knows only the new rows can't do. #}
{% macro get_incremental_changed_orders_sql(arg_dict) %}
    {%- set columns = arg_dict.dest_columns | map(attribute='quoted') | join(', ') -%}
    delete from {{ arg_dict.target_relation }}
    {{ _where_order_changed() }};
    insert into {{ arg_dict.target_relation }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict.temp_relation }}
{% endmacro %}


{# Before dbt changes anything. `inventory-planner` notes its build again once all tests have passed. #}
{% macro forget_build() -%}
    {%- if target.name == 'warehouse' -%}
        drop table if exists inventory_planner._built
    {%- endif -%}
{%- endmacro %}

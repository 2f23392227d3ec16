{# Tables and views are replaced by one statement, in the transaction that also comments them. dbt-duckdb builds each under
   another name, renames two relations and drops one: four statements more, an eighth of a small build. #}

{% materialization table, adapter='duckdb' %}
    {{ return(replace_relation('table')) }}
{% endmaterialization %}


{% materialization view, adapter='duckdb' %}
    {{ return(replace_relation('view')) }}
{% endmaterialization %}


{% macro replace_relation(type) -%}
    {%- set relation = this.incorporate(type=type) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing and existing.type != type -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        {%- if config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(sql) }}
        {%- endif %}
create or replace {{ type }} {{ relation }} as
{{ get_select_subquery(sql) if config.get('contract').enforced else sql }};
        {{ comments_of(relation, model) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{%- endmacro %}


{# Compares the contract with one query. dbt's own comparison sends two and takes a template call for each column, a tenth
   of a small build; here it only explains a difference. #}
{% macro duckdb__get_assert_columns_equivalent(sql) -%}
    {%- set columns = [] -%}
    {%- for column in adapter.get_column_schema_from_query(sql) -%}
        {%- do columns.append((column.name, column.dtype | lower)) -%}
    {%- endfor -%}
    {%- set contract = [] -%}
    {%- for column in model.columns.values() -%}
        {%- do contract.append((column.name, column.data_type | replace('timestamptz', 'timestamp with time zone'))) -%}
    {%- endfor -%}
    {%- if columns | sort != contract | sort -%}
        {{ assert_columns_equivalent(sql) }}
    {%- endif -%}
{%- endmacro %}

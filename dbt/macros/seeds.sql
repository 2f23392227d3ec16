{# After a seed is loaded, adds the rows of your file of the same name. The command leaves a clean copy of each of your seed files in
   `dbt/seeds/` beside the database: UTF-8, commas, decimal points, exactly the seed's columns. Engines that can't see your files load
   only the project's own seeds. With the meta `is_replaced_by_own_rows`, your rows for all accounts take the place of
   the project's. #}
{% macro add_own_rows() -%}
    {{ adapter.dispatch('add_own_rows')() }}
{%- endmacro %}

{% macro default__add_own_rows() -%}
{%- endmacro %}

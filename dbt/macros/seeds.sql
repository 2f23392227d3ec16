{# After a seed is loaded, adds the rows of a CSV file of the same name in `seeds/` beside the database, so that you can fill seeds
   without changing an installed package. Engines that can't see your files load only the project's own seeds. #}
{% macro add_own_rows() -%}
    {{ adapter.dispatch('add_own_rows')() }}
{%- endmacro %}

{% macro default__add_own_rows() -%}
{%- endmacro %}

{% macro duckdb__add_own_rows() -%}
    {%- if execute -%}
        {%- set folder = modules.re.sub('[^/\\\\]*$', '', target.path) -%}
        {%- set files = modules.re.sub('([*?[])', '[\\1]', folder) ~ 'seeds/' ~ model.name ~ '.csv' -%}
        {%- set path = dbt.escape_single_quotes(files) -%}
        {%- if run_query("select file from glob('" ~ path ~ "')").rows -%}
            insert into {{ this }} by name
            select * from read_csv('{{ path }}', header = true, all_varchar = true)
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# After a seed was loaded, the rows of the file of its name in the folder `seeds` beside the database,
   if there is one. So users of an installed package fill seeds without touching it. An engine that
   can't see the user's files has the seeds of the project alone. #}
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

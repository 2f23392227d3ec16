{# After a seed is loaded, adds the rows of your file of the same name. The command leaves a clean copy of each of your seed files in
   `dbt/seeds/` beside the database: UTF-8, commas, decimal points, exactly the seed's columns. Engines that can't see your files load
   only the project's own seeds. With the meta `is_replaced_by_own_rows`, your rows take the place of the project's. #}
{% macro add_own_rows() -%}
    {{ adapter.dispatch('add_own_rows')() }}
{%- endmacro %}

{% macro default__add_own_rows() -%}
{%- endmacro %}

{% macro duckdb__add_own_rows() -%}
    {%- if execute -%}
        {%- set folder = modules.re.sub('[^/\\\\]*$', '', target.path) -%}
        {%- set files = modules.re.sub('([*?[])', '[\\1]', folder) ~ 'dbt/seeds/' ~ model.name ~ '.csv' -%}
        {%- set path = dbt.escape_single_quotes(files) -%}
        {%- if run_query("select file from glob('" ~ path ~ "')").rows -%}
            {%- set own_rows -%}
                read_csv('{{ path }}', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"')
            {%- endset -%}
            {%- if model.config.meta.get('is_replaced_by_own_rows') -%}
                delete from {{ this }} where exists (select * from {{ own_rows }});
            {% endif -%}
            insert into {{ this }} by name select * from {{ own_rows }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

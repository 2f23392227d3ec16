{# Makes comments of the descriptions of the raw tables and their columns, as dbt itself does for what it builds. #}
{% macro comment_on_sources() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set comments -%}
            {%- for source in graph.sources.values() -%}
                {%- set table = adapter.get_relation(source.database, source.schema, source.identifier) -%}
                {%- if table -%}
                    {{ alter_relation_comment(table, source.description) }}
                    {{ alter_column_comment(table, source.columns) }}
                {%- endif -%}
            {%- endfor -%}
        {%- endset -%}
        {%- if comments -%}
            {%- call statement(auto_begin=true) -%}{{ comments }}{%- endcall -%}
            {%- do adapter.commit() -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- The rows of definitions: a mart, one of its columns, and what it means for a reader. The sentences stand beside the columns,
    in the YAML of the models: `config: {meta: {plain: ...}}`. A column without one takes that of purchase_orders or, if only one
    mart has one, of that mart. -#}
{%- macro definition_rows() -%}
    {%- set plain_by_column, marts = {}, [] -%}
    {%- for node in (graph.nodes.values() if execute else []) | sort(attribute='name')
        if node.resource_type == 'model' and node.access == 'public' -%}
        {%- do marts.append(node) -%}
        {%- for column in node.columns.values() if column.config.meta.plain -%}
            {%- do plain_by_column.setdefault(column.name, {}).update({node.name: column.config.meta.plain}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for node in marts -%}
        {%- for column in node.columns.values() if column.name in plain_by_column -%}
            {%- set by_mart = plain_by_column[column.name] -%}
            {%- set only = (by_mart.values() | first) if by_mart | length == 1 else none -%}
            {%- set plain = by_mart.get(node.name) or by_mart.get('purchase_orders') or only -%}
            {%- if plain -%}
                ('{{ node.name }}', '{{ column.name }}', '{{ dbt.escape_single_quotes(plain) }}'),
            {% endif -%}
        {%- endfor -%}
    {%- endfor -%}
    ('', '', '')  {# ends the list, which can't be empty #}
{%- endmacro -%}

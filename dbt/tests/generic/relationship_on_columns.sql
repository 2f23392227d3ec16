{# Every row has its parent; the key is named alike in both. #}
{% test relationship_on_columns(model, parent, columns) %}

select children.*
from {{ model }} as children
left join {{ parent }} as parents
    on
        {%- for column in columns %}
        {{ 'and ' if not loop.first }}children.{{ column }} = parents.{{ column }}
        {%- endfor %}
where parents.{{ columns[0] }} is null

{% endtest %}

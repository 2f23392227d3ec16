{# Every condition is true of every row, and null is not true. A row that fails says what broke. #}
{% test expression_is_true(model, conditions) %}

{%- for condition in conditions %}
select
    '{{ dbt.escape_single_quotes(condition) }}' as broken_condition,
    checked_rows.*
from {{ model }} as checked_rows
where not coalesce({{ condition }}, false)
{{ 'union all' if not loop.last }}
{%- endfor %}

{% endtest %}

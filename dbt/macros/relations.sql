{# Relations are named without their database, so that views still work after the file is copied under another name. #}

{% macro ref() %}
    {%- do return(builtins.ref(*varargs, **kwargs).include(database=false)) -%}
{% endmacro %}


{% macro source() %}
    {%- do return(builtins.source(*varargs).include(database=false)) -%}
{% endmacro %}


{# The custom schema as it is, without the target's schema as a prefix. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ adapter.dispatch('schema_name')((custom_schema_name or target.schema) | trim) }}
{%- endmacro %}

{% macro default__schema_name(name) -%}
    {{ name }}
{%- endmacro %}

{# One row for each struct of a list, one column for each of its fields. #}
{% macro explode_fields(structs) -%}
    {{ return(adapter.dispatch('explode_fields')(structs)) }}
{%- endmacro %}

{% macro default__explode_fields(structs) -%}
    unnest({{ structs }}, recursive := true)
{%- endmacro %}

{% macro spark__explode_fields(structs) -%}
    inline({{ structs }})
{%- endmacro %}

{# One row for each element of a list; stands alone in a select list. #}
{% macro explode_list(elements) -%}
    {{ return(adapter.dispatch('explode_list')(elements)) }}
{%- endmacro %}

{% macro default__explode_list(elements) -%}
    unnest({{ elements }})
{%- endmacro %}

{% macro spark__explode_list(elements) -%}
    explode({{ elements }})
{%- endmacro %}

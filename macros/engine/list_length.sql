{# How many elements a list has. #}
{% macro list_length(elements) -%}
    {{ return(adapter.dispatch('list_length')(elements)) }}
{%- endmacro %}

{% macro default__list_length(elements) -%}
    len({{ elements }})
{%- endmacro %}

{% macro spark__list_length(elements) -%}
    size({{ elements }})
{%- endmacro %}

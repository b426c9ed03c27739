{# The type of what `text_key` gives. #}
{% macro text_key_type() -%}
    {{ return(adapter.dispatch('text_key_type')()) }}
{%- endmacro %}

{% macro default__text_key_type() -%}
    ubigint
{%- endmacro %}

{% macro spark__text_key_type() -%}
    bigint
{%- endmacro %}

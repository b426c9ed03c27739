{# One row for each key of a comma-separated text. #}
{% macro explode_keys(keys) -%}
    {{ return(adapter.dispatch('explode_keys')(keys)) }}
{%- endmacro %}

{% macro default__explode_keys(keys) -%}
    unnest(string_split({{ keys }}, ','))
{%- endmacro %}

{% macro spark__explode_keys(keys) -%}
    explode(split({{ keys }}, ','))
{%- endmacro %}

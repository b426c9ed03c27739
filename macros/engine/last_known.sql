{# The latest value that is not null, over the named window `history`. #}
{% macro last_known(column) -%}
    {{ return(adapter.dispatch('last_known')(column)) }}
{%- endmacro %}

{% macro default__last_known(column) -%}
    last_value({{ column }} ignore nulls) over history
{%- endmacro %}

{% macro spark__last_known(column) -%}
    last_value({{ column }}, true) over history
{%- endmacro %}

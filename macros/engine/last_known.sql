{# The latest value that is not null, over a named window. #}
{% macro last_known(column, window_name) -%}
    {{ return(adapter.dispatch('last_known')(column, window_name)) }}
{%- endmacro %}

{% macro default__last_known(column, window_name) -%}
    last_value({{ column }} ignore nulls) over {{ window_name }}
{%- endmacro %}

{% macro spark__last_known(column, window_name) -%}
    last_value({{ column }}, true) over {{ window_name }}
{%- endmacro %}

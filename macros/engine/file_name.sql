{# The name of a file without its directories. #}
{% macro file_name(path) -%}
    {{ return(adapter.dispatch('file_name')(path)) }}
{%- endmacro %}

{% macro default__file_name(path) -%}
    parse_filename({{ path }})
{%- endmacro %}

{% macro spark__file_name(path) -%}
    element_at(split({{ path }}, '/'), -1)
{%- endmacro %}

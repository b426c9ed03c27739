{# A whole number as text, its thousands set apart: 1,660,000. #}
{% macro with_thousands(number) -%}
    {{ return(adapter.dispatch('with_thousands')(number)) }}
{%- endmacro %}

{% macro default__with_thousands(number) -%}
    format('{:,}', cast({{ number }} as bigint))
{%- endmacro %}

{% macro spark__with_thousands(number) -%}
    format_number(cast({{ number }} as bigint), 0)
{%- endmacro %}

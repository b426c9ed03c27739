{# The nearest whole number, of two the even one: 2.5 gives 2, 3.5 gives 4. A cast alone rounds in DuckDB and cuts in Spark. #}
{% macro nearest_whole(number) -%}
    {{ return(adapter.dispatch('nearest_whole')(number)) }}
{%- endmacro %}

{% macro default__nearest_whole(number) -%}
    cast(round_even({{ number }}, 0) as bigint)
{%- endmacro %}

{% macro spark__nearest_whole(number) -%}
    cast(bround({{ number }}) as bigint)
{%- endmacro %}

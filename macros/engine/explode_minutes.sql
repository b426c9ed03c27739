{# One row per minute from `first_minute` to `last_minute`, both included; stands alone in a select list. #}
{% macro explode_minutes(first_minute, last_minute) -%}
    {{ return(adapter.dispatch('explode_minutes')(first_minute, last_minute)) }}
{%- endmacro %}

{% macro default__explode_minutes(first_minute, last_minute) -%}
    unnest(generate_series({{ first_minute }}, {{ last_minute }}, interval 1 minute))
{%- endmacro %}

{% macro spark__explode_minutes(first_minute, last_minute) -%}
    explode(sequence({{ first_minute }}, {{ last_minute }}, interval 1 minute))
{%- endmacro %}

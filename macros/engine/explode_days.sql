{# One row per date from `first_date` to `last_date`, both included; stands alone in a select list. #}
{% macro explode_days(first_date, last_date) -%}
    {{ return(adapter.dispatch('explode_days')(first_date, last_date)) }}
{%- endmacro %}

{% macro default__explode_days(first_date, last_date) -%}
    cast(unnest(generate_series({{ first_date }}, {{ last_date }}, interval 1 day)) as date)
{%- endmacro %}

{% macro spark__explode_days(first_date, last_date) -%}
    explode(sequence({{ first_date }}, {{ last_date }}, interval 1 day))
{%- endmacro %}

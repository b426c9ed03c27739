{# Whole seconds from one instant to another, cut to the second; negative where the second comes first. #}
{% macro seconds_between(first_instant, last_instant) -%}
    {{ return(adapter.dispatch('seconds_between')(first_instant, last_instant)) }}
{%- endmacro %}

{% macro default__seconds_between(first_instant, last_instant) -%}
    date_diff('second', date_trunc('second', {{ first_instant }}), date_trunc('second', {{ last_instant }}))
{%- endmacro %}

{% macro spark__seconds_between(first_instant, last_instant) -%}
    timestampdiff(second, date_trunc('second', {{ first_instant }}), date_trunc('second', {{ last_instant }}))
{%- endmacro %}

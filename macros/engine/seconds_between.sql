{#
    Whole seconds from one instant to another, each cut to its second and none rounded; negative where the second comes
    first. From 09:00:00.9 to 09:00:01.1 is 1.
#}
{% macro seconds_between(first_instant, last_instant) -%}
    {{ return(adapter.dispatch('seconds_between')(first_instant, last_instant)) }}
{%- endmacro %}

{% macro default__seconds_between(first_instant, last_instant) -%}
    date_diff('second', date_trunc('second', {{ first_instant }}), date_trunc('second', {{ last_instant }}))
{%- endmacro %}

{% macro spark__seconds_between(first_instant, last_instant) -%}
    timestampdiff(second, date_trunc('second', {{ first_instant }}), date_trunc('second', {{ last_instant }}))
{%- endmacro %}

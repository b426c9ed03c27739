{#
    Whole milliseconds from one instant to another, each cut to its millisecond and none rounded; negative where the second
    comes first. From 10:00:00.000999 to 10:00:30.000001 are 30,000.
#}
{% macro milliseconds_between(first_instant, last_instant) -%}
    {{ return(adapter.dispatch('milliseconds_between')(first_instant, last_instant)) }}
{%- endmacro %}

{% macro default__milliseconds_between(first_instant, last_instant) -%}
    (epoch_ms({{ last_instant }}) - epoch_ms({{ first_instant }}))
{%- endmacro %}

{% macro spark__milliseconds_between(first_instant, last_instant) -%}
    (unix_millis({{ last_instant }}) - unix_millis({{ first_instant }}))
{%- endmacro %}

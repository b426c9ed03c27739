{# Whole milliseconds from one instant to another, each cut to its millisecond; negative where the second comes first. #}
{% macro milliseconds_between(first_instant, last_instant) -%}
    {{ return(adapter.dispatch('milliseconds_between')(first_instant, last_instant)) }}
{%- endmacro %}

{% macro default__milliseconds_between(first_instant, last_instant) -%}
    (epoch_ms({{ last_instant }}) - epoch_ms({{ first_instant }}))
{%- endmacro %}

{% macro spark__milliseconds_between(first_instant, last_instant) -%}
    (unix_millis({{ last_instant }}) - unix_millis({{ first_instant }}))
{%- endmacro %}

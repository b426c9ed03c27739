{# The wall-clock time in a zone of an instant in UTC. #}
{% macro to_local(instant, zone) -%}
    {{ return(adapter.dispatch('to_local')(instant, zone)) }}
{%- endmacro %}

{% macro default__to_local(instant, zone) -%}
    (({{ instant }}) at time zone 'UTC' at time zone '{{ zone }}')
{%- endmacro %}

{% macro spark__to_local(instant, zone) -%}
    from_utc_timestamp({{ instant }}, '{{ zone }}')
{%- endmacro %}

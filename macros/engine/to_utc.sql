{# The instant in UTC of a wall-clock time in a zone. #}
{% macro to_utc(local_time, zone) -%}
    {{ return(adapter.dispatch('to_utc')(local_time, zone)) }}
{%- endmacro %}

{% macro default__to_utc(local_time, zone) -%}
    (({{ local_time }}) at time zone '{{ zone }}' at time zone 'UTC')
{%- endmacro %}

{% macro spark__to_utc(local_time, zone) -%}
    to_utc_timestamp({{ local_time }}, '{{ zone }}')
{%- endmacro %}

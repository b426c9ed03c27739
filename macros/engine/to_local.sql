{# The wall-clock time in a zone of an instant in UTC; in UTC itself that is the instant, and costs nothing. #}
{% macro to_local(instant, zone) -%}
    {{ return(instant if zone == 'UTC' else adapter.dispatch('to_local')(instant, zone)) }}
{%- endmacro %}

{% macro default__to_local(instant, zone) -%}
    (({{ instant }}) at time zone 'UTC' at time zone '{{ zone }}')
{%- endmacro %}

{% macro spark__to_local(instant, zone) -%}
    from_utc_timestamp({{ instant }}, '{{ zone }}')
{%- endmacro %}

{# The month that an instant belongs to, in the zone in which months begin: first instant in, next month's first out. #}
{% macro reporting_month_of(instant) -%}
    cast(date_trunc('month', {{ to_local(instant, var('reporting_timezone')) }}) as date)
{%- endmacro %}

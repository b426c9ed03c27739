{# Date of a UTC instant in the zone whose dates Working Days are: what arrives at 23:30 UTC in July arrives tomorrow. #}
{% macro working_day_date(instant) -%}
    cast({{ to_local(instant, var('working_day_timezone')) }} as date)
{%- endmacro %}

{# Seconds in a value of a unit of elapsed time; null for a unit, such as Working Days, that is not one. #}
{% macro seconds_in(value, unit) -%}
    {{ value }} * case {{ unit }}
        when 'seconds' then 1
        when 'minutes' then 60
        when 'hours' then 3600
        when 'days' then 86400
    end
{%- endmacro %}

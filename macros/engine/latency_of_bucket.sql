{# The upper end in milliseconds of a slice of `latency_bucket`. #}
{% macro latency_of_bucket(bucket) -%}
    pow(1.02, {{ bucket }})
{%- endmacro %}

{# The longest time, in milliseconds, that falls into a bucket. #}
{% macro latency_of_bucket(bucket) -%}
    pow({{ latency_bucket_ratio() }}, {{ bucket }})
{%- endmacro %}

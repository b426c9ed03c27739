{# The time, in milliseconds, that is at most 0.99% from every time of a bucket. #}
{% macro middle_of_latency_bucket(bucket) -%}
    (2 * {{ latency_of_bucket(bucket) }} / (1 + {{ latency_bucket_ratio() }}))
{%- endmacro %}

{#
    How much wider each bucket is than the one before. A percentile is given as the middle of its bucket, 2 r^k / (r + 1),
    which is at most (r - 1) / (r + 1) = 0.99% from every time in it. A day of 86.4 million milliseconds is bucket 923.
#}
{% macro latency_bucket_ratio() -%}
    1.02
{%- endmacro %}

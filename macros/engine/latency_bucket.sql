{#
    Number of the bucket that a time falls into: bucket k holds the milliseconds above r^(k-1) and up to r^k, where r is
    the ratio of `latency_bucket_ratio`; up to one millisecond is bucket 0, null has none. Counts of buckets add up, so sketches merge
    exactly. One expression serves both engines.
#}
{% macro latency_bucket(milliseconds) -%}
    cast(
        ceil(
            ln(case when {{ milliseconds }} < 1 then 1 else {{ milliseconds }} end)
            / ln({{ latency_bucket_ratio() }})
        ) as smallint
    )
{%- endmacro %}

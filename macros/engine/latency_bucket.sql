{# Number of the slice, 2% wide, that a time falls to: from `latency_of_bucket` of the slice before, excluded, to its own. #}
{% macro latency_bucket(milliseconds) -%}
    cast(ceil(ln(greatest({{ milliseconds }}, 1)) / ln(1.02)) as integer)
{%- endmacro %}

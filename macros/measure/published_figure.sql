{# The columns of a result that make up its figure: where one of them differs, the result was restated. #}
{% macro published_figure() -%}
    {{ return([
        'is_default', 'basis', 'status', 'met_count', 'total_count', 'excluded_count', 'met_count_before_exceptions',
        'total_count_before_exceptions', 'result_pct', 'target_pct', 'minimum_pct', 'coverage_pct',
    ]) }}
{%- endmacro %}

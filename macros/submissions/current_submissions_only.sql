{# Joins `rows`, of a staging model, to the submissions that count; the partition columns let DuckDB skip the files of the others. #}
{% macro current_submissions_only(extract, rows, submissions) -%}
    inner join {{ ref('int_submissions_current') }} as {{ submissions }}
        on
            {{ submissions }}.extract = '{{ extract }}'
            and {{ rows }}.provider = {{ submissions }}.provider
            and {{ rows }}.period = {{ submissions }}.period
            and {{ rows }}.submission_version = {{ submissions }}.submission_version
{%- endmacro %}

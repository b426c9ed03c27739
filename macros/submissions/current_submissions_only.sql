{# Joins a staging model to the submissions that count; the partition columns let DuckDB skip the files of the others. #}
{% macro current_submissions_only(extract, staged='staged') -%}
    inner join {{ ref('int_submissions_current') }} as submissions
        on
            submissions.extract = '{{ extract }}'
            and {{ staged }}.provider = submissions.provider
            and {{ staged }}.period = submissions.period
            and {{ staged }}.submission_version = submissions.submission_version
{%- endmacro %}

{# Joins `rows`, of a staging model, to a CTE of new submissions. #}
{% macro new_submissions_only(extract, rows, submissions) -%}
    inner join {{ submissions }}
        on
            {{ rows }}.provider = {{ submissions }}.provider
            and {{ rows }}.period = {{ submissions }}.period
            and {{ rows }}.submission_version = {{ submissions }}.submission_version
            and {{ is_in_new_files(extract, rows) }}
{%- endmacro %}

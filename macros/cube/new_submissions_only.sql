{# Joins the staging model `staged` to a CTE of new submissions. #}
{% macro new_submissions_only(extract, submissions='new_submissions') -%}
    inner join {{ submissions }}
        on
            staged.provider = {{ submissions }}.provider
            and staged.period = {{ submissions }}.period
            and staged.submission_version = {{ submissions }}.submission_version
            and {{ is_in_new_files(extract) }}
{%- endmacro %}

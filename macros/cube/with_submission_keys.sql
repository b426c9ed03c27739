{# A CTE's query: the cells of another CTE, with both keys of their submission instead of its number. #}
{% macro with_submission_keys(cells) -%}
    select keyed.* exclude (submission_number)
    from (
        select
            new_submissions.submission_key,
            new_submissions.scan_key,
            {{ cells }}.*
        from {{ cells }}
        inner join new_submissions
            on {{ cells }}.submission_number = new_submissions.submission_number
    ) as keyed
{%- endmacro %}

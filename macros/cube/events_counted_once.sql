{#
    A CTE's query: the events of the submissions in the CTE `new_submissions`, each with row_weight 1, and once more with
    row_weight -1 those that repeat one, as `repeated_events` lists them: a sum of row_weight counts each event once.
#}
{% macro events_counted_once(extract, staged_events, repeated_events, columns) -%}
    select
        new_submissions.submission_number,
        {% for column in columns %}
            staged.{{ column }},
        {% endfor %}
        1 as row_weight
    from {{ staged_events }} as staged
    {{ new_submissions_only(extract) }}
    union all
    select
        new_submissions.submission_number,
        {% for column in columns %}
            repeated.{{ column }},
        {% endfor %}
        -1 as row_weight
    from {{ repeated_events }} as repeated
    inner join new_submissions
        on repeated.submission_key = new_submissions.submission_key
    where repeated.source_row is not null
{%- endmacro %}

{#
    A CTE's query: the events of new submissions, each with row_weight 1, and once more with row_weight -1 those that repeat
    one, as `repeated_events` lists them: a sum of row_weight counts each event once. What is the same for every event of a
    submission comes with it, from the CTE `submissions`: a further join would be made for each event.
#}
{% macro events_counted_once(
    extract, staged_events, repeated_events, columns, submissions, submission_columns=[]
) -%}
    select
        {{ submissions }}.submission_number,
        {% for column in submission_columns %}
            {{ submissions }}.{{ column }},
        {% endfor %}
        {% for column in columns %}
            staged.{{ column }},
        {% endfor %}
        1 as row_weight
    from {{ staged_events }} as staged
    {{ new_submissions_only(extract, 'staged', submissions) }}
    union all
    select
        {{ submissions }}.submission_number,
        {% for column in submission_columns %}
            {{ submissions }}.{{ column }},
        {% endfor %}
        {% for column in columns %}
            repeated.{{ column }},
        {% endfor %}
        -1 as row_weight
    from {{ repeated_events }} as repeated
    inner join {{ submissions }}
        on repeated.submission_key = {{ submissions }}.submission_key
    where repeated.source_row is not null
{%- endmacro %}

{# A CTE's query: the cells of another CTE, with both keys of their submission, from a CTE of them, instead of its number. #}
{% macro with_submission_keys(cells, submissions) -%}
    select {{ star_without('keyed', 'submission_number') }}
    from (
        select
            {{ submissions }}.submission_key,
            {{ submissions }}.scan_key,
            {{ cells }}.*
        from {{ cells }}
        inner join {{ submissions }}
            on {{ cells }}.submission_number = {{ submissions }}.submission_number
    ) as keyed
{%- endmacro %}

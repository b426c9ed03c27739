{# Whether a report due on one date makes the papers of a meeting: due before, on or after its paper day. #}
{% macro meeting_verdict(due_date, paper_date) -%}
    case
        when {{ due_date }} < {{ paper_date }} then 'in_time'
        when {{ due_date }} = {{ paper_date }} then 'same_day'
        when {{ due_date }} > {{ paper_date }} then 'misses'
    end
{%- endmacro %}

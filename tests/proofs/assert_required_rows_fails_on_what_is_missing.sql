-- Two of three values are missing: one never there, one there in other letters.
{% set given %}
    (
        select *
        from (values ('CPM_4'), ('cpm_5')) as rows_given (measure_id)
    )
{% endset %}

with

failures as (
    {{ test_required_rows(given, column_name='measure_id', values=['CPM_4', 'CPM_5', 'CPM_5A']) }}
)

select count(*) as failure_count
from failures
having count(*) != 2

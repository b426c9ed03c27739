-- One row more than stated, and one fewer; the number stated is sound.
{% set given %}
    (
        select *
        from (values (0), (1), (2)) as rows_given (size)
    )
{% endset %}

with

failures as (
    {{ test_row_count(given, rows=2) }}
    union all
    {{ test_row_count(given, rows=3) }}
    union all
    {{ test_row_count(given, rows=4) }}
)

select count(*) as failure_count
from failures
having count(*) != 2

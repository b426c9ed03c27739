-- unique_combination must find the one pair that stands twice, and no near miss of it.
{% set given %}
    (
        select *
        from (values ('a', 1), ('a', 2), ('a', 2), ('b', 2)) as rows_given (letter, digit)
    )
{% endset %}

with

failures as (
    {{ test_unique_combination(given, columns=['letter', 'digit']) }}
)

select count(*) as failure_count
from failures
having count(*) != 1

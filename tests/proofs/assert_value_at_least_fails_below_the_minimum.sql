-- One under the minimum; the minimum itself is sound.
{% set given %}
    (
        select *
        from (values (0), (1), (2)) as rows_given (size)
    )
{% endset %}

with

failures as (
    {{ test_value_at_least(given, column_name='size', minimum=1) }}
)

select count(*) as failure_count
from failures
having count(*) != 1
